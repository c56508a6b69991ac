"""Seats, waiting lists, and how many an organisation may have."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ..models import (
    Event,
    Mode,
)


class NoSeat(StrEnum):
    """Why a newcomer gets no seat now. QUEUED: others wait, who come first."""

    FULL = "full"
    QUEUED = "queued"
    NOT_YET_OPEN = "not-yet-open"
    CLOSED = "closed"


@dataclass(frozen=True)
class SeatBlock:
    """At most 64 seats of a mode of an event, and who holds them.

    ``queue``: the mark that sends newcomers to the waiting list; it tells which joining set it.
    ``opening``: from when until when newcomers may sit down, as :attr:`kallelse.models.Event.opening`.
    ``touched_at``: the last change; ``unchecked``: whether the sweep has yet to check it.
    """

    number: int
    seats: int
    holders: frozenset[str] = frozenset()
    queue: int | None = None
    opening: tuple[datetime, datetime] | None = None
    touched_at: datetime | None = None
    unchecked: bool = False

    @property
    def free(self) -> int:
        """How many more may be seated here."""
        return max(0, self.seats - len(self.holders))


@dataclass(frozen=True)
class Line:
    """Whether newcomers are sent to the waiting list. ``joined``: how many have joined it so far."""

    joined: int
    closed: bool


@dataclass(frozen=True)
class Quota:
    """Those of one organisation who are registered or wait; ``key`` names the organisation."""

    key: str
    holders: frozenset[str]
    touched_at: datetime


class Seats(Protocol):
    """The seats of events, by mode, in blocks. Every change is one conditional write."""

    def take_turn(self, event_id: str) -> int:
        """A number for :meth:`arrange`; to be taken before the event is read that is to be arranged."""
        ...

    def arrange(self, event: Event, turn: int, now: datetime) -> None:
        """Make the blocks of the event, or give them its present seats and opening times.

        Does nothing once somebody took a later turn, who knows of every change that this one knows.
        New blocks are closed to newcomers until somebody has seen that nobody waits. The sweep looks at
        all of them again, in case nobody gives their seats to those who wait.
        """
        ...

    def blocks(self, event_id: str, mode: Mode) -> list[SeatBlock]:
        """All blocks of a mode, read consistently."""
        ...

    def all_blocks(self, event_id: str) -> dict[Mode, list[SeatBlock]]:
        """The blocks of every mode, read consistently: one query."""
        ...

    def claim(self, event: Event, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
        """Take a seat if one is free, the event is open at ``now`` and nobody waits; give its block.

        A holder who has a seat already gets its block. A refusal writes nothing.
        """
        ...

    def look(self, event: Event, mode: Mode, now: datetime) -> NoSeat | None:
        """Why a newcomer would get no seat at this instant; writes nothing."""
        ...

    def claim_whenever(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
        """Take a seat if one is free and nobody waits, whatever the opening times; give its block.

        A holder who has a seat already gets its block. A refusal is FULL or QUEUED.
        """
        ...

    def claim_for_waiting(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int | None:
        """Take a free seat for one who waits, whatever the opening times; None when none is free."""
        ...

    def release(self, event_id: str, mode: Mode, block: int, holder: str, now: datetime) -> None:
        """Give a seat back; harmless when the holder has none."""
        ...

    def forget(self, event_id: str, mode: Mode, seen: SeatBlock, orphans: Set[str]) -> None:
        """Release seats that no registration stands behind, unless the block changed since ``seen``."""
        ...

    def announce(self, event_id: str, mode: Mode, block: int, now: datetime) -> None:
        """Tell the sweep that a seat of the block is about to change, in case nobody finishes it."""
        ...

    def line(self, event_id: str, mode: Mode) -> Line:
        """Whether newcomers are sent to the waiting list, read consistently."""
        ...

    def close_to_newcomers(self, event_id: str, mode: Mode) -> None:
        """Mark every block, as somebody has joined the waiting list. From here nobody overtakes."""
        ...

    def open_to_newcomers(self, event_id: str, mode: Mode, seen: Line) -> None:
        """Lift the marks, unless somebody joined the waiting list after ``seen`` was read."""
        ...

    def audited(self, event_id: str, mode: Mode, seen: Sequence[SeatBlock]) -> None:
        """Remember that the blocks are checked, except those that changed since they were seen."""
        ...


class Quotas(Protocol):
    """How many of one organisation are registered or wait."""

    def claim(self, event: Event, key: str, holder: str, limit: int, now: datetime) -> bool:
        """Count the holder in; False when the organisation has ``limit`` already."""
        ...

    def is_full(self, event_id: str, key: str, limit: int) -> bool:
        """Whether the organisation has ``limit`` already."""
        ...

    def release(self, event_id: str, key: str, holder: str) -> None:
        """Count the holder out; harmless when it is not counted."""
        ...

    def forget(self, event_id: str, seen: Quota, orphans: Set[str]) -> None:
        """Count out those whom no registration stands behind, unless the quota changed since ``seen``."""
        ...

    def of_event(self, event_id: str) -> list[Quota]:
        """The quotas of all organisations."""
        ...
