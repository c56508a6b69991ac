"""Every page in every state that a person can see it in, by a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.browser.world import Visit, World
from tests.conftest import utc
from tests.people import found, link, registered
from tests.summaries import approved, moved, publish
from tests.visiting import FORM, MINUTE, NOW

from kallelse import managing, subscribing
from kallelse.errors import Unavailable
from kallelse.limiting import PER_NETWORK, network_of
from kallelse.links import issue
from kallelse.models import EventRecord, Purpose, Registration, SummaryState
from kallelse.proving import issue as stamp

Page = Callable[[World, str], Visit]

JOINING = utc("2020-09-16T09:45")
OVER = utc("2020-09-16T14:00")
LONG_AFTER = utc("2020-11-16T09:00")
VASA = "905"
SITES = ["https://www.vasa.fi"]
EVERY_FIELD = {
    "organisation": "required",
    "organisation_kind": "required",
    "role": "optional",
    "language": "required",
    "accessibility": "optional",
    "greeting": "optional",
}
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "lunch",
        "kind": "yes-no",
        "required": True,
        "label": {"sv": "Äter du lunch med oss?", "fi": "Lounastatko kanssamme?", "en": "Do you have lunch?"},
    },
    {
        "id": "diet",
        "kind": "multiple-choice",
        "label": {"sv": "Specialdieter"},
        "shown_when": {"question": "lunch", "answers": ["yes"]},
        "choices": [
            {"id": "vegetarian", "label": {"sv": "Vegetarisk", "fi": "Kasvis", "en": "Vegetarian"}},
            {"id": "gluten-free", "label": {"sv": "Glutenfri"}},
        ],
    },
    {
        "id": "theme",
        "kind": "single-choice",
        "required": True,
        "label": {"sv": "Vilket tema väljer du?", "fi": "Minkä teeman valitset?", "en": "Which theme?"},
        "choices": [
            {"id": "trust", "label": {"sv": "Förtroende", "fi": "Luottamus", "en": "Trust"}},
            {"id": "openness", "label": {"sv": "Öppenhet", "fi": "Avoimuus", "en": "Openness"}},
        ],
    },
    {"id": "years", "kind": "number", "smallest": 0, "largest": 60, "label": {"sv": "År i tjänst"}},
    {"id": "wish", "kind": "text", "label": {"sv": "Önskemål"}, "help": {"sv": "En rad räcker."}},
    {"id": "more", "kind": "long-text", "label": {"sv": "Vad mer?", "fi": "Mitä muuta?", "en": "What else?"}},
    {"id": "trust", "kind": "scale", "label": {"sv": "Hur stort är ditt förtroende?"}},
]
TWO_MODES: dict[str, Any] = {
    "seats": None,
    "modes": {"online": {"seats": 40}, "on-site": {"seats": 10, "place": {"sv": "Riddargatan 1, Vasa"}}},
}
WHOLE: dict[str, Any] = {"form": {"fields": EVERY_FIELD, "questions": QUESTIONS}} | TWO_MODES
"""An event whose form asks for everything that a form can ask for."""

SUMMARY = """## Vad som sades

Öppenhet *lönar* sig, sade **alla**:

- Den skapar förtroende.
- Den kostar tid.

| Tema | Röster |
|---|--:|
| Förtroende | 12 |
| Öppenhet | 9 |

> Vi lär oss av varandra.
"""


def of(record: EventRecord, language: str, part: str = "") -> str:
    return f"/events/{record.event.id}/{language}{part}"


def the_event(at: datetime = NOW, **changes: Any) -> Page:
    return lambda world, language: Visit(of(world.event(**changes), language), at=at)


def a_form(record: EventRecord, language: str, **changes: Any) -> dict[str, Any]:
    return FORM | {"language": language, "proof": stamp(record, NOW - MINUTE)} | changes


def sent(
    changes: dict[str, Any], status: int = 200, people: int = 0, part: str = "/registrations", **event: Any
) -> Page:
    """The form of an event at which some are registered already."""

    def page(world: World, language: str) -> Visit:
        record = world.event(**event)
        for number in range(people):
            registered(world.desk, record, f"Nr{number}", organisation_code=VASA)
        fields = a_form(record, language, **changes)
        return Visit(of(record, language, part), fields, status=status)

    return page


def too_many(world: World, language: str) -> Visit:
    record = world.event()
    name = f"network#{record.event.id}#{network_of('192.0.2.1')}"
    world.desk.limits.take(name, PER_NETWORK, NOW + timedelta(hours=1), NOW, PER_NETWORK)
    fields = a_form(record, language)
    return Visit(of(record, language, "/registrations"), fields, status=429)


def ada(world: World, language: str, record: EventRecord) -> Registration:
    """One who has told everything that the form asks for."""
    told: dict[str, Any] = {"language": language}
    if record.event.form.questions:
        answers = {"lunch": ("yes",), "diet": ("vegetarian",), "theme": ("trust",), "more": ("Nej.\nTack.",)}
        told |= {"role": "Planerare", "accessibility": "Texttolkning", "answers": answers}
    return registered(world.desk, record, "Ada", **told)


def own(part: str = "", at: datetime = NOW, status: int = 200, fields: Any = None, **event: Any) -> Page:
    """A page behind the personal link of one who has a seat."""

    def page(world: World, language: str) -> Visit:
        registration = ada(world, language, world.event(**event))
        return Visit(link(world.desk, registration) + part, fields, at, status)

    return page


def unconfirmed(at: datetime = NOW, status: int = 200, part: str = "", fields: Any = None) -> Page:
    return own(part, at, status, fields, address_confirmation="PT1H", offer="P1D")


def waiting(world: World, language: str, **event: Any) -> tuple[EventRecord, Registration]:
    record = world.event(seats=1, **event)
    registered(world.desk, record, "Bo")
    return record, ada(world, language, record)


def in_line(part: str = "", fields: Any = None) -> Page:
    return lambda world, language: Visit(link(world.desk, waiting(world, language)[1]) + part, fields)


def offered(world: World, language: str) -> Visit:
    record, registration = waiting(world, language, offer="P1D")
    managing.cancel(world.desk, record, found(world.desk, record, "bo@example.org"), NOW)
    return Visit(link(world.desk, found(world.desk, record, registration.participant.email)))


def after_cancelling(world: World, language: str) -> Visit:
    record = world.event()
    path = link(world.desk, ada(world, language, record))
    world.changed(record, cancelled=True)
    return Visit(path)


def after_leaving(part: str = "", fields: Any = None) -> Page:
    """A page behind the link of one who has cancelled."""

    def page(world: World, language: str) -> Visit:
        record = world.event()
        registration = ada(world, language, record)
        managing.cancel(world.desk, record, registration, NOW)
        return Visit(f"/data/{issue(world.desk, registration, Purpose.DATA)}{part}", fields)

    return page


def join(at: datetime, **event: Any) -> Page:
    def page(world: World, language: str) -> Visit:
        record = world.event(**event)
        path = f"/join/{issue(world.desk, ada(world, language, record), Purpose.JOIN)}"
        return Visit(path, at=at)

    return page


def after_cancelling_join(world: World, language: str) -> Visit:
    record = world.event()
    path = f"/join/{issue(world.desk, ada(world, language, record), Purpose.JOIN)}"
    world.changed(record, cancelled=True)
    return Visit(path, at=JOINING)


def lost_link(fields: dict[str, Any] | None = None, status: int = 200) -> Page:
    return lambda world, language: Visit(of(world.event(), language, "/lost-link"), fields, status=status)


def survey(at: datetime = OVER, answers: dict[str, Any] | None = None, status: int = 200) -> Page:
    def page(world: World, language: str) -> Visit:
        record = world.event()
        fields = answers and answers | {"proof": stamp(record, at - MINUTE)}
        return Visit(of(record, language, "/survey"), fields, at, status)

    return page


def unsubscribe(unsubscribed: bool = False, fields: dict[str, Any] | None = None) -> Page:
    def page(world: World, language: str) -> Visit:
        token = issue(world.desk, ada(world, language, world.event()), Purpose.UNSUBSCRIBE)
        subscribing.wish(world.desk, token, unsubscribed)
        return Visit(f"/unsubscribe/{token}", fields)

    return page


def reader_of(language: str) -> str:
    """The language that somebody gets the summaries of the seed event in."""
    return language if language in ("sv", "en") else "sv"


def published(world: World, record: EventRecord) -> None:
    """The summaries of the event, in Swedish and English."""
    for language in ("sv", "en"):
        approved(world.desk, world.documents, SUMMARY, language, OVER, record.event.id)
    publish(world.desk, world.documents, OVER)


def summary(withdrawn: bool = False) -> Page:
    def page(world: World, language: str) -> Visit:
        record = world.event()
        token = issue(world.desk, ada(world, language, record), Purpose.SUMMARIES)
        published(world, record)
        if withdrawn:
            for each in world.desk.summaries.of_event(record.event.id):
                moved(world.desk, each, SummaryState.WITHDRAWN, at=OVER)
        return Visit(
            f"/summaries/{token}", None, OVER, 410 if withdrawn else 200, language=reader_of(language)
        )

    return page


def summaries(anything: bool = True) -> Page:
    def page(world: World, language: str) -> Visit:
        record = world.event(public_summaries=True)
        if anything:
            published(world, record)
        return Visit(of(record, language, "/summaries"), at=OVER)

    return page


def tour(part: str = "", at: datetime = NOW, **changes: Any) -> Page:
    return lambda world, language: Visit(f"/tours/{world.tour(**changes).series.id}/{language}{part}", at=at)


def tour_summaries(world: World, language: str) -> Visit:
    record = world.tour()
    for each in record.series.event_ids[:3]:
        stop = world.changed(world.desk.events.get(each), public_summaries=True)
    published(world, stop)
    return Visit(f"/tours/{record.series.id}/{language}/summaries", at=LONG_AFTER)


def told_again(page: Page) -> Page:
    """What a page told of a form, after somebody chose this language there."""

    def again(world: World, language: str) -> Visit:
        visit = page(world, language)
        [told] = re.findall(r'name="told" value="([^"]+)"', world.ask(visit, language)[1])
        return Visit(f"{visit.path.rpartition('/')[0]}/told", {"told": told, "switch": language})

    return again


def tour_form(status: int, *stops: str, part: str = "/registrations", **changes: Any) -> Page:
    def page(world: World, language: str) -> Visit:
        record = world.tour(one_stop_each=False)
        ids = [each for each in record.series.event_ids if each.startswith(stops)] if stops else []
        fields = FORM | {"language": language, "proof": stamp(record, NOW - MINUTE), "stops": ids} | changes
        return Visit(f"/tours/{record.series.id}/{language}{part}", fields, status=status)

    return page


def at_a_stop(world: World, language: str) -> Visit:
    return Visit(f"/events/{world.tour().series.event_ids[-3]}/{language}")


def full_stop(world: World, language: str) -> Visit:
    """Registering at a stop that is full, while others are not."""
    record = world.changed(world.desk.events.get(world.tour().series.event_ids[-3]), seats=1)
    registered(world.desk, record, "Bo")
    return Visit(of(record, language, "/registrations"), a_form(record, language))


def broken(status: int, error: Exception) -> Page:
    return lambda world, language: Visit(of(world.event(), language), status=status, broken=error)


PAGES: dict[str, Page] = {
    "event, open": the_event(),
    "event, with every field": the_event(**WHOLE),
    "event, not yet open": the_event(registration_opens="2020-09-01T09:00"),
    "event, closed": the_event(utc("2020-09-10T09:00")),
    "event, cancelled": the_event(cancelled=True),
    "event, over": the_event(OVER),
    "event, one of a tour": at_a_stop,
    "form, with errors": sent({"name": "", "email": "ada", "organisation": ""}, 422),
    "form, with every error": sent({"name": "", "email": "", "q-years": "99", "q-lunch": "no"}, 422, **WHOLE),
    "form, with a mistyped address": sent({"email": "ada@gmial.com"}, 422),
    "form, sent too late": sent({"proof": "forged"}, 422),
    "form, in another language": sent({"switch": "sv", "email": "ada"}, part=""),
    "form, registered": sent({}),
    "form, registered, in another language": told_again(sent({})),
    "form, address to be confirmed": sent({}, address_confirmation="PT1H", offer="P1D"),
    "form, on the waiting list": sent({}, people=1, seats=1),
    "form, on the waiting list of a stop": full_stop,
    "form, full": sent({}, 409, people=1, seats=1, waiting_list=False),
    "form, organisation full": sent({}, 409, people=1, seats_per_organisation=1),
    "form, not yet open": sent({}, 409, registration_opens="2020-09-01T09:00"),
    "form, closed": sent({}, 409, last_day_to_register="2020-08-19"),
    "form, cancelled": sent({}, 409, cancelled=True),
    "form, for others": sent({}, 403, admission={"mail_domains": ["vasa.fi", "om.fi"]}),
    "form, from a robot": sent({"subject": "x"}, 422),
    "form, too many": too_many,
    "embed": lambda world, language: Visit(of(world.event(embed=SITES), language, "/embed")),
    "embed, with errors": sent({"name": "", "email": "ada"}, 422, part="/embed", embed=SITES),
    "embed, registered": sent({}, part="/embed", embed=SITES),
    "manage, confirmed": own(**WHOLE),
    "manage, unconfirmed": unconfirmed(),
    "manage, address confirmed": unconfirmed(part="/confirm", fields={}),
    "manage, time is out": unconfirmed(NOW + timedelta(hours=2)),
    "manage, confirmed too late": unconfirmed(NOW + timedelta(hours=2), 410, "/confirm", {}),
    "manage, waiting": in_line(),
    "manage, offered": offered,
    "manage, event cancelled": after_cancelling,
    "manage, over": own(at=OVER),
    "manage, cancelled": own("/cancel", fields={}),
    "edit": own("/edit", **WHOLE),
    "edit, with errors": own("/edit", status=422, fields={"name": ""}),
    "edit, too late": own("/edit", OVER),
    "substitute": own("/substitute"),
    "substitute, with errors": own("/substitute", status=422, fields={"name": "", "email": "bo"}),
    "substitute, without a seat": in_line("/substitute"),
    "substitute, done": own("/substitute", fields={"name": "Bo", "email": "bo@example.org"}),
    "erase": own("/erase"),
    "erase, done": own("/erase", fields={}),
    "data": after_leaving(),
    "data, erase": after_leaving("/erase"),
    "data, erased": after_leaving("/erase", {}),
    "join, early": join(NOW),
    "join, open": join(JOINING),
    "join, over": join(OVER),
    "join, cancelled": after_cancelling_join,
    "lost link": lost_link(),
    "lost link, with an error": lost_link({"email": "ada"}, 422),
    "lost link, sent": lost_link({"email": "ada@example.org"}),
    "survey": survey(),
    "survey, with errors": survey(answers={"q-useful": ""}, status=422),
    "survey, not yet open": survey(NOW),
    "survey, closed": survey(LONG_AFTER),
    "survey, sent": survey(answers={"q-useful": "4", "q-take-home": "Att lyssna."}),
    "unsubscribe": unsubscribe(),
    "unsubscribe, done": unsubscribe(fields={}),
    "unsubscribe, subscribed again": unsubscribe(True, {"again": "1"}),
    "summary": summary(),
    "summary, withdrawn": summary(withdrawn=True),
    "summaries": summaries(),
    "summaries, none yet": summaries(anything=False),
    "privacy": lambda world, language: Visit(of(world.event(**WHOLE), language, "/privacy")),
    "tour": tour(),
    "tour, with a form": tour(one_stop_each=False),
    "tour, with errors": tour_form(422, name=""),
    "tour, form in another language": tour_form(200, part="", switch="sv"),
    "tour, registered": tour_form(200, "regionturne-utkastvik"),
    "tour, registered, in another language": told_again(tour_form(200, "regionturne-utkastvik")),
    "tour, over": tour(at=LONG_AFTER),
    "tour, summaries": tour_summaries,
    "error, no such event": lambda _, language: Visit(f"/events/nowhere/{language}", status=404),
    "error, no such page": lambda _, language: Visit(f"/nowhere/{language}", status=404),
    "error, no such link": lambda _, language: Visit("/manage/nothing", status=404),
    "error, unreadable form": sent({"colour": "red"}, 400),
    "error, of ours": broken(500, RuntimeError("planted")),
    "error, try again": broken(503, Unavailable("planted")),
    "accessibility statement": lambda _, language: Visit(f"/accessibility/{language}"),
}
