"""The time, injected everywhere as ``now``: an aware datetime in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def moved(now: datetime, since: datetime) -> Clock:
    """A clock that showed ``now`` at the true instant ``since`` and runs on: for the local cloud."""
    return lambda: now + (system_clock() - since)
