"""The instants that mailers share, and how a mailer uses them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import utc
from tests.dynamodb_local import running_table
from tests.fakes import FakePace

from kallelse.adapters.dynamodb import open_desk
from kallelse.errors import SendError, SendThrottled, ShiftOver
from kallelse.pacing import AHEAD, KEPT, KnownRate, Shift, in_threads, sleep_until, take_turn
from kallelse.ports import Desk, Pace

NOW = utc("2020-09-15T10:00")
LATER = NOW + timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["table", "fake"])
def pace(request: pytest.FixtureRequest) -> Pace:
    if request.param == "fake":
        return FakePace()
    desk: Desk = request.getfixturevalue("desk")
    return desk.pace


def test_each_instant_is_a_step_after_the_one_before(pace: Pace) -> None:
    assert [pace.reserve(SECOND, NOW, LATER) for _ in range(3)] == [NOW, NOW + SECOND, NOW + 2 * SECOND]


def test_instants_that_nobody_used_are_not_made_up_for(pace: Pace) -> None:
    pace.reserve(SECOND, NOW, LATER)
    assert pace.reserve(SECOND, NOW + 9 * SECOND, LATER) == NOW + 9 * SECOND
    assert pace.reserve(SECOND, NOW + 9 * SECOND, LATER) == NOW + 10 * SECOND


def test_an_instant_that_would_be_too_late_is_left_to_others(pace: Pace) -> None:
    pace.reserve(2 * SECOND, NOW, LATER)
    assert pace.reserve(SECOND, NOW, NOW + SECOND) is None
    assert pace.reserve(SECOND, NOW, NOW - SECOND) is None
    assert pace.reserve(SECOND, NOW, LATER) == NOW + 2 * SECOND


def test_a_mailer_whose_clock_is_wrong_does_not_stop_the_others(desk: Desk) -> None:
    tomorrow = NOW + timedelta(days=1)
    desk.pace.reserve(SECOND, tomorrow, tomorrow)
    assert desk.pace.reserve(SECOND, NOW, LATER) == NOW


def test_mailers_at_once_never_get_the_same_instant() -> None:
    with running_table() as table, ThreadPoolExecutor(16) as crew:
        pace = open_desk(table).pace
        slots = list(crew.map(lambda _: pace.reserve(SECOND, NOW, NOW + 600 * SECOND), range(400)))
    assert sorted(slot for slot in slots if slot) == [NOW + number * SECOND for number in range(400)]


class Watch:
    """A clock on which each waiting ends so much later than it should."""

    def __init__(self, *lateness: float) -> None:
        self.now, self.lateness = NOW, list(lateness)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, instant: datetime) -> None:
        late = self.lateness.pop(0) if self.lateness else 0.0
        self.now = max(self.now, instant) + timedelta(seconds=late)


def a_shift(watch: Watch, ends_at: datetime = LATER) -> Shift:
    return Shift(watch, ends_at, 10, watch.wait)


def test_a_mail_waits_for_its_turn() -> None:
    watch, pace = Watch(), FakePace()
    for number in range(3):
        take_turn(pace, a_shift(watch))
        assert watch.now == NOW + AHEAD + number * timedelta(seconds=1 / 9.7)


def test_a_turn_that_was_missed_is_not_used_but_another() -> None:
    watch, pace = Watch(3), FakePace()
    take_turn(pace, a_shift(watch))
    assert watch.now == NOW + AHEAD + 3 * SECOND + AHEAD


def test_a_mailer_that_is_always_late_sends_all_the_same() -> None:
    watch = Watch(*[0.1] * 50)
    take_turn(FakePace(), a_shift(watch))
    assert len(watch.lateness) == 50 - 4  # 20, 40, 80 and 160 ms are allowed


def test_nothing_is_sent_after_the_end_of_the_shift() -> None:
    watch, pace = Watch(), FakePace()
    pace.reserve(2 * SECOND, NOW, LATER)
    with pytest.raises(ShiftOver):
        take_turn(pace, a_shift(watch, NOW + SECOND))
    assert watch.now == NOW


@pytest.mark.parametrize(("rate", "workers"), [(1, 2), (14, 15), (500, 32)])
def test_a_mailer_has_as_many_workers_as_the_rate_can_use(rate: float, workers: int) -> None:
    assert Shift(lambda: NOW, LATER, rate, lambda _: None).workers == workers


class Telling:
    """An account that tells its rates one after another."""

    def __init__(self, *rates: float | SendError) -> None:
        self.rates = list(rates)

    def rate(self) -> float:
        rate = self.rates.pop(0)
        if isinstance(rate, SendError):
            raise rate
        return rate


def test_the_rate_is_asked_for_again_after_five_minutes() -> None:
    known = KnownRate(Telling(14, 50))
    times = (NOW, NOW + KEPT - SECOND, NOW + KEPT)
    assert [known.at(time) for time in times] == [14, 14, 50]


def test_a_rate_that_nobody_tells_is_the_last_known_or_that_of_the_sandbox() -> None:
    known = KnownRate(Telling(SendThrottled(), 14, SendThrottled()))
    assert [known.at(time) for time in (NOW, NOW + SECOND, NOW + KEPT + SECOND)] == [1, 14, 14]


def test_a_crew_gives_what_all_have_made() -> None:
    work = list(range(100))
    taken: list[int] = in_threads(lambda: [work.pop() for _ in range(10)], 10)
    assert sorted(taken) == list(range(100))


def test_when_one_of_a_crew_fails_the_others_finish_first() -> None:
    finished: list[int] = []
    workers = iter(range(4))

    def work() -> list[int]:
        number = next(workers)
        if number == 0:
            raise ValueError
        finished.append(number)
        return []

    with pytest.raises(ValueError):  # noqa: PT011
        in_threads(work, 4)
    assert sorted(finished) == [1, 2, 3]


def test_sleeping_ends_when_the_clock_shows_the_instant() -> None:
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731
    instant = clock() + timedelta(milliseconds=20)
    sleep_until(clock, instant)
    assert clock() >= instant
    sleep_until(clock, NOW)
