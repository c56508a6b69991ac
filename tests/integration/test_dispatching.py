"""Mails about the event: each tick computes from the event as it stands what is due to whom."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import utc
from tests.desks import Desks
from tests.people import TWO_MODES, found, registered
from tests.visiting import MINUTE

from kallelse import dispatching, managing
from kallelse.adapters.dynamodb.events import TableEvents
from kallelse.models import MailKind, Mode
from kallelse.ports import Desk

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
STARTS = utc("2020-09-16T10:00")
REMINDED: dict[str, Any] = {
    "seats": 9,
    "last_day_to_register": "2020-09-16",
    "meeting": {"address": "https://webbseminarium.example/rum", "join_link": ["P1D", "PT1H"]},
    "reminders": ["P7D", "2020-09-14T09:00"],
}
A_WEEK_LATER = {"starts": "2020-09-23T13:00", "ends": "2020-09-23T15:45"}
TIMES = [utc("2020-09-09T10:00"), utc("2020-09-14T06:00"), STARTS - DAY, STARTS - HOUR, STARTS]
"""When something is due, and the start."""

LINK, REMINDER = MailKind.JOIN_LINK, MailKind.REMINDER
MOVED, CALLED_OFF = MailKind.EVENT_CHANGED, MailKind.EVENT_CANCELLED


@pytest.fixture
def desks(desk: Desk) -> Desks:
    return Desks(desk)


def records(desk: Desk, *kinds: MailKind) -> set[str]:
    """The ids of the mails that there is a record of."""
    return {mail.id for mail in desk.mails.of_event("seminarium") if not kinds or mail.kind in kinds}


def test_join_links_and_reminders_are_sent_at_their_times_and_each_once(desks: Desks) -> None:
    registered(desks.desk, desks.apply(**REMINDED), "Ada")
    desks.tick_around(*TIMES)
    times = [utc("2020-09-09T10:00"), utc("2020-09-14T06:00"), STARTS - HOUR]
    assert desks.of(REMINDER) == [(at, "ada") for at in times]
    assert desks.of(LINK) == [(STARTS - DAY, "ada")]
    assert len(desks.sent) == 5


def test_those_who_come_on_site_are_reminded_of_it_without_a_link(desks: Desks) -> None:
    record = desks.apply(**(REMINDED | TWO_MODES))
    registered(desks.desk, record, "Ada", Mode.ON_SITE)
    desks.tick_around(*TIMES)
    assert desks.of(REMINDER) == [(utc("2020-09-09T10:00"), "ada"), (utc("2020-09-14T06:00"), "ada")]
    assert desks.of(LINK) == []
    assert not any("/join/" in text for text in desks.texts)


def test_a_reminder_after_the_join_link_carries_it_again(desks: Desks) -> None:
    registered(desks.desk, desks.apply(**REMINDED), "Ada")
    desks.tick(STARTS - 7 * DAY)
    assert "/join/" not in desks.texts[-1]
    desks.tick(STARTS - HOUR)
    texts = dict(zip((kind for _, _, kind in desks.sent), desks.texts, strict=True))
    assert "/join/" in texts[REMINDER]


def test_a_reminder_does_not_reach_people_who_registered_after_its_time(desks: Desks) -> None:
    record = desks.apply(**REMINDED)
    registered(desks.desk, record, "Ada")
    at = STARTS - 7 * DAY
    registered(desks.desk, record, "Bo", at=at)
    registered(desks.desk, record, "Cia", at=at + HOUR)
    for step in range(3):
        desks.tick(at + HOUR + step * MINUTE)
    assert desks.of(REMINDER) == [(at + HOUR, "ada")]


def test_a_reminder_does_not_reach_one_who_was_promoted_after_its_time(desks: Desks) -> None:
    record = desks.apply(**(REMINDED | {"seats": 1}))
    ada = registered(desks.desk, record, "Ada")
    registered(desks.desk, record, "Bo")
    desks.tick(STARTS - 7 * DAY)
    ada = found(desks.desk, record, ada.participant.email)
    managing.cancel(desks.desk, record, ada, STARTS - 7 * DAY + HOUR)
    desks.tick(STARTS - 7 * DAY + 2 * HOUR)
    assert [who for _, who in desks.of(REMINDER)] == ["ada"]
    assert [who for _, who in desks.of(MailKind.PROMOTED)] == ["bo"]


def test_a_late_participant_gets_the_join_link_at_once(desks: Desks) -> None:
    record = desks.apply(**REMINDED)
    registered(desks.desk, record, "Ada")
    desks.tick(STARTS - DAY)
    late = STARTS - 30 * MINUTE
    registered(desks.desk, record, "Bo", at=late)
    desks.tick(late)
    assert desks.of(LINK) == [(STARTS - DAY, "ada"), (late, "bo")]
    assert [who for _, who in desks.of(REMINDER)] == ["ada"]


def test_a_missed_reminder_is_caught_up_until_the_next_one_or_the_start(desks: Desks) -> None:
    registered(desks.desk, desks.apply(**REMINDED), "Ada")
    late = utc("2020-09-14T05:59")
    desks.tick(late)
    assert desks.of(REMINDER) == [(late, "ada")]
    desks.tick(STARTS)
    assert desks.of(REMINDER) == [(late, "ada")]


def test_moving_an_event_by_a_week_sends_nothing_too_early(desks: Desks) -> None:
    record = desks.apply(**REMINDED)
    registered(desks.desk, record, "Ada")
    desks.tick(STARTS - 2 * DAY - HOUR)
    # The mail about the join link is under way when the event is moved.
    dispatching.tick(desks.desk, STARTS - DAY)
    assert records(desks.desk, LINK)
    desks.time.now = STARTS - DAY + MINUTE
    desks.apply(**(REMINDED | A_WEEK_LATER))
    desks.tick_around(*TIMES[2:], *(at + WEEK for at in TIMES[2:]))
    assert desks.of(LINK) == [(STARTS + WEEK - DAY, "ada")]
    reminded = [at for at, _ in desks.of(REMINDER) if at > STARTS - DAY]
    # A week before the new start is the old start.
    assert reminded == [STARTS, STARTS + WEEK - HOUR]
    assert len(desks.of(MOVED)) == 1


def test_a_join_link_that_was_sent_is_sent_again_when_the_later_day_comes(desks: Desks) -> None:
    registered(desks.desk, desks.apply(), "Ada")
    desks.tick(STARTS - DAY)
    desks.apply(**A_WEEK_LATER)
    desks.tick_around(STARTS, STARTS + WEEK - DAY)
    assert [at for at, _ in desks.of(LINK)] == [STARTS - DAY, STARTS + WEEK - DAY]


def test_moving_an_event_to_an_earlier_day_repeats_neither_link_nor_reminder(desks: Desks) -> None:
    record = desks.apply(**REMINDED)
    registered(desks.desk, record, "Ada")
    desks.tick(STARTS - DAY)
    before = Counter(kind for _, _, kind in desks.sent)
    desks.time.now = STARTS - DAY + MINUTE
    sooner = {"starts": "2020-09-15T17:00", "ends": "2020-09-15T18:00", "last_day_to_register": "2020-09-15"}
    desks.apply(**(REMINDED | sooner))
    for minutes in range(2, 180, 30):  # an hour before the new start a reminder is due
        desks.tick(STARTS - DAY + minutes * MINUTE)
    assert Counter(kind for _, _, kind in desks.sent) - before == {MOVED: 1}


def test_moving_an_event_by_minutes_repeats_nothing(desks: Desks) -> None:
    record = desks.apply(**REMINDED)
    registered(desks.desk, record, "Ada")
    desks.tick(STARTS - DAY)
    desks.tick(STARTS - HOUR)
    desks.time.now = STARTS - HOUR + MINUTE
    desks.apply(**(REMINDED | {"starts": "2020-09-16T13:15"}))
    for minutes in range(2, 70, 4):
        desks.tick(STARTS - HOUR + minutes * MINUTE)
    assert len(desks.of(LINK)) == 1
    assert [at for at, _ in desks.of(REMINDER)] == [STARTS - HOUR]


@pytest.mark.parametrize("way", ["once", "two dispatchers", "a missed hour", "ten times", "broken off"])
def test_two_dispatchers_at_the_same_instant_a_missed_hour_and_a_tick_repeated_ten_times_give_the_same_mails(
    desks: Desks, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = desks.apply(**REMINDED)
    for name in ("Ada", "Bo", "Cia"):
        registered(desks.desk, record, name)
    for at in (STARTS - 7 * DAY, STARTS - DAY, STARTS - HOUR):
        _dispatch(desks.desk, way, at, monkeypatch)
    kinds = Counter(mail.kind for mail in desks.desk.mails.of_event("seminarium"))
    assert kinds == {MailKind.CONFIRMED: 3, LINK: 3, REMINDER: 6}


def _dispatch(desk: Desk, way: str, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "a missed hour":
        at += 59 * MINUTE
    # A second dispatcher reads everything before the first has written anything.
    record, people = desk.events.get("seminarium"), desk.registrations.of_event("seminarium")
    if way == "two dispatchers":
        dispatching.tick(desk, at)
        for person in people:
            dispatching.post(desk, record, person, at)
        return
    if way == "broken off":
        with monkeypatch.context() as patch:
            patch.setattr(TableEvents, "look_again", _break_off)
            with pytest.raises(KeyboardInterrupt):
                dispatching.tick(desk, at)
    for _ in range(10 if way == "ten times" else 1):
        dispatching.tick(desk, at)


def _break_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_mailing_longer_than_an_hour_does_not_start_again(desks: Desks) -> None:
    record = desks.apply(**(REMINDED | {"seats": 31}))
    for number in range(31):
        registered(desks.desk, record, f"P{number}")
    desks.tick(STARTS - 2 * DAY)
    desks.sent.clear()
    desks.takes = timedelta(seconds=119)  # a second less than the lease
    # While one mailer works, the clock starts a dispatcher each minute.
    desks.meanwhile = lambda: dispatching.tick(desks.desk, desks.time.now)
    desks.tick(STARTS - DAY)
    assert desks.time.now - (STARTS - DAY) > HOUR
    desks.meanwhile, desks.takes = lambda: None, timedelta(0)
    for minutes in range(75, 200, 25):
        desks.tick(STARTS - DAY + minutes * MINUTE)
    assert Counter(who for _, who in desks.of(LINK)) == {f"p{number}": 1 for number in range(31)}
    assert len(desks.sent) == 31


def test_a_changed_date_or_place_is_told_once_to_everybody_with_a_seat(desks: Desks) -> None:
    record = desks.apply(**TWO_MODES)
    registered(desks.desk, record, "Ada")
    registered(desks.desk, record, "Bo", Mode.ON_SITE)
    registered(desks.desk, record, "Cia", Mode.ON_SITE)  # waits
    at = utc("2020-08-21T09:00")
    desks.tick(at)
    desks.time.now = at + MINUTE
    modes = {"online": {"seats": 2}, "on-site": {"seats": 1, "place": {"sv": "Gatan 2"}}}
    moved = {"seats": None, "modes": modes}
    for _ in range(10):
        desks.apply(**moved)
    for step in range(2, 5):
        desks.tick(at + step * MINUTE)
    assert [who for _, who in desks.of(MOVED)] == ["bo"]
    assert "Tidigare plats: Gatan 1\nNy plats: Gatan 2\n" in desks.texts[-1]
    desks.apply(**(moved | {"starts": "2020-09-16T12:00"}))
    registered(desks.desk, desks.apply(**(moved | {"starts": "2020-09-16T12:30"})), "Eva", at=desks.time.now)
    for step in range(5, 8):
        desks.tick(at + step * MINUTE)
    assert sorted(who for _, who in desks.of(MOVED)[1:]) == ["ada", "bo"]
    assert "Tidigare tid: onsdag 16 september 2020 kl. 13.00–15.45 (finsk tid)\n" in desks.texts[-1]
    assert "Ny tid: onsdag 16 september 2020 kl. 12.30–15.45 (finsk tid)\n" in desks.texts[-1]
    assert "Tidigare plats" not in desks.texts[-1]


def test_a_change_that_is_taken_back_before_anybody_was_told_sends_nothing(desks: Desks) -> None:
    registered(desks.desk, desks.apply(), "Ada")
    desks.tick(utc("2020-08-21T09:00"))
    desks.apply(**A_WEEK_LATER)
    desks.apply()
    desks.tick(utc("2020-08-21T09:01"))
    assert desks.of(MOVED) == []


def test_a_change_that_is_taken_back_after_it_was_told_is_told_too(desks: Desks) -> None:
    registered(desks.desk, desks.apply(), "Ada")
    for minute, changes in enumerate([{}, A_WEEK_LATER, {}]):
        desks.apply(**changes)
        desks.tick(utc("2020-08-21T09:00") + minute * MINUTE)
    assert len(desks.of(MOVED)) == 2
    assert "Tidigare tid: onsdag 23 september 2020" in desks.texts[-1]
    assert "Ny tid: onsdag 16 september 2020" in desks.texts[-1]


def test_changes_that_concern_nobodys_coming_send_no_mail(desks: Desks) -> None:
    registered(desks.desk, desks.apply(), "Ada")
    desks.tick(utc("2020-08-21T09:00"))
    desks.apply(
        seats=3,
        title={"sv": "Seminariet", "fi": "Seminaari"},
        meeting={"address": "https://webbseminarium.example/annat-rum"},
    )
    desks.tick(utc("2020-08-21T09:01"))
    assert len(desks.sent) == 1


def test_a_cancelled_event_is_told_to_everybody_once_and_nothing_follows(desks: Desks) -> None:
    record = desks.apply(**REMINDED | {"seats": 2})
    for name in ("Ada", "Bo", "Cia", "Dan"):
        registered(desks.desk, record, name)
    managing.cancel(desks.desk, record, found(desks.desk, record, "dan@example.org"), desks.time.now)
    desks.tick(STARTS - 8 * DAY)
    dispatching.tick(desks.desk, STARTS - DAY)  # the join links are under way
    desks.time.now = STARTS - DAY + MINUTE
    for _ in range(10):
        desks.apply(**REMINDED | {"seats": 2, "cancelled": True})
    for hours in range(0, 30, 5):
        at = STARTS - DAY + HOUR + hours * HOUR
        seen = desks.desk.events.get("seminarium")
        desks.tick(at)
        for person in desks.desk.registrations.of_event("seminarium"):
            dispatching.post(desks.desk, seen, person, at)
    assert sorted(who for _, who in desks.of(CALLED_OFF)) == ["ada", "bo", "cia"]
    after = {kind for at, _, kind in desks.sent if at > STARTS - 8 * DAY}
    assert after == {CALLED_OFF}


def test_one_whose_offer_ends_in_the_minute_of_the_cancellation_is_told_that_alone(desks: Desks) -> None:
    offering = {"seats": 1, "offer": "PT24H"}
    record = desks.apply(**offering)
    ada = registered(desks.desk, record, "Ada")
    registered(desks.desk, record, "Bo")
    managing.cancel(desks.desk, record, ada, desks.time.now)
    desks.tick(desks.time.now)
    desks.apply(**offering, cancelled=True)
    desks.tick(desks.time.now + DAY)
    desks.tick(desks.time.now + MINUTE)
    assert [kind for _, who, kind in desks.sent if who == "bo"][-1] == CALLED_OFF
    assert len([kind for _, who, kind in desks.sent if who == "bo"]) == 2


def test_an_event_that_takes_place_after_all_is_told_and_its_join_link_sent(desks: Desks) -> None:
    registered(desks.desk, desks.apply(), "Ada")
    dispatching.tick(desks.desk, STARTS - DAY)
    desks.time.now = STARTS - DAY
    desks.apply(cancelled=True)
    desks.tick(STARTS - DAY + MINUTE)
    desks.time.now += MINUTE
    desks.apply()
    desks.tick(STARTS - DAY + 3 * MINUTE)
    assert sorted(kind for _, _, kind in desks.sent) == sorted([CALLED_OFF, MOVED, LINK])
    changed = next(text for text, sent in zip(desks.texts, desks.sent, strict=True) if sent[2] == MOVED)
    assert "Evenemanget blir av trots allt." in changed
