"""The time, injected everywhere as ``now``: an aware datetime in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def stopped_at(instant: datetime) -> Clock:
    """A clock that stands still: for tests and for the local cloud."""
    return lambda: instant
