"""The time, injected everywhere as ``now``: an aware datetime in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Clock = Callable[[], datetime]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""From where instants are counted when they are numbers."""


def system_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def told_by(file: Path) -> Clock:
    """The clock of the local cloud, which jumps when the file is written anew.

    The file holds two instants in ISO 8601: what the clock showed, and when that was in truth.
    From there it runs on. An empty file is the system's clock.
    """

    def now() -> datetime:
        instants = [datetime.fromisoformat(word) for word in file.read_text().split()]
        return instants[0] + (system_clock() - instants[1]) if instants else system_clock()

    return now
