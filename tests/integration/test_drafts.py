"""A draft: to everybody but organisers it is not there, nobody can register, and nobody is told anything."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import a_participant, an_event
from tests.letters import stored
from tests.people import TWO_MODES, by_hand, registered
from tests.summaries import Bucket
from tests.tours import HOSTS, STOPS, TOUR, a_series, alive, toured
from tests.visiting import FORM, MINUTE, NOW, Ask, everything, opened, send, text

from kallelse import assisting, dispatching, editing, messaging, planning, staging, summarising
from kallelse.errors import EventArchived, EventNotFound, InvalidInput, NotPublished
from kallelse.handlers.public import app
from kallelse.models import Draft, EventRecord, MailKind, Mode
from kallelse.ports import Desk, NoSeat
from kallelse.registering import Submission, register
from kallelse.relevance import STATES

SURVEYED: dict[str, Any] = {
    "public_summaries": True,
    "survey": {"questions": [{"id": "ris", "kind": "yes-no", "label": {"sv": "Bra?"}}]},
}
PAGE = "/events/<event_id>/<language>"
PAGES = [(each.method, each.path.removeprefix(PAGE)) for each in app.routes if each.path.startswith(PAGE)]


def alike(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """An answer without the name in the address that was asked for, which the switch of languages repeats."""
    return answer | {"body": answer["body"].replace(f"/{name}/", "/")}


@pytest.mark.parametrize(("method", "page"), PAGES)
def test_every_page_of_a_draft_answers_as_if_there_were_no_such_event(
    ask: Ask, desk: Desk, method: str, page: str
) -> None:
    opened(desk, draft=True, **SURVEYED)
    before = everything()
    asked = {each: ask(method, f"/events/{each}/sv{page}", FORM) for each in ("seminarium", "ingenting")}
    assert [each["statusCode"] for each in asked.values()] == [404, 404]
    assert alike(asked["seminarium"], "seminarium") == alike(asked["ingenting"], "ingenting")
    assert everything() == before


def test_the_pages_of_an_event_are_known_here() -> None:
    assert {("GET", ""), ("POST", "/registrations"), ("GET", "/privacy")} <= set(PAGES)


def test_the_form_of_a_published_event_can_be_sent_to_no_draft(ask: Ask, desk: Desk) -> None:
    record = opened(desk, draft=True)
    before = everything()
    assert send(ask, record)["statusCode"] == 404
    assert everything() == before


def test_no_seat_of_a_draft_can_be_claimed_even_by_one_who_takes_it_for_published(desk: Desk) -> None:
    record = opened(desk, draft=True, seats=130)
    public = an_event(seats=130)
    for number in range(20):
        claimed = desk.seats.claim(public, Mode.ONLINE, f"holder{number}.1", NOW)
        assert claimed is NoSeat.CLOSED
    assert desk.seats.look(public, Mode.ONLINE, NOW) is NoSeat.CLOSED
    with pytest.raises(EventNotFound):
        register(desk, record, Submission(a_participant("Ada"), Mode.ONLINE), NOW)
    assert [block.holders for block in desk.seats.blocks("seminarium", Mode.ONLINE)] == [frozenset()] * 3


def test_no_organiser_registers_anybody_at_a_draft_by_hand(organise: Ask, desk: Desk) -> None:
    record = opened(desk, draft=True)
    with pytest.raises(NotPublished):
        by_hand(desk, record, "Ada")
    about = {"organisation": "Vasa", "organisation_kind": "municipality", "language": "sv"}
    told = {"participant": about | {"name": "Ada", "email": "ada@example.org"}}
    answer = organise("POST", "/registrations", told)
    assert (answer["statusCode"], "publish it first" in answer["body"]) == (409, True)
    assert desk.registrations.of_event("seminarium") == []
    assert desk.seats.blocks("seminarium", Mode.ONLINE)[0].holders == frozenset()


def test_nobody_is_moved_to_a_stop_that_is_a_draft_or_archived(desk: Desk) -> None:
    stops = with_a_draft(desk)
    ada = registered(desk, stops["seminarium"], "Ada")
    staging.cancel(desk, "abo", NOW)
    archived = staging.put_away(desk, "abo", NOW)
    with pytest.raises(NotPublished):
        assisting.move_to_stop(desk, stops["seminarium"], ada, stops["vasa"], Mode.ONLINE, NOW)
    with pytest.raises(EventArchived):
        assisting.move_to_stop(desk, stops["seminarium"], ada, archived, Mode.ONLINE, NOW)
    assert alive(desk, stops) == ["seminarium"]


def test_who_arranges_the_seats_of_the_draft_last_does_not_close_the_published_event(desk: Desk) -> None:
    draft = opened(desk, draft=True).event
    earlier = desk.seats.take_turn("seminarium")
    published = staging.publish(desk, "seminarium", NOW)
    desk.seats.arrange(draft, earlier, NOW)
    assert registered(desk, published, "Ada").block == 0


def test_publishing_lets_people_in_and_repeating_it_changes_nothing(ask: Ask, desk: Desk) -> None:
    opened(desk, draft=True)
    record = staging.publish(desk, "seminarium", NOW)
    again = staging.publish(desk, "seminarium", NOW + MINUTE)
    assert record == again
    assert send(ask, record)["statusCode"] == 200
    assert "Seminarium" in text(ask("GET", "/events/seminarium/sv"))


def test_publishing_that_was_broken_off_before_the_seats_is_finished_by_the_sweep(desk: Desk) -> None:
    opened(desk, draft=True)
    dispatching.tick(desk, NOW + MINUTE)
    record = stored(desk, an_event(), NOW + 2 * MINUTE)
    assert desk.seats.look(record.event, Mode.ONLINE, NOW) is NoSeat.CLOSED
    dispatching.tick(desk, NOW + 3 * MINUTE)
    assert registered(desk, record, "Ada", at=NOW + 3 * MINUTE).block == 0


def test_another_last_day_that_was_broken_off_before_the_seats_is_finished_by_the_sweep(desk: Desk) -> None:
    record = opened(desk)
    dispatching.tick(desk, NOW + MINUTE)
    record = stored(desk, an_event(last_day_to_register="2020-08-19"), NOW + 2 * MINUTE)
    dispatching.tick(desk, NOW + 3 * MINUTE)
    assert desk.seats.look(record.event, Mode.ONLINE, NOW) is NoSeat.CLOSED


def test_a_published_event_is_no_draft_any_more(desk: Desk) -> None:
    record = opened(desk)
    before = everything()
    with pytest.raises(InvalidInput) as refusal:
        opened(desk, draft=True)
    [problem] = refusal.value.problems
    assert problem.field == "draft"
    assert "cancelled: true" in problem.detail
    assert everything() == before
    assert desk.events.get("seminarium") == record


def test_a_draft_is_looked_at_once_and_then_never_again(desk: Desk) -> None:
    opened(desk, draft=True, reminders=["P7D"])
    dispatching.tick(desk, NOW + MINUTE)
    work = desk.agenda.due(NOW + timedelta(days=400))
    assert (work.events, work.touched) == (frozenset(), frozenset())


def test_nobody_is_written_to_about_a_draft(desk: Desk) -> None:
    record = opened(desk, draft=True)
    message = Draft(subject={"sv": "Hej"}, body={"sv": "Välkommen."})
    with pytest.raises(NotPublished):
        messaging.hand_in(desk, record, message, "kansliet", NOW)
    with pytest.raises(NotPublished):
        summarising.hand_in(desk, Bucket(), record, "sv", "# Utfall", "kansliet", NOW)
    messaging.check(record.event, message)  # which a dry run does


def test_an_organiser_sees_a_draft_and_tries_a_message_out(organise: Ask, desk: Desk) -> None:
    opened(desk, draft=True)
    assert organise("GET", "")["statusCode"] == 200
    message = {"subject": {"sv": "Hej"}, "body": {"sv": "Välkommen."}}
    assert organise("POST", "/messages", message)["statusCode"] == 409
    assert organise("POST", "/messages", message | {"dry_run": True})["statusCode"] == 200


NEEDS_CONTENT = {MailKind.SUMMARY, MailKind.MESSAGE}
"""Kinds that show what organisers have written, of which there is nothing at a draft."""


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_every_kind_of_mail_of_a_draft_can_be_looked_at(organise: Ask, desk: Desk, language: str) -> None:
    record = opened(desk, draft=True, **TWO_MODES)
    before = everything()
    for kind in STATES:
        answer = organise("GET", f"/preview/{kind}", language=language, mode="on-site")
        assert answer["statusCode"] == (404 if kind in NEEDS_CONTENT else 200), kind
        if answer["statusCode"] == 200:
            shown = json.loads(answer["body"])
            assert record.event.title[language] in shown["subject"]
            assert shown["to"] == "n.n@example.org"
    assert everything() == before


@pytest.mark.parametrize(
    ("query", "status"), [({"language": "xx"}, 422), ({"mode": "on-site"}, 404), ({"part": "html"}, 200)]
)
def test_a_preview_is_of_what_there_is(organise: Ask, desk: Desk, query: dict[str, str], status: int) -> None:
    opened(desk, draft=True)
    assert organise("GET", "/preview/confirmed", **query)["statusCode"] == status


def test_a_tour_leaves_drafts_out_and_is_not_there_while_all_of_it_is_one(ask: Ask, desk: Desk) -> None:
    draft = {"draft": True, "public_summaries": True}
    toured(desk, draft)
    there, nowhere = ask("GET", "/tours/turne/sv"), ask("GET", "/tours/ingenting/sv")
    assert alike(there, "turne") == alike(nowhere, "ingenting")
    assert ask("POST", "/tours/turne/sv/registrations", FORM)["statusCode"] == 404
    assert ask("GET", "/tours/turne/sv/summaries")["statusCode"] == 404
    staging.publish(desk, "vasa", NOW)
    assert "Åbo" not in text(ask("GET", "/tours/turne/sv"))
    assert "Vasa" in text(ask("GET", "/tours/turne/sv"))
    assert "Åbo" not in text(ask("GET", "/tours/turne/sv/summaries"))


def stored_events(desk: Desk) -> list[EventRecord]:
    return [desk.events.get(each) for each in ("vasa", "seminarium", "abo")]


def with_a_draft(desk: Desk) -> dict[str, EventRecord]:
    """The tour, of which Vasa is a draft, and the example event has one seat."""
    editing.apply(desk, an_event(tour=TOUR, seats=1), HOSTS, NOW)
    applied = planning.apply(desk, a_series(STOPS[0] | {"draft": True}, *STOPS[1:]), HOSTS, NOW)
    return {record.event.id: record for record in applied.stops}


def test_a_full_stop_offers_no_seat_at_a_draft(ask: Ask, desk: Desk) -> None:
    stops = with_a_draft(desk)
    registered(desk, stops["seminarium"], "Bo")
    page = send(ask, stops["seminarium"])["body"]
    assert "/events/abo/sv" in page
    assert "/events/vasa/sv" not in page


def test_a_file_of_a_tour_that_makes_a_draft_of_a_published_stop_stores_nothing(desk: Desk) -> None:
    toured(desk, {"seats": 1})
    before = stored_events(desk)
    with pytest.raises(InvalidInput) as refusal:
        with_a_draft(desk)
    assert [each.field for each in refusal.value.problems] == ["stops.vasa.draft"]
    assert stored_events(desk) == before
