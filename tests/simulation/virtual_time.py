"""A clock that jumps: real threads, of which one runs at a time, and nobody ever waits.

A thread that sleeps hands over to the one that wakes first, and the time becomes what that one slept
for. So the same code does the same in every run, and an hour of waiting takes as long as the work in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from threading import Semaphore, Thread, local
from typing import TypeVar

T = TypeVar("T")


class Killed(BaseException):
    """The thread's process was stopped at its time limit: nobody catches this."""


@dataclass
class VirtualTime:
    now: datetime
    _sleepers: list[tuple[datetime, int, Semaphore]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _main: Semaphore = field(default_factory=lambda: Semaphore(0))
    _own: local = field(default_factory=local)
    _failures: list[BaseException] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleep_until(self.now + timedelta(seconds=seconds))

    def sleep_until(self, instant: datetime) -> None:
        """Let others work until the instant. Raises Killed if the process is stopped before."""
        dies_at: datetime | None = getattr(self._own, "dies_at", None)
        me = Semaphore(0)
        self._call(me, min(instant, dies_at) if dies_at else instant)
        self._hand_over(me)
        if dies_at and self.now >= dies_at:
            raise Killed

    def spawn(self, work: Callable[[], object], dies_at: datetime | None = None) -> None:
        """Begin a thread, which is stopped at its time limit wherever it is then."""
        turn = Semaphore(0)

        def run() -> None:
            turn.acquire()
            self._own.dies_at = dies_at
            try:
                work()
            except Killed:
                pass
            except BaseException as error:
                self._failures.append(error)
            self._next().release()

        Thread(target=run, daemon=True).start()
        self._call(turn, self.now)

    def together(self, work: Callable[[], list[T]], workers: int) -> list[T]:
        """A crew (see :data:`kallelse.pacing.Crew`) whose members die with the thread that calls."""
        results: list[T] = []
        busy, all_done = set(range(workers)), Semaphore(0)

        def run(worker: int) -> None:
            try:
                results.extend(work())
            finally:
                busy.discard(worker)
                if not busy:
                    self._call(all_done, self.now)

        for worker in range(workers):
            self.spawn(lambda worker=worker: run(worker), getattr(self._own, "dies_at", None))  # type: ignore[misc]
        self._hand_over(all_done)
        return results

    def run(self) -> None:
        """Until every thread has ended. Raises the first thing that one of them raised."""
        self._hand_over(self._main)
        if self._failures:
            raise self._failures[0]

    def _call(self, sleeper: Semaphore, at: datetime) -> None:
        heappush(self._sleepers, (max(at, self.now), next(self._order), sleeper))

    def _next(self) -> Semaphore:
        if not self._sleepers:
            return self._main
        self.now, _, sleeper = heappop(self._sleepers)
        return sleeper

    def _hand_over(self, me: Semaphore) -> None:
        following = self._next()
        if following is not me:
            following.release()
            me.acquire()
