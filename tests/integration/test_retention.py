"""Personal data go by rule: when their time is over, not before, and wholly."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from tests.conftest import an_event
from tests.guarantees import form
from tests.lives import EVERYTHING, PEOPLE, about, lived
from tests.people import link, registered
from tests.summaries import Bucket, approved, publish
from tests.tours import TOUR
from tests.visiting import MINUTE, NOW, Ask, Time, everything, opened

from kallelse import dispatching, editing, exporting, messaging, noting, registering, retaining
from kallelse.adapters.dynamodb.expiry import BACKSTOP
from kallelse.adapters.dynamodb.keys import PERSONAL
from kallelse.errors import DataErased
from kallelse.links import issue
from kallelse.models import Draft, EventRecord, Purpose
from kallelse.ports import Desk
from kallelse.retaining import Allowance

DAY = timedelta(days=1)
HOSTS = frozenset({"webbseminarium.example"})
MANY = 24


def content(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200
    return json.loads(answer["body"])


def test_deletion_by_hand_is_forgotten_premature_or_partial_across_400_events_so_a_rule_deletes(
    desk: Desk,
) -> None:
    """Each event at its own time, not a minute sooner, and nothing of it stays (pretix #2498)."""
    records = []
    for number in range(MANY):
        day, kept = 10 + number % 20, 1 + number * 7 % 31
        record = opened(desk, id=f"event-{number}", retention=f"P{kept}D",
                        starts=f"2020-09-{day}T13:00", ends=f"2020-09-{day}T15:45")  # fmt: skip
        registering.register(desk, record, form(f"Person{number}"), NOW)
        records.append(record)
    dispatching.tick(desk, NOW + MINUTE)
    times = sorted({record.event.erased_at for record in records})
    assert len(times) > MANY / 2
    for at in times:
        for now in (at - MINUTE, at):
            dispatching.tick(desk, now)
            items = [(each["pk"]["S"], each["sk"]["S"]) for each in everything()]
            there = {pk for pk, sk in items if sk.startswith(tuple(PERSONAL))}
            assert there == {f"EVENT#{each.event.id}" for each in records if each.event.erased_at > now}
    assert not [each for each in everything() if "person" in json.dumps(each).casefold()]


def test_everything_personal_goes_and_the_rest_stays(desk: Desk) -> None:
    record = lived(desk)
    kinds = {key.split()[1].split("#")[0] for key in about("seminarium")}
    assert kinds == {"REG", "WAIT", "SEATS", "QUOTA", "MAIL", "LINK", "TOKEN", "OPENED", "GROUPS", "NOTE",
                     "REMARK", "PERSON"}  # fmt: skip
    dispatching.tick(desk, record.event.erased_at - MINUTE)
    before = about("seminarium")
    assert {key.split()[1].split("#")[0] for key in before} == kinds
    dispatching.tick(desk, record.event.erased_at)
    assert about("seminarium") == []
    left = json.dumps(everything(), ensure_ascii=False)
    assert not [name for name in (*PEOPLE, "bäst", "lönar") if name in left]
    assert desk.events.get("seminarium").event == record.event
    assert desk.summaries.get("seminarium", "sv", 1)
    assert len(desk.surveys.choices("seminarium")) == 5


def test_the_figures_stay_as_they_were_without_what_was_written_freely(desk: Desk) -> None:
    record = lived(desk)
    before = retaining.figures_of(desk, record)
    assert before.registrations == {"confirmed": 3, "waiting": 1}
    dispatching.tick(desk, record.event.erased_at)
    assert desk.figures.get("seminarium") == before
    assert retaining.figures_of(desk, desk.events.get("seminarium")) == before
    assert before.survey is not None
    word, useful = before.survey["questions"]
    assert (word["answers"], useful["counts"]["4"]) == (5, 5)
    assert "texts" not in word


def test_the_sweep_looks_once_more_and_then_never_again(desk: Desk) -> None:
    record = lived(desk)
    at = record.event.erased_at
    dispatching.tick(desk, at)
    for hours in (1, 2):
        dispatching.tick(desk, at + timedelta(hours=hours))
    work = desk.agenda.due(at + 1000 * DAY)
    assert "seminarium" not in work.events | work.touched
    assert about("seminarium") == []


def test_what_a_request_under_way_leaves_behind_goes_with_the_second_look(desk: Desk) -> None:
    record = lived(desk)
    ada = desk.registrations.of_event("seminarium")[0]
    dispatching.tick(desk, record.event.erased_at)
    issue(desk, ada, Purpose.MANAGE)
    dispatching.tick(desk, record.event.erased_at + timedelta(hours=1))
    assert about("seminarium") == []


def test_a_large_event_is_erased_in_the_course_of_several_ticks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = lived(desk)
    kept = len([each for each in about("seminarium") if "TOKEN" not in each])
    monkeypatch.setattr(dispatching, "Allowance", lambda: Allowance(left=30))
    left = []
    for minutes in range(5):
        dispatching.tick(desk, record.event.erased_at + minutes * MINUTE)
        left.append(len([each for each in about("seminarium") if "TOKEN" not in each]))
    assert left == [max(0, kept - 30 * ticks) for ticks in range(1, 6)]
    assert retaining.figures_of(desk, record).registrations == {"confirmed": 3, "waiting": 1}


def test_more_events_than_a_tick_erases_are_erased_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [opened(desk, id=f"event-{number}") for number in range(4)]
    for record in records:
        registering.register(desk, record, form("Ada"), NOW)
    dispatching.tick(desk, NOW)
    monkeypatch.setattr(dispatching, "Allowance", lambda: Allowance(left=25))
    left = []
    for minutes in range(3):
        dispatching.tick(desk, records[0].event.erased_at + minutes * MINUTE)
        left.append(sum(bool(desk.registrations.of_event(each.event.id)) for each in records))
    assert left == [3, 1, 0]  # the second has begun in the first tick


@pytest.mark.parametrize(
    "change", [{"starts": "2020-10-16T13:00", "ends": "2020-10-16T15:45"}, {"retention": "P120D"}]
)
def test_the_time_follows_the_event(desk: Desk, change: dict[str, Any]) -> None:
    record = lived(desk)
    old = record.event.erased_at
    moved = opened(desk, **{**EVERYTHING, "tour": TOUR, **change})
    assert moved.event.erased_at == old + 30 * DAY
    dispatching.tick(desk, old)
    assert [each.participant.name for each in desk.registrations.of_event("seminarium")] == list(PEOPLE)
    dispatching.tick(desk, moved.event.erased_at)
    assert about("seminarium") == []


def test_a_shorter_time_takes_effect_at_once(desk: Desk) -> None:
    lived(desk)
    now = an_event().ends_at + 20 * DAY
    editing.apply(desk, an_event(**EVERYTHING, tour=TOUR, retention="P14D"), HOSTS, now)
    dispatching.tick(desk, now)
    assert about("seminarium") == []


def until() -> set[tuple[Any, Any]]:
    """When what is kept about participants is erased, and deleted by DynamoDB."""
    items = [each for each in everything() if each["pk"]["S"].startswith(("EVENT#seminarium", "TOKEN#"))]
    personal = [each for each in items if each["sk"]["S"].startswith(("TOKEN", *PERSONAL))]
    return {tuple(int(each[name]["N"]) for name in ("erased_at", "expires")) for each in personal}  # type: ignore[misc]


def told(record: EventRecord) -> set[tuple[Any, Any]]:
    at = record.event.erased_at
    return {(int(at.timestamp()), int((at + BACKSTOP).timestamp()))}


def test_dynamodb_deletes_what_the_sweep_never_came_to_erase(desk: Desk) -> None:
    record = lived(desk)
    assert until() == told(record)
    assert timedelta(days=7) < BACKSTOP


def test_nothing_of_a_moved_event_is_deleted_too_early(desk: Desk) -> None:
    record = lived(desk)
    moved = opened(desk, **EVERYTHING, tour=TOUR, starts="2020-12-16T13:00", ends="2020-12-16T15:45")
    assert moved.event.erased_at > record.event.erased_at + BACKSTOP
    dispatching.tick(desk, NOW + 10 * MINUTE)
    assert until() == told(moved)


def test_what_was_written_just_before_the_move_follows_within_an_hour(desk: Desk) -> None:
    record = lived(desk)
    moved = opened(desk, **EVERYTHING, tour=TOUR, retention="P200D")
    dispatching.tick(desk, NOW + 10 * MINUTE)
    registered(desk, record, "Eva", at=NOW + 11 * MINUTE)  # who had read the event before it was moved
    dispatching.tick(desk, NOW + 80 * MINUTE)
    assert until() == told(moved)


def test_a_large_event_is_moved_in_the_course_of_several_ticks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(desk)
    moved = opened(desk, **EVERYTHING, tour=TOUR, retention="P200D")
    monkeypatch.setattr(dispatching, "Allowance", lambda: Allowance(left=20))
    for minutes in range(10, 15):
        dispatching.tick(desk, NOW + minutes * MINUTE)
    assert until() == told(moved)


def test_from_the_due_time_on_nothing_is_shown_though_the_sweep_has_not_come(
    ask: Ask, organise: Ask, desk: Desk, time: Time
) -> None:
    record = lived(desk)
    ada = desk.registrations.of_event("seminarium")[0]
    pages = [
        link(desk, ada),
        f"{link(desk, ada)}/data.json",
        f"/summaries/{issue(desk, ada, Purpose.SUMMARIES)}",
    ]
    pages += [
        f"/join/{issue(desk, ada, Purpose.JOIN)}",
        f"/unsubscribe/{issue(desk, ada, Purpose.UNSUBSCRIBE)}",
    ]
    time.now = record.event.erased_at - MINUTE
    assert 404 not in [ask("GET", page)["statusCode"] for page in pages]
    assert len(content(organise("GET", "/registrations"))["registrations"]) == 4
    time.now = record.event.erased_at
    assert [ask("GET", page)["statusCode"] for page in pages] == [404] * 5
    assert content(organise("GET", "/registrations"))["registrations"] == []
    assert content(organise("GET", "/mails")) == {"mails": [], "next": None}
    assert content(organise("GET", "/distribution")) == {"distribution": []}
    assert organise("GET", "/notes/1")["statusCode"] == 404
    assert organise("GET", "/groups")["statusCode"] == 404
    assert "bäst" not in json.dumps(content(organise("GET", "/survey")))
    figures = content(organise("GET", "/figures"))
    assert figures["registrations"] == {"confirmed": 3, "waiting": 1}
    dispatching.tick(desk, time.now)
    assert content(organise("GET", "/figures"))["registrations"] == figures["registrations"]


def test_an_erased_event_cannot_come_again(desk: Desk) -> None:
    record = lived(desk)
    dispatching.tick(desk, record.event.erased_at)
    with pytest.raises(DataErased):
        editing.apply(desk, an_event(**EVERYTHING, retention="P200D"), HOSTS, record.event.erased_at)
    title = {"sv": "Seminariet"}
    changed = editing.apply(desk, an_event(**EVERYTHING, title=title), HOSTS, record.event.erased_at)
    assert changed.event.title == title
    dispatching.tick(desk, record.event.erased_at + MINUTE)
    assert about("seminarium") == []


def test_an_event_that_is_moved_at_the_last_moment_is_not_erased(desk: Desk) -> None:
    record = lived(desk)
    at = record.event.erased_at
    opened(desk, **EVERYTHING, tour=TOUR, retention="P200D")
    retaining.erase(desk, record, at, Allowance())  # a tick that had read the event just before
    assert len(desk.registrations.of_event("seminarium")) == 4
    assert desk.figures.get("seminarium") is None


def test_nothing_is_written_down_about_people_after_the_time(desk: Desk) -> None:
    record = lived(desk)
    at = record.event.erased_at
    with pytest.raises(DataErased):
        noting.write(desk, record.event, "1", "Ada igen", "Bea", at)
    draft = Draft.model_validate({"subject": {"sv": "Tack"}, "body": {"sv": "Tack!"}})
    message = messaging.hand_in(desk, record, draft, "Bea", at - MINUTE)
    assert messaging.post(desk, "seminarium", message.number, at) == 0


def test_what_the_participant_takes_away_tells_when_it_is_erased(desk: Desk) -> None:
    record = lived(desk)
    ada = desk.registrations.of_event("seminarium")[0]
    data = exporting.own_data(desk, record, ada)
    assert datetime.fromisoformat(data["registration"]["erased_at"]) == record.event.erased_at


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"retention": "PT23H"}, "retention"),
        ({"retention": "P731D"}, "retention"),
        ({"retention": "P10D", "survey": EVERYTHING["survey"]}, "retention must not be shorter"),
        ({"retention": "P10D", "thanks": {"after": "P11D"}}, "retention must not be shorter"),
    ],
)
def test_a_time_that_cannot_be_kept_to_is_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        an_event(**fields)


def test_unless_the_file_says_otherwise_data_are_kept_for_90_days_after_the_end() -> None:
    event = an_event()
    assert event.erased_at == event.ends_at + 90 * DAY


def test_a_summary_that_is_corrected_later_tells_of_as_many_participants_and_goes_to_none(desk: Desk) -> None:
    body = {"id": "arkiv", "name": {"sv": "Arkivet"}, "address": "a@example.org", "language": "sv"}
    record = lived(desk, recipients=[body])
    at, bucket = record.event.erased_at + DAY, Bucket()
    approved(desk, bucket, "Rättat.", at=at)
    assert publish(desk, bucket, at) == [], "nobody can count them before the sweep has"
    dispatching.tick(desk, at)
    assert [mail.recipient for mail in publish(desk, bucket, at)] == ["b-arkiv"]
    assert "- **Deltagare:** 3\n- **Organisationer:** 1\n" in bucket.get(
        "events/seminarium/summaries/v0002/sv.md"
    )


def test_an_event_whose_time_is_over_already_can_be_handed_in_as_the_stop_of_a_tour_may_be(
    organise: Ask, time: Time
) -> None:
    time.now = an_event().erased_at + DAY
    file = an_event().model_dump(mode="json", exclude_none=True)
    assert content(organise("PUT", "", file))["revision"] == 1
    assert content(organise("GET", "/figures"))["seats"]["taken"] == 0
