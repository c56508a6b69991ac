"""Sending as fast as the account may, and never faster, however many mailers are at work.

All mailers share one row of instants, :class:`kallelse.ports.Pace`: each mail is sent at an instant of
its own, and the next one is ``1 / (SHARE · rate)`` seconds later. A second of such a row holds at most
``rate`` instants even when each of them is used up to 30 ms late, so nothing has to be counted or given
back. What is left of the rate, 97 %, is above the 95 % that are promised.

No sending begins after the end of a mailer's shift, so that AWS Lambda stops no mailer between a mail
and its record. An instant that was missed is lost, so that a process that stood still does not send in
a heap what it missed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TypeVar

from .clock import Clock
from .errors import SendError, ShiftOver
from .ports import Account, Pace

SHARE = 0.97
"""The part of the rate that is used. The rest, 1 / SHARE - 1 = 31 ms of each second, is for lateness."""

TOLERANCE = timedelta(milliseconds=20)
"""How late an instant may be used; 11 ms remain for what the way to the mail service adds to that."""

AHEAD = timedelta(milliseconds=50)
"""How far ahead an instant is reserved at least, so that the reserving itself does not make it late."""

SANDBOX = 1.0
"""Mails a second that every account may send: those in the sandbox (SES Developer Guide, quotas)."""

KEPT = timedelta(minutes=5)
"""How long the rate is remembered: SES lets accounts ask for it once a second, and seldom changes it."""

WORKERS = 32
"""How many mails a mailer works at, as most of the time goes into waiting for answers."""

T = TypeVar("T")

Crew = Callable[[Callable[[], list[T]], int], list[T]]
"""Lets so many do the same work at once, and gives what all of them made once all have stopped."""


@dataclass(frozen=True)
class Shift:
    """One run of a mailer.

    ``ends_at``: no sending begins later. ``rate``: mails a second that the account may send.
    ``wait``: returns at an instant or later.
    """

    clock: Clock
    ends_at: datetime
    rate: float
    wait: Callable[[datetime], None]

    @property
    def is_over(self) -> bool:
        """Whether no work is to be begun any more."""
        return self.clock() >= self.ends_at

    @property
    def workers(self) -> int:
        """How many to work at once: each does a mail a second at least, and one may be held up."""
        return min(WORKERS, 1 + ceil(self.rate))


def take_turn(pace: Pace, shift: Shift) -> None:
    """Wait until one mail may be sent. Raises ShiftOver when that would be after the end of the shift."""
    step, tolerance = timedelta(seconds=1 / (SHARE * shift.rate)), TOLERANCE
    while slot := pace.reserve(step, shift.clock() + AHEAD, shift.ends_at):
        shift.wait(slot)
        if shift.clock() - slot <= tolerance:
            return
        # Ever more tolerant, so that a mailer that is always late does send.
        tolerance *= 2
    raise ShiftOver("no mail may be sent before the end of the shift")


@dataclass
class KnownRate:
    """The account's rate as this process knows it: what it was told last, or that of the sandbox."""

    account: Account
    rate: float = SANDBOX
    read_at: datetime | None = None

    def at(self, now: datetime) -> float:
        """Mails a second; asks the mail service when that is long ago."""
        if self.read_at is None or now - self.read_at >= KEPT:
            with suppress(SendError):
                self.rate, self.read_at = self.account.rate(), now
        return self.rate


def in_threads(work: Callable[[], list[T]], workers: int) -> list[T]:
    """A crew of threads. Raises what one of them raised, once all have stopped.

    Nobody is left behind: AWS Lambda halts a process between two runs, and what a thread held then
    would be sent in the next one, by when it may be another mailer's.
    """
    with ThreadPoolExecutor(workers) as crew:
        runs = [crew.submit(work) for _ in range(workers)]
    return [each for run in runs for each in run.result()]


def sleep_until(clock: Clock, instant: datetime) -> None:
    """Sleep until the clock shows the instant."""
    time.sleep(max(0.0, (instant - clock()).total_seconds()))
