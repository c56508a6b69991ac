"""A mailing as AWS carries it out, on a virtual clock: the mailers are the real code.

Around them: a mail service that throttles, a table whose every call takes a moment, processes that are
started each minute and stopped at their time limit, and threads that sometimes wake up late.

How Amazon SES counts "per second" is documented no further than
https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html and quotas.html beside it.
So the double counts in the strictest way there is: no second, wherever it begins, holds more than the
rate. A bucket that refills at the rate, or a count by seconds of the clock, refuses none that it takes.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from tests.conftest import utc
from tests.fakes import FakePace, fake_desk
from tests.simulation.virtual_time import VirtualTime

from kallelse.errors import SendThrottled
from kallelse.handlers.mailer import MARGIN
from kallelse.mailing import Letter, sweep
from kallelse.models import Mail, MailKind, MailState
from kallelse.pacing import Shift
from kallelse.ports import Desk, Pace

START = utc("2020-09-15T10:00")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

LIMIT = timedelta(minutes=2)
"""The time limit of the mailer function in template.yaml."""


@dataclass
class Service:
    """Amazon SES, as far as a mailer meets it: a way there, a limit, and an answer after a while."""

    time: VirtualTime
    chance: Random
    rate: int
    begun: list[datetime] = field(default_factory=list)
    taken: list[tuple[datetime, str]] = field(default_factory=list)
    refused: int = 0

    def send(self, recipient: str, message: bytes, tags: dict[str, str]) -> str:
        self.begun.append(self.time.now)
        self.time.sleep(self.chance.uniform(0.001, 0.009))
        if sum(at > self.time.now - SECOND for at, _ in self.taken[-self.rate :]) >= self.rate:
            self.refused += 1
            raise SendThrottled
        self.taken.append((self.time.now, tags["mail_id"]))
        self.time.sleep(self.chance.lognormvariate(-2.6, 0.4))  # 74 ms, one in a hundred 190
        return f"message-{len(self.taken)}"


class Slow:
    """A port whose every call takes as long as DynamoDB: a few milliseconds, and more for many items."""

    def __init__(self, port: object, time: VirtualTime, chance: Random) -> None:
        self._port, self._time, self._chance = port, time, chance
        self.lost = self.looks = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._time.sleep(self._chance.uniform(0.002, 0.006))
            answer = getattr(self._port, name)(*arguments)
            self.lost += answer is False and name == "replace"
            self.looks += name == "due"
            items = len(answer) if isinstance(answer, list) else 0
            self._time.sleep(self._chance.uniform(0.002, 0.006) + items * 0.00002)
            return answer

        return call


@dataclass(frozen=True)
class Outcome:
    """What became of a mailing. ``least``: of the rate, in the slowest minute, or in all if it is shorter."""

    rate: int
    mails: int
    seconds: float
    least: float
    most_in_a_second: int
    refused: int
    doubled: int
    unsettled: int
    lost_leases: int
    looks: int

    @property
    def ideal(self) -> float:
        """The seconds that it takes at exactly the rate."""
        return self.mails / self.rate


@dataclass
class Mailing:
    """Mails that are due at once. ``mailers``: how many start each minute.

    ``shared`` and ``heedful``: whether mailers share one pace, and know when their time ends; false
    only to see that it is noticed.
    """

    rate: int
    mails: int
    mailers: int = 2
    shared: bool = True
    heedful: bool = True
    each_minute: Callable[[Desk], None] = lambda _: None
    time: VirtualTime = field(default_factory=lambda: VirtualTime(START))
    chance: Random = field(default_factory=lambda: Random(1))  # noqa: S311
    desk: Desk = field(default_factory=fake_desk)

    def run(self) -> Outcome:
        """Until no mail is due any more, or it takes twice as long as it should."""
        random.seed(1)  # the mailers' own chance
        self.service = Service(self.time, self.chance, self.rate)
        self.slow = Slow(self.desk.mails, self.time, self.chance)
        for number in range(self.mails):
            self.desk.mails.create(a_mail(number))
        self.time.spawn(self._clock)
        self.time.run()
        return self._outcome()

    def _clock(self) -> None:
        until = START + 2 * timedelta(seconds=self.mails / self.rate) + 20 * MINUTE
        while self._unsettled() and self.time.now < until:
            self.each_minute(self.desk)
            for _ in range(self.mailers):
                self.time.spawn(self._mailer, self.time.now + LIMIT)
            self.time.sleep_until(self.time.now + MINUTE)

    def _mailer(self) -> None:
        ends_at = self.time.now + (LIMIT - MARGIN if self.heedful else timedelta(hours=1))
        shift = Shift(self.time, ends_at, self.rate, self._wait)
        pace = self.desk.pace if self.shared else FakePace()
        slow = cast("Pace", Slow(pace, self.time, self.chance))
        sweep(
            replace(self.desk, mails=cast("Any", self.slow), pace=slow),
            self.service,
            self._compose,
            shift,
            self.time.together,
        )

    def _compose(self, mail: Mail) -> Letter:
        self.time.sleep(self.chance.uniform(0.02, 0.06))  # four calls to the table, and writing it
        return Letter(f"{mail.recipient}@example.org", b"")

    def _wait(self, instant: datetime) -> None:
        late = self.chance.expovariate(1000)  # a millisecond
        if self.chance.random() < 0.0005:
            late = self.chance.uniform(0.05, 0.5)
        self.time.sleep_until(max(instant, self.time.now) + late * SECOND)

    def _unsettled(self) -> int:
        return sum(mail.state is not MailState.ACCEPTED for mail in self.desk.mails.of_event("seminarium"))

    def _outcome(self) -> Outcome:
        times = [at for at, _ in self.service.taken]
        return Outcome(
            rate=self.rate,
            mails=self.mails,
            seconds=(times[-1] - START).total_seconds(),
            least=slowest(times) / self.rate,
            most_in_a_second=most(self.service.begun),
            refused=self.service.refused,
            doubled=len(times) - len({mail_id for _, mail_id in self.service.taken}),
            unsettled=self._unsettled(),
            lost_leases=self.slow.lost,
            looks=self.slow.looks,
        )


def a_mail(number: int) -> Mail:
    """A mail that is due at the start."""
    return Mail(
        event_id="seminarium", kind=MailKind.REMINDER, recipient=f"r-{number:05}", version=1,
        due_at=START, created_at=START,
    )  # fmt: skip


def most(times: list[datetime]) -> int:
    """How many there are at most in a second, wherever it begins."""
    highest, second = 0, deque[datetime]()
    for at in sorted(times):
        second.append(at)
        while second[0] <= at - SECOND:
            second.popleft()
        highest = max(highest, len(second))
    return highest


def slowest(times: list[datetime]) -> float:
    """How many a second there are in the slowest minute, or in all if that is shorter."""
    first, last = times[0], times[-1]
    length = min(MINUTE, last - first)
    rates = []
    while first + length <= last:
        rates.append(sum(first <= at < first + length for at in times) / length.total_seconds())
        first += timedelta(seconds=10)
    return min(rates)
