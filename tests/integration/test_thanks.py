"""The mail to those who took part, from the event file to the letter."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.conftest import utc
from tests.desks import Desks
from tests.integration.test_dispatching import A_WEEK_LATER
from tests.people import TWO_MODES, registered
from tests.visiting import MINUTE

from kallelse import dispatching, joining
from kallelse.links import issue
from kallelse.models import EventRecord, MailKind, Mode, Purpose
from kallelse.ports import Desk

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
STARTS, ENDS = utc("2020-09-16T10:00"), utc("2020-09-16T12:45")
THANKS = {"thanks": {"after": "PT1H", "feedback": "https://enkat.example/seminarium"}}


@pytest.fixture
def desks(desk: Desk) -> Desks:
    return Desks(desk)


def guests(desks: Desks, record: EventRecord, *names: str, at: datetime = STARTS) -> None:
    """People who registered and joined the meeting."""
    for name in names:
        registration = registered(desks.desk, record, name)
        joining.join(desks.desk, issue(desks.desk, registration, Purpose.JOIN), at)


def test_those_who_joined_and_those_who_came_are_thanked_once(desks: Desks) -> None:
    record = desks.apply(**TWO_MODES | THANKS)
    guests(desks, record, "Ada")
    registered(desks.desk, record, "Bo")
    registered(desks.desk, record, "Cia", Mode.ON_SITE)
    registered(desks.desk, record, "Dan", Mode.ON_SITE)  # waits
    desks.tick_around(STARTS, ENDS, ENDS + HOUR, ENDS + 2 * HOUR, ENDS + HOUR + DAY)
    assert sorted(desks.of(MailKind.THANKS)) == [(ENDS + HOUR, "ada"), (ENDS + HOUR, "cia")]
    text = desks.texts[-1]
    assert ",\n\nTack för att du deltog.\n\nVad tyckte du? " in text
    assert "\nhttps://enkat.example/seminarium\n" in text


def test_an_event_without_a_form_for_feedback_only_thanks(desks: Desks) -> None:
    guests(desks, desks.apply(thanks={}), "Ada")
    desks.tick(ENDS + HOUR)
    assert desks.of(MailKind.THANKS) == [(ENDS + HOUR, "ada")]
    assert "Vad tyckte du?" not in desks.texts[-1]


def test_an_event_that_says_nothing_of_thanks_sends_none(desks: Desks) -> None:
    guests(desks, desks.apply(), "Ada")
    desks.tick_around(ENDS, ENDS + HOUR)
    assert desks.of(MailKind.THANKS) == []


@pytest.mark.parametrize(("late", "sent"), [(23 * HOUR, 1), (DAY, 0)])
def test_missed_thanks_are_caught_up_for_a_day(desks: Desks, late: timedelta, sent: int) -> None:
    guests(desks, desks.apply(**THANKS), "Ada")
    desks.tick(ENDS)
    desks.tick(ENDS + HOUR + late)
    desks.tick(ENDS + HOUR + late + MINUTE)
    assert len(desks.of(MailKind.THANKS)) == sent


def test_thanks_a_month_later_are_not_forgotten_and_the_event_is_left_alone_after_them(desks: Desks) -> None:
    guests(desks, desks.apply(thanks={"after": "P30D"}), "Ada")
    desks.tick_around(*(ENDS + days * DAY for days in range(29)))
    assert desks.of(MailKind.THANKS) == []
    desks.tick(ENDS + 30 * DAY)
    assert desks.of(MailKind.THANKS) == [(ENDS + 30 * DAY, "ada")]
    desks.tick(ENDS + 31 * DAY - MINUTE)
    assert desks.desk.agenda.due(ENDS + 90 * DAY - MINUTE).events == {"seminarium"}
    desks.tick(ENDS + 31 * DAY)
    assert not desks.desk.agenda.due(ENDS + 90 * DAY - MINUTE).events


def test_a_moved_event_thanks_after_its_new_end(desks: Desks) -> None:
    record = desks.apply(**THANKS)
    guests(desks, record, "Ada")
    dispatching.tick(desks.desk, ENDS + HOUR)  # the thanks are under way
    desks.time.now = ENDS + HOUR
    desks.apply(**THANKS | A_WEEK_LATER)
    desks.tick_around(ENDS + HOUR + MINUTE, ENDS + WEEK, ENDS + WEEK + HOUR)
    assert desks.of(MailKind.THANKS) == [(ENDS + WEEK + HOUR, "ada")]


def test_a_cancelled_event_thanks_nobody(desks: Desks) -> None:
    guests(desks, desks.apply(**THANKS), "Ada")
    dispatching.tick(desks.desk, ENDS + HOUR)
    desks.time.now = ENDS + HOUR
    desks.apply(**THANKS, cancelled=True)
    desks.tick_around(ENDS + HOUR + MINUTE)
    assert desks.of(MailKind.THANKS) == []
