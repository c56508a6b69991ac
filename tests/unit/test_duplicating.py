"""The dates of a duplicate, checked by hand. Helsinki is at UTC+3 until 25 October 2020, then at UTC+2."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from tests.conftest import an_event, utc

from kallelse.duplicating import shifted
from kallelse.errors import InvalidInput
from kallelse.models import Event

DATED: dict[str, Any] = {
    "registration_opens": "2020-08-17T09:00",
    "reminders": ["P7D", "2020-09-14T09:00"],
    "meeting": {"address": "https://webbseminarium.example/rum", "join_link": ["2020-09-15T18:30", "PT1H"]},
    "programme": [
        {"starts": "13:00", "title": {"sv": "Välkomstord"}},
        {"starts": "15:30", "title": {"sv": "Avslutning"}},
    ],
}


def the_event(**changes: Any) -> Event:
    return an_event(**DATED | changes)


def test_every_date_moves_by_as_many_days_and_keeps_its_time_on_the_clock_when_summer_time_ends() -> None:
    copy = shifted(the_event(), "kopia", datetime(2020, 11, 4, 13))  # 49 days later
    assert (copy.starts_at, copy.ends_at) == (utc("2020-11-04T11:00"), utc("2020-11-04T13:45"))
    assert copy.last_day_to_register == date(2020, 10, 28)
    assert copy.closes_at == utc("2020-10-28T22:00")
    assert copy.opens_at == utc("2020-10-05T06:00")  # still in summer time
    assert copy.reminders == (timedelta(days=7), datetime(2020, 11, 2, 9))
    assert copy.time_of(copy.reminders[1]) == utc("2020-11-02T07:00")
    assert copy.meeting.join_link == (datetime(2020, 11, 3, 18, 30), timedelta(hours=1))
    assert [item.starts for item in copy.programme] == [time(13), time(15, 30)]


def test_an_event_is_moved_back_as_well() -> None:
    copy = shifted(the_event(), "kopia", datetime(2020, 3, 18, 13))  # 182 days earlier, in winter time
    assert copy.starts_at == utc("2020-03-18T11:00")
    assert copy.last_day_to_register == date(2020, 3, 11)
    assert copy.registration_opens == datetime(2020, 2, 17, 9)


def test_the_end_and_the_programme_move_with_the_time_of_day_of_the_start_and_other_dates_do_not() -> None:
    copy = shifted(the_event(), "kopia", datetime(2020, 9, 23, 9, 30))  # a week later, 3.5 hours earlier
    assert (copy.starts, copy.ends) == (datetime(2020, 9, 23, 9, 30), datetime(2020, 9, 23, 12, 15))
    assert [item.starts for item in copy.programme] == [time(9, 30), time(12)]
    assert copy.registration_opens == datetime(2020, 8, 24, 9)
    assert copy.reminders[1] == datetime(2020, 9, 21, 9)
    assert copy.meeting.join_link[0] == datetime(2020, 9, 22, 18, 30)


def test_a_programme_that_goes_on_after_midnight_does() -> None:
    copy = shifted(the_event(), "kopia", datetime(2020, 9, 16, 22))
    assert (copy.ends, copy.programme[1].starts) == (datetime(2020, 9, 17, 0, 45), time(0, 30))


def test_a_duplicate_is_a_draft_that_takes_place_and_stays_at_its_tour() -> None:
    tour = {"id": "turne", "title": {"sv": "Turné"}, "stops": 3}
    event = the_event(cancelled=True, tour=tour)
    copy = shifted(event, "kopia", event.starts)
    assert (copy.id, copy.draft, copy.cancelled) == ("kopia", True, False)
    assert copy.model_copy(update={"id": event.id, "draft": False, "cancelled": True}) == event


@pytest.mark.parametrize(
    ("copy_id", "starts", "field"),
    [
        ("Kopia!", datetime(2020, 11, 4, 13), "id"),
        ("kopia", datetime(2020, 11, 4, 13, tzinfo=UTC), "starts"),
        ("kopia", datetime(9999, 12, 31, 23), "starts"),
        ("kopia", datetime(1, 1, 1), "starts"),
        ("kopia", datetime(2020, 11, 4, 8), "event"),  # before a reminder on the same day
    ],
)
def test_a_duplicate_that_cannot_be_names_the_field(copy_id: str, starts: datetime, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        shifted(the_event(reminders=["2020-09-16T09:00"]), copy_id, starts)
    assert [problem.field for problem in refusal.value.problems] == [field]
