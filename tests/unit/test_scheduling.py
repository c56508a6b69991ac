"""When reminders are due, and what an event file may say about it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import an_event, utc
from tests.mails import a_registration

from kallelse import editing
from kallelse.errors import InvalidInput
from kallelse.models import Event, EventRecord, MailKind, Mode, Registration, RegistrationState
from kallelse.scheduling import due, last_at, next_time, reminders

ADDRESS = "https://webbseminarium.example/rum"
STARTS = utc("2020-09-16T10:00")


def meeting(*join_link: str) -> dict[str, Any]:
    return {"address": ADDRESS, "join_link": join_link}


def test_a_reminder_at_the_time_of_the_join_link_is_not_sent_beside_it() -> None:
    event = an_event(reminders=["P7D", "P1D"], meeting=meeting("P1D", "PT1H"))
    online = [each.at for each in reminders(event, Mode.ONLINE)]
    assert online == [STARTS - timedelta(days=7), STARTS - timedelta(hours=1)]
    on_site = [each.at for each in reminders(event, Mode.ON_SITE)]
    assert on_site == [STARTS - timedelta(days=7), STARTS - timedelta(days=1)]


def test_each_reminder_is_due_until_the_next_mail_or_the_start() -> None:
    event = an_event(reminders=["P7D"], meeting=meeting("P1D", "PT1H"))
    assert [each.until for each in reminders(event, Mode.ONLINE)] == [STARTS - timedelta(days=1), STARTS]


def test_a_fixed_time_is_told_by_the_clock_of_the_event_and_does_not_move_with_it() -> None:
    for starts in ("2020-09-16T13:00", "2020-09-16T14:00"):
        [reminder] = reminders(an_event(starts=starts, reminders=["2020-09-14T09:00"]), Mode.ON_SITE)
        assert reminder.at == utc("2020-09-14T06:00")


def test_one_time_need_not_be_written_as_a_list_and_is_stored_as_it_was() -> None:
    event = an_event(reminders="P7D", meeting={"address": ADDRESS, "join_link": "2020-09-15T09:00"})
    assert event.join_link_at == utc("2020-09-15T06:00")
    assert Event.model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reminders": ["2020-09-16T13:00"]}, "reminders must be before starts"),
        ({"reminders": ["PT0S"]}, "reminders must be before starts"),
        ({"reminders": ["P366D"]}, "reminders.0"),
        ({"reminders": ["-P1D"]}, "reminders.0"),
        ({"reminders": ["2020-09-15T09:00+03:00"]}, "reminders.0"),
        ({"reminders": ["soon"]}, "reminders.0"),
        ({"thanks": {"after": "-PT1S"}}, "thanks.after"),
        ({"thanks": {"after": "P31D"}}, "thanks.after"),
        ({"thanks": {"feedback": "http://enkat.example"}}, "thanks.feedback"),
        ({"thanks": {"afterwards": "PT1H"}}, "thanks.afterwards"),
        ({"meeting": meeting()}, "meeting.join_link"),
        ({"meeting": meeting("2020-09-16T13:01")}, "meeting.join_link must not be after starts"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_and_named(changes: dict[str, Any], told: str) -> None:
    content = json.loads(an_event().model_dump_json(exclude_none=True)) | changes
    with pytest.raises(InvalidInput, match=told):
        editing.read(json.dumps(content))


def test_the_history_keeps_what_participants_have_to_know_and_nothing_else() -> None:
    now = utc("2020-08-20T09:00")
    record = EventRecord.new(an_event(), "00", now)
    steps: list[dict[str, Any]] = [
        {},
        {"seats": 9},
        {"starts": "2020-09-16T14:00"},
        {"starts": "2020-09-15T14:00", "ends": "2020-09-15T15:00"},
        {"starts": "2020-09-15T14:00", "ends": "2020-09-15T15:00", "cancelled": True},
    ]
    versions = []
    for step in steps:
        record = record.changed_to(an_event(**step), now)
        versions.append(
            (record.revision, record.details.version, record.dated.version, record.settled.version)
        )
    assert versions == [(1, 1, 1, 1), (2, 1, 1, 1), (3, 2, 1, 1), (4, 3, 3, 1), (5, 4, 4, 4)]


ENDS = utc("2020-09-16T12:45")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def is_thanked(registration: Registration, at: datetime = ENDS + HOUR, **changes: Any) -> bool:
    record = EventRecord.new(an_event(**{"thanks": {}} | changes), "00", utc("2020-08-20T09:00"))
    return MailKind.THANKS in [kind for kind, _ in due(record, registration, at)]


def test_only_those_who_took_part_are_thanked() -> None:
    joined: dict[str, Any] = {"joined_at": STARTS}
    assert is_thanked(a_registration(**joined))
    assert not is_thanked(a_registration())
    assert is_thanked(a_registration(mode=Mode.ON_SITE))
    for state in set(RegistrationState) - {RegistrationState.CONFIRMED}:
        assert not is_thanked(a_registration(state=state, **joined))
        assert not is_thanked(a_registration(state=state, mode=Mode.ON_SITE))
    assert not is_thanked(a_registration(**joined), cancelled=True)
    assert not is_thanked(a_registration(**joined), thanks=None)


@pytest.mark.parametrize(
    ("after", "at"), [({}, HOUR), ({"after": "PT0S"}, 0 * HOUR), ({"after": "P30D"}, 30 * DAY)]
)
def test_thanks_are_due_from_their_time_for_a_day(after: dict[str, Any], at: timedelta) -> None:
    guest, moment, soon = a_registration(mode=Mode.ON_SITE), ENDS + at, timedelta(microseconds=1)
    told = [is_thanked(guest, moment + each, thanks=after) for each in (-soon, 0 * soon, DAY - soon, DAY)]
    assert told == [False, True, True, False]


def test_nobody_looks_at_every_registration_again_when_the_thanks_have_their_records() -> None:
    event = an_event(thanks={})
    assert next_time(event, ENDS) == ENDS + HOUR
    assert next_time(event, ENDS + HOUR) is None
    assert last_at(event) == ENDS + HOUR + DAY
    assert next_time(an_event(), ENDS) is None
