"""The allocations of participants to dialogue groups."""

from __future__ import annotations

from typing import Protocol

from ..models import Allocation


class Groups(Protocol):
    """The stored allocations, one for an event."""

    def get(self, event_id: str) -> Allocation | None:
        """The allocation of the event, read consistently; also one with only pins in it."""
        ...

    def store(self, seen: Allocation | None, changed: Allocation) -> bool:
        """Replace the allocation that was seen (None: there was none); False when it changed since."""
        ...
