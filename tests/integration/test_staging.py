"""The stages of an event after it is published, its duplicate, what a file would do, and the list of all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import an_event, utc
from tests.desks import Desks
from tests.people import TWO_MODES, registered, states
from tests.tours import HOSTS, STOPS, TOUR, a_series, toured
from tests.visiting import MINUTE, NOW, Ask, Time, everything, opened, request, whatever_it_is

from kallelse import duplicating, editing, managing, planning, staging
from kallelse.errors import EventArchived, EventNotFound, InvalidInput, Refused, Stale
from kallelse.models import EventEntry, Mail, MailKind, MailState
from kallelse.ports import Desk

ENDS = utc("2020-09-16T12:45")
DAY = timedelta(days=1)
AUTUMN = datetime(2020, 11, 4, 13)


@pytest.fixture
def admin(organise: Ask) -> Ask:
    """Calls the admin handler at any address; a change takes what there is, unless it says otherwise."""
    from kallelse.handlers import admin

    def call(method: str, path: str, content: Any = None, match: str | None = None, **query: str) -> Any:
        called = request(method, f"/admin{path}", {})
        called["headers"] = {"content-type": "application/json", "authorization": "Bearer right"}
        called["headers"] |= {"if-match": match} if match else {}
        called |= {"body": json.dumps(content), "queryStringParameters": query}
        return whatever_it_is(admin.handler, called)

    return call


def content(answer: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer["body"])
    return told


def file(**changes: Any) -> Any:
    return an_event(**changes).model_dump(mode="json", exclude_none=True)


def test_cancelling_tells_everybody_registered_once_however_often_it_is_repeated(desk: Desk) -> None:
    desks = Desks(desk)
    record = desks.apply()
    for name in ("Ada", "Bo", "Cia"):
        registered(desk, record, name)
    desks.tick(NOW + MINUTE)
    cancelled = staging.cancel(desk, "seminarium", NOW + 2 * MINUTE)
    assert cancelled == staging.cancel(desk, "seminarium", NOW + 3 * MINUTE)
    desks.tick_around(NOW + 4 * MINUTE)
    assert sorted(who for _, who in desks.of(MailKind.EVENT_CANCELLED)) == ["ada", "bo", "cia"]


STEPS: list[Callable[..., object]] = [staging.publish, staging.cancel, staging.put_away]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_an_event_that_is_not_there_says_so(desk: Desk, step: Callable[..., object]) -> None:
    with pytest.raises(EventNotFound):
        step(desk, "seminarium", NOW)


@pytest.mark.parametrize(
    ("step", "at"), [(staging.publish, NOW), (staging.cancel, NOW), (staging.put_away, ENDS)]
)
def test_a_step_is_refused_when_the_event_changed_since_it_was_read_and_not_when_it_was_done(
    desk: Desk, step: Callable[..., object], at: datetime
) -> None:
    seen = opened(desk, draft=True)
    changed = opened(desk, draft=True, seats=3)
    with pytest.raises(Stale):
        step(desk, "seminarium", at, seen.revision)
    assert desk.events.get("seminarium") == changed
    done = step(desk, "seminarium", at, changed.revision)
    assert step(desk, "seminarium", at, changed.revision) == done


def test_a_file_is_refused_when_the_event_changed_or_came_to_be_since_it_was_read(desk: Desk) -> None:
    editing.apply(desk, an_event(), HOSTS, NOW, expected=0)
    with pytest.raises(Stale):
        editing.apply(desk, an_event(seats=3), HOSTS, NOW, expected=0)
    editing.apply(desk, an_event(seats=3), HOSTS, NOW, expected=1)
    with pytest.raises(Stale):
        editing.apply(desk, an_event(seats=4), HOSTS, NOW, expected=1)
    assert editing.apply(desk, an_event(seats=3), HOSTS, NOW, expected=1).revision == 2


def test_an_event_is_archived_once_it_is_over_or_cancelled_and_not_before(desk: Desk) -> None:
    opened(desk)
    with pytest.raises(Refused, match="not over"):
        staging.put_away(desk, "seminarium", ENDS - MINUTE)
    record = staging.put_away(desk, "seminarium", ENDS)
    assert record.archived_at == ENDS
    assert record == staging.put_away(desk, "seminarium", ENDS + DAY)
    editing.apply(desk, an_event(id="installt", cancelled=True), HOSTS, NOW)
    assert staging.put_away(desk, "installt", NOW).archived_at == NOW


def test_an_archived_event_is_changed_by_no_organiser(admin: Ask, desk: Desk, time: Time) -> None:
    record = opened(desk)
    ada, *_ = (registered(desk, record, name) for name in ("Ada", "Bo", "Cia"))
    time.now = ENDS
    assert admin("POST", "/events/seminarium/archive")["statusCode"] == 200
    before = everything("AUDIT")
    for method, path, body in [
        ("PUT", "", file(seats=3)),
        ("POST", "/cancel", None),
        ("POST", "/publish", None),
        ("POST", "/messages", {"subject": {"sv": "Hej"}, "body": {"sv": "Hej"}}),
        ("POST", f"/registrations/{ada.id}/promote", None),
        ("POST", "/groups", None),
        ("POST", "/summaries", {"language": "sv", "markdown": "# Utfall"}),
    ]:
        answer = admin(method, f"/events/seminarium{path}", body)
        assert answer["statusCode"] == 409, path
        assert "archived" in content(answer)["detail"]
    assert everything("AUDIT") == before
    with pytest.raises(EventArchived):
        editing.apply(desk, an_event(seats=3), HOSTS, ENDS)
    assert admin("GET", "/events/seminarium/registrations")["statusCode"] == 200
    assert admin("POST", "/events/seminarium/archive")["statusCode"] == 200


def test_a_stuck_mail_of_an_archived_event_can_be_decided_on(admin: Ask, desk: Desk) -> None:
    opened(desk, cancelled=True)
    mail = Mail(
        event_id="seminarium", kind=MailKind.EVENT_CANCELLED, recipient="r-ada", version=1,
        state=MailState.FAILED, stuck=True, due_at=NOW, created_at=NOW,
    )  # fmt: skip
    desk.mails.create(mail)
    staging.put_away(desk, "seminarium", NOW)
    decided = admin("POST", f"/events/seminarium/mails/{mail.id}/decision", {"again": False})
    assert (decided["statusCode"], content(decided)["stuck"]) == (200, False)


def test_what_participants_do_and_see_stays_after_an_event_is_archived(ask: Ask, desk: Desk) -> None:
    record = opened(desk, public_summaries=True)
    ada = registered(desk, record, "Ada")
    over = ask("GET", "/events/seminarium/sv"), ask("GET", "/events/seminarium/sv/summaries")
    staging.cancel(desk, "seminarium", NOW)
    cancelled = ask("GET", "/events/seminarium/sv")
    staging.put_away(desk, "seminarium", NOW)
    assert ask("GET", "/events/seminarium/sv") == cancelled
    assert ask("GET", "/events/seminarium/sv/summaries")["statusCode"] == over[1]["statusCode"] == 200
    managing.cancel(desk, desk.events.get("seminarium"), ada, NOW)
    assert states(desk) == {"Ada": "cancelled"}


def test_the_sweep_leaves_an_archived_event_until_its_data_are_erased_once_nothing_else_is_due(
    desk: Desk,
) -> None:
    desks = Desks(desk)
    record = desks.apply(thanks={"after": "PT3H"}, **TWO_MODES)
    registered(desk, record, "Ada")
    desks.tick(NOW + MINUTE)
    staging.put_away(desk, "seminarium", ENDS)
    desks.tick(ENDS + MINUTE)
    [event_id] = desk.agenda.due(ENDS + 3 * 60 * MINUTE).events
    desks.tick(ENDS + 3 * 60 * MINUTE)
    erased_at = record.event.erased_at
    assert (event_id, desk.agenda.due(erased_at - MINUTE).events) == ("seminarium", frozenset())
    assert desk.agenda.due(erased_at).events == {"seminarium"}


def test_everybody_is_told_that_an_event_is_cancelled_though_it_is_archived_at_once(desk: Desk) -> None:
    desks = Desks(desk)
    record = desks.apply()
    registered(desk, record, "Ada")
    staging.cancel(desk, "seminarium", NOW)
    staging.put_away(desk, "seminarium", NOW)
    desks.tick_around(NOW + 5 * MINUTE)
    assert [who for _, who in desks.of(MailKind.EVENT_CANCELLED)] == ["ada"]
    assert desk.agenda.due(record.event.erased_at - MINUTE).events == frozenset()


def test_an_archived_stop_stays_as_it_is_when_the_file_of_its_tour_is_handed_in(desk: Desk) -> None:
    stops = toured(desk)
    staging.cancel(desk, "vasa", NOW)
    archived = staging.put_away(desk, "vasa", NOW)
    applied = planning.apply(desk, a_series(*STOPS, title={"sv": "Rundresa"}), HOSTS, NOW)
    assert applied.stops[0] == archived
    assert applied.stops[2].revision == stops["abo"].revision + 1


def test_a_duplicate_takes_over_the_file_and_nothing_else(desk: Desk) -> None:
    opened(desk, tour=TOUR)
    record = opened(desk, tour=TOUR, starts="2020-09-16T12:00")
    registered(desk, record, "Ada")
    copy = duplicating.duplicate(desk, "seminarium", "kopia", AUTUMN, NOW)
    assert (copy.event.draft, copy.event.tour, copy.revision) == (True, record.event.tour, 1)
    assert copy.key != record.key
    assert [each.since for each in copy.history] == [NOW]
    assert (desk.registrations.of_event("kopia"), desk.mails.of_event("kopia")) == ([], [])
    assert desk.events.get("seminarium") == record
    assert copy == duplicating.duplicate(desk, "seminarium", "kopia", AUTUMN, NOW + MINUTE)
    published = staging.publish(desk, "kopia", NOW)
    assert registered(desk, published, "Bo").block == 0


def test_a_duplicate_takes_nobody_elses_id(desk: Desk) -> None:
    record = opened(desk)
    for starts in (AUTUMN, record.event.starts):
        with pytest.raises(InvalidInput) as refusal:
            duplicating.duplicate(desk, "seminarium", "seminarium", starts, NOW)
        assert [each.field for each in refusal.value.problems] == ["id"]
    assert desk.events.get("seminarium") == record


def test_a_file_that_is_validated_tells_what_it_would_change_and_stores_nothing(
    admin: Ask, desk: Desk, time: Time
) -> None:
    record = opened(desk, seats=3)
    for name in ("Ada", "Bo", "Cia"):
        registered(desk, record, name)
    time.now += MINUTE
    before = everything()

    def trial(**changes: Any) -> dict[str, Any]:
        return content(admin("POST", "/events/seminarium/validate", file(**changes)))

    moved = trial(seats=1, starts="2020-09-16T14:00")
    assert moved["changes"] == ["starts", "seats"]
    assert moved["notices"][0] == "3 would be told that the date or the place changed."
    assert moved["notices"][1].startswith("online: 3 seats are taken, 2 more than the 1 of the event.")
    assert trial(seats=3) == {"revision": 1, "changes": [], "notices": []}
    assert trial(seats=3, cancelled=True)["notices"] == ["3 would be told that the event is cancelled."]
    assert everything() == before


def test_a_file_of_a_new_event_and_one_that_publishes_a_draft_say_so(admin: Ask, desk: Desk) -> None:
    told = content(admin("POST", "/events/seminarium/validate", file(draft=True)))
    assert (told["revision"], told["notices"]) == (1, ["This is a new event, a draft."])
    opened(desk, draft=True)
    told = content(admin("POST", "/events/seminarium/validate", file()))
    assert (told["changes"], told["notices"]) == (["draft"], ["The event would be published."])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"draft": True}, "draft"),
        ({"meeting": {"address": "https://elsewhere.example"}}, "meeting.address"),
        ({"id": "annat"}, "id"),
        ({"ends": "2020-09-16T12:00"}, "event"),
    ],
)
def test_a_file_is_validated_as_it_would_be_applied(
    admin: Ask, desk: Desk, changes: dict[str, Any], field: str
) -> None:
    opened(desk)
    wrong = file() | changes
    answers = [admin("POST", "/events/seminarium/validate", wrong), admin("PUT", "/events/seminarium", wrong)]
    assert [each["statusCode"] for each in answers] == [422, 422]
    assert content(answers[0]) == content(answers[1])
    assert [each["field"] for each in content(answers[0])["errors"]] == [field]


def test_the_life_of_an_event_by_its_routes(admin: Ask, desk: Desk, time: Time) -> None:
    admin("PUT", "/events/seminarium", file(draft=True))
    path = "/events/seminarium"
    read = admin("GET", path)["headers"]["ETag"]
    assert admin("POST", f"{path}/publish", match='"wrong"')["statusCode"] == 412
    published = admin("POST", f"{path}/publish", match=read)
    assert content(published)["event"]["draft"] is False
    assert admin("POST", f"{path}/archive")["statusCode"] == 409
    assert content(admin("POST", f"{path}/cancel"))["event"]["cancelled"] is True
    assert content(admin("POST", f"{path}/archive"))["archived_at"] == "2020-08-20T09:00:00+00:00"
    time.now += MINUTE
    copied = admin("POST", f"{path}/duplicate", {"id": "kopia", "starts": "2020-11-04T13:00"})
    assert content(copied)["event"]["last_day_to_register"] == "2020-10-28"
    wrong = admin("POST", f"{path}/duplicate", {"id": "kopia", "starts": "2020-11-04T13:00+02:00"})
    assert [each["field"] for each in content(wrong)["errors"]] == ["starts"]
    assert admin("POST", "/events/ingenting/publish")["statusCode"] == 404
    [latest, *_] = content(admin("GET", f"{path}/audit"))["entries"]
    assert (latest["action"], latest["about"]) == ("duplicate_event", {"copy": "kopia"})


def events_on(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["id"], each["state"]) for each in content(answer)["events"]]


def several(desk: Desk) -> None:
    """Events of every state, in August, September, October and November."""
    for changes in (
        {"id": "tidigt", "starts": "2020-08-18T13:00", "ends": "2020-08-18T15:00"},
        {"id": "seminarium", "tour": TOUR},
        {"id": "fullt", "starts": "2020-09-17T13:00", "ends": "2020-09-17T15:00", "cancelled": True},
        {"id": "senare", "starts": "2020-10-01T13:00", "ends": "2020-10-01T15:00", "draft": True},
        {"id": "annu", "starts": "2020-11-01T13:00", "ends": "2020-11-01T15:00",
         "registration_opens": "2020-09-01T09:00"},
        {"id": "snart", "starts": "2020-08-21T13:00", "ends": "2020-08-21T15:00"},
    ):  # fmt: skip
        last = {"last_day_to_register": str(changes.get("starts", "2020-09-16"))[:10]}
        early = {"last_day_to_register": "2020-08-19"} if changes["id"] == "snart" else {}
        editing.apply(desk, an_event(**changes | last | early), HOSTS, NOW)


def test_the_list_tells_how_far_each_event_is_the_latest_start_first(admin: Ask, desk: Desk) -> None:
    several(desk)
    assert events_on(admin("GET", "/events")) == [
        ("annu", "not-yet-open"),
        ("senare", "draft"),
        ("fullt", "cancelled"),
        ("seminarium", "open"),
        ("snart", "closed"),
        ("tidigt", "over"),
    ]
    assert events_on(admin("GET", "/events", state="draft")) == [("senare", "draft")]
    assert events_on(admin("GET", "/events", tour="turne")) == [("seminarium", "open")]
    assert admin("GET", "/events", state="lost")["statusCode"] == 422


def test_the_list_comes_in_pages_each_event_once(admin: Ask, desk: Desk) -> None:
    several(desk)
    seen: list[tuple[str, str]] = []
    query: dict[str, str] = {"limit": "2"}
    for _ in range(4):
        page = admin("GET", "/events", **query)
        seen += events_on(page)
        if content(page)["next"] is None:
            break
        query["cursor"] = content(page)["next"]
    assert seen == events_on(admin("GET", "/events"))
    assert content(page)["next"] is None


def test_what_is_filtered_out_makes_no_page_empty_before_the_last(admin: Ask, desk: Desk) -> None:
    several(desk)
    page = admin("GET", "/events", limit="1", state="over")
    assert events_on(page) == [("tidigt", "over")]


def test_an_archived_event_is_listed_when_it_is_asked_for(admin: Ask, desk: Desk) -> None:
    several(desk)
    staging.put_away(desk, "tidigt", NOW)
    assert ("tidigt", "over") not in events_on(admin("GET", "/events"))
    [told] = [each for each in content(admin("GET", "/events", archived="true"))["events"]
              if each["id"] == "tidigt"]  # fmt: skip
    assert (told["archived_at"], told["starts_at"]) == ("2020-08-20T09:00:00Z", "2020-08-18T10:00:00Z")
    assert told["title"] == {"sv": "Seminarium", "fi": "Seminaari"}


def test_a_moved_event_is_listed_once_where_it_is_now(desk: Desk) -> None:
    opened(desk)
    record = opened(desk, starts="2020-09-15T13:00")
    assert desk.events.listed(None, 9) == [EventEntry.of(record)]


def test_an_organiser_of_one_event_sees_that_one_in_the_list(
    admin: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kallelse.handlers.admin import serving
    from kallelse.models import Caller, Grant

    several(desk)
    caller = Caller(name="ada", grants=(Grant.parse("viewer:event:snart"), Grant.parse("viewer:tour:turne")))
    monkeypatch.setattr(serving, "caller", lambda *_: caller)
    assert events_on(admin("GET", "/events")) == [("seminarium", "open"), ("snart", "closed")]
    page = content(admin("GET", "/events", limit="1"))
    assert page["next"] == "2020-09-16T10:00_seminarium"
    copy = {"id": "kopia", "starts": "2020-11-04T13:00"}
    assert admin("POST", "/events/snart/duplicate", copy)["statusCode"] == 403
    administrator = caller.model_copy(update={"grants": (Grant.parse("administrator:event:snart"),)})
    monkeypatch.setattr(serving, "caller", lambda *_: administrator)
    assert admin("POST", "/events/snart/duplicate", copy)["statusCode"] == 403
    assert desk.events.find("kopia") is None
