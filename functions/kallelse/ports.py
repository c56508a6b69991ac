"""What the services need from the world outside, as Protocols. The adapters keep these promises."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from .models import (
    Event,
    EventRecord,
    Language,
    Mail,
    MailState,
    Message,
    Mode,
    Purpose,
    Registration,
    Summary,
    Token,
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
    ``touched_at``: the last change; ``unchecked``: whether the sweep has yet to check it.
    """

    number: int
    seats: int
    holders: frozenset[str] = frozenset()
    queue: int | None = None
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


@dataclass(frozen=True)
class Work:
    """What awaits the sweep at an instant, by ids.

    ``events``: those whose time for a look has come. ``touched``: events with seats that changed since
    they were last checked. ``registrations``: event and registration, of those that call for a mail,
    or whose time to confirm or to accept has ended. ``messages``: event and number, of those to post.
    """

    events: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    registrations: tuple[tuple[str, str], ...] = ()
    messages: tuple[tuple[str, int], ...] = ()


class Agenda(Protocol):
    """What awaits the sweep."""

    def due(self, now: datetime) -> Work:
        """What awaits the sweep at ``now``: one query, however many events there are."""
        ...


class Events(Protocol):
    """The stored events."""

    def get(self, event_id: str) -> EventRecord:
        """The event; raises EventNotFound."""
        ...

    def apply(self, event: Event, key: str, now: datetime) -> EventRecord:
        """Create the event with ``key``, or change it and keep its key; give the stored record.

        The sweep looks at it at once, see :meth:`look_again`.
        Raises AlreadyChanged when others keep changing it.
        """
        ...

    def look_again(self, record: EventRecord, at: datetime | None) -> None:
        """Let the sweep look at the event next at ``at``, or never; not if the event changed since."""
        ...


class Seats(Protocol):
    """The seats of events, by mode, in blocks. Every change is one conditional write."""

    def take_turn(self, event_id: str) -> int:
        """A number for :meth:`arrange`; to be taken before the event is read that is to be arranged."""
        ...

    def arrange(self, event: Event, turn: int, now: datetime) -> None:
        """Make the blocks of the event, or give them its present seats and opening times.

        Does nothing once somebody took a later turn, who knows of every change that this one knows.
        New blocks are closed to newcomers until somebody has seen that nobody waits.
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

    def claim(self, event_id: str, key: str, holder: str, limit: int, now: datetime) -> bool:
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


Change = tuple[Registration | None, Registration]
"""A registration as it was read (None: there was none), and what it becomes."""


class Registrations(Protocol):
    """The stored registrations and the waiting list, which changes with them."""

    def find(self, event_id: str, registration_id: str) -> Registration | None:
        """The registration, if there is one; read consistently."""
        ...

    def last_serial(self, event_id: str, registration_id: str) -> int:
        """What the next serial and revision of an erased registration must exceed; 0 if none was erased."""
        ...

    def of_event(self, event_id: str) -> list[Registration]:
        """All registrations of the event, read consistently, the first to arrive first."""
        ...

    def first_waiting(self, event_id: str, mode: Mode) -> Registration | None:
        """The one who has waited longest for a seat of the mode."""
        ...

    def place_in_line(self, registration: Registration) -> int:
        """How many wait up to and including this one; 1 is the next to get a seat."""
        ...

    def count_waiting(self, event_id: str, mode: Mode) -> int:
        """How many wait for a seat of the mode."""
        ...

    def store(self, *changes: Change) -> bool:
        """All of the changes or none; False when a registration is no longer as it was read."""
        ...

    def erase(self, seen: Registration) -> bool:
        """Delete everything but a number (see last_serial); False when it is no longer as seen."""
        ...

    def clear_outbox(self, registration: Registration) -> None:
        """Empty the outbox, unless the registration changed since it was read."""
        ...


class Mails(Protocol):
    """The stored mail records."""

    def create(self, mail: Mail) -> bool:
        """Store a new record; False when this mail has one already."""
        ...

    def get(self, mail_id: str) -> Mail | None:
        """The record, read consistently."""
        ...

    def due(self, now: datetime) -> list[str]:
        """The ids of the records that the mailer should look at, the first due first: one query."""
        ...

    def replace(self, seen: Mail, changed: Mail) -> bool:
        """Replace a record; False when its state or attempt is no longer as seen."""
        ...

    def of_event(self, event_id: str) -> list[Mail]:
        """All records of the event."""
        ...

    def to_recipient(self, event_id: str, recipient: str) -> list[Mail]:
        """The records of one recipient: one query for each kind."""
        ...

    def suppress(self, address: str, reason: MailState, now: datetime) -> None:
        """Never write to this address again."""
        ...

    def is_suppressed(self, address: str) -> bool:
        """Whether the address is not to be written to."""
        ...


class Tokens(Protocol):
    """What personal links open. Only digests are stored."""

    def put(self, token: Token) -> None:
        """Store what a digest opens."""
        ...

    def find(self, digest: str, purpose: Purpose) -> Token | None:
        """What the digest opens, if it was issued for this purpose."""
        ...


class Limits(Protocol):
    """Counters that stop at a limit and are forgotten after their time."""

    def take(self, name: str, limit: int, ends_at: datetime, now: datetime, number: int = 1) -> bool:
        """Count ``number`` more under the name; False, and nothing written, beyond the limit.

        A counter whose ``ends_at`` is past counts anew from zero.
        """
        ...

    def taken(self, name: str, now: datetime) -> int:
        """How many are counted under the name; writes nothing."""
        ...


class Summaries(Protocol):
    """The records of summaries."""

    def latest(self, event_id: str, language: Language) -> Summary | None:
        """The newest version in the language."""
        ...

    def get(self, event_id: str, language: Language, version: int) -> Summary | None:
        """One version."""
        ...

    def put(self, summary: Summary) -> bool:
        """Store a new version; False when that version exists."""
        ...

    def mark_published(self, summary: Summary) -> None:
        """Remember that every recipient has a mail record."""
        ...

    def handed_in(self) -> list[Summary]:
        """Those that are not published yet: one query when there are none."""
        ...


class Pace(Protocol):
    """The instants at which mails may be sent, which all mailers share."""

    def reserve(self, step: timedelta, earliest: datetime, latest: datetime) -> datetime | None:
        """The first free instant from ``earliest`` on; the one after it is free ``step`` later.

        None, and nothing is reserved, when it would be after ``latest``.
        """
        ...


class Messages(Protocol):
    """The messages of the organisers."""

    def latest(self, event_id: str) -> Message | None:
        """The newest message of the event."""
        ...

    def get(self, event_id: str, number: int) -> Message | None:
        """One message."""
        ...

    def of_event(self, event_id: str) -> list[Message]:
        """All messages of the event, the oldest first."""
        ...

    def put(self, message: Message) -> bool:
        """Store a new message; False when its number is taken."""
        ...

    def mark_posted(self, message: Message) -> None:
        """Remember that each of the selected has a mail record."""
        ...


@dataclass(frozen=True)
class Desk:
    """Everything that is kept in the table, for the services to work with."""

    agenda: Agenda
    events: Events
    seats: Seats
    quotas: Quotas
    registrations: Registrations
    mails: Mails
    tokens: Tokens
    limits: Limits
    summaries: Summaries
    pace: Pace
    messages: Messages


class Documents(Protocol):
    """Stored texts under keys that are never overwritten."""

    def put(self, key: str, text: str, media_type: str, language: Language) -> None:
        """Store a text; storing the same text again is harmless."""
        ...

    def get(self, key: str) -> str:
        """The text; raises SummaryNotFound."""
        ...


class Postman(Protocol):
    """Hands a finished message to the mail service."""

    def send(self, recipient: str, message: bytes, tags: dict[str, str]) -> str:
        """Send once, never retry, and give the service's message id; raises SendError."""
        ...


class Account(Protocol):
    """The account at the mail service."""

    def rate(self) -> float:
        """How many mails a second it may send; raises SendError when the service does not tell."""
        ...
