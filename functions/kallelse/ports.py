"""What the services need from the world outside, as Protocols. The adapters keep these promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .models import (
    Event,
    EventRecord,
    Language,
    Mail,
    MailState,
    Purpose,
    Registration,
    Summary,
    Token,
)


class Claim(StrEnum):
    """The answer to a claim of a seat."""

    SEATED = "seated"
    FULL = "full"
    QUEUED = "queued"
    NOT_YET_OPEN = "not-yet-open"
    CLOSED = "closed"


@dataclass(frozen=True)
class SeatBlock:
    """At most 64 seats of an event, and who holds them.

    ``queue``: set while people wait; newcomers are sent to the waiting list.
    ``arriving``: those who are joining the waiting list at this moment.
    ``touched_at``/``audited_at``: the last change, and the last change that the sweep has checked.
    """

    number: int
    seats: int
    holders: frozenset[str] = frozenset()
    queue: str | None = None
    arriving: frozenset[str] = frozenset()
    touched_at: datetime | None = None
    audited_at: datetime | None = None

    @property
    def free(self) -> int:
        """How many more may be seated here."""
        return max(0, self.seats - len(self.holders))


class Events(Protocol):
    """The stored events."""

    def get(self, event_id: str) -> EventRecord:
        """The event; raises EventNotFound."""
        ...

    def apply(self, event: Event, key: str) -> EventRecord:
        """Create the event with ``key``, or change it and keep its key; give the stored record."""
        ...

    def live(self) -> list[EventRecord]:
        """The events that are not over, which the dispatcher attends to: one query."""
        ...

    def mark_join_links_posted(self, record: EventRecord) -> None:
        """Remember that every join link due has its record, unless the event changed since."""
        ...

    def retire(self, event_id: str) -> None:
        """Take the event out of the live ones; the event itself stays."""
        ...


class Seats(Protocol):
    """The seats of events, in blocks. Every change is one conditional write."""

    def arrange(self, event: Event) -> None:
        """Make the blocks of the event, or give them its present seats and opening times."""
        ...

    def blocks(self, event_id: str) -> list[SeatBlock]:
        """All blocks, read consistently."""
        ...

    def claim(self, event: Event, holder: str, now: datetime) -> Claim:
        """Take a seat if one is free, the event is open at ``now`` and nobody waits.

        A holder who has a seat already is SEATED. A refusal writes nothing.
        """
        ...

    def claim_for_waiting(self, event_id: str, holder: str, now: datetime) -> bool:
        """Take a free seat for one who waits, whatever the opening times; False when none is free."""
        ...

    def release(self, event_id: str, holder: str, now: datetime) -> None:
        """Give a seat back; harmless when the holder has none."""
        ...

    def announce(self, event_id: str, holder: str, now: datetime) -> None:
        """Tell the sweep that the holder's seat is about to change, in case nobody finishes it."""
        ...

    def close_to_newcomers(self, event_id: str, holder: str, now: datetime) -> None:
        """Set the queue marker, as ``holder`` is about to join the waiting list."""
        ...

    def arrived(self, event_id: str, holder: str) -> None:
        """Note that ``holder`` is on the waiting list now."""
        ...

    def open_to_newcomers(self, event_id: str, seen: Sequence[SeatBlock]) -> None:
        """Lift the queue marker, unless somebody joined the queue after ``seen`` was read."""
        ...

    def forget_arriving(self, event_id: str, holders: Iterable[str]) -> None:
        """Drop those who never got as far as the waiting list."""
        ...

    def audited(self, event_id: str, seen: Sequence[SeatBlock]) -> None:
        """Remember that the changes up to ``seen`` are checked."""
        ...


class Registrations(Protocol):
    """The stored registrations and the waiting list."""

    def find(self, event_id: str, registration_id: str) -> Registration | None:
        """The registration, if there is one; read consistently."""
        ...

    def of_event(self, event_id: str) -> list[Registration]:
        """All registrations of the event, read consistently, the first to arrive first."""
        ...

    def first_waiting(self, event_id: str) -> Registration | None:
        """The one who has waited longest."""
        ...

    def place_in_line(self, registration: Registration) -> int:
        """How many wait up to and including this one; 1 is the next to get a seat."""
        ...

    def put(self, registration: Registration) -> bool:
        """Store a new registration, on the waiting list too if it waits.

        False, and nothing stored, when the address has one that is not an earlier, cancelled one.
        """
        ...

    def promote(self, waiting: Registration, confirmed: Registration) -> bool:
        """Replace the one by the other, off the waiting list; False when it no longer waits."""
        ...

    def cancel(self, current: Registration, cancelled: Registration) -> bool:
        """Replace the one by the other, off the waiting list; False when it changed meanwhile."""
        ...

    def with_outbox(self, until: datetime) -> list[Registration]:
        """Registrations, changed up to ``until``, that call for mails which have no record yet: one query."""
        ...

    def clear_outbox(self, registration: Registration) -> None:
        """Empty the outbox, unless the registration changed since it was read."""
        ...

    def mark_joined(self, registration: Registration, now: datetime) -> None:
        """Record the first time of joining; later ones change nothing."""
        ...


class Mails(Protocol):
    """The stored mail records."""

    def create(self, mail: Mail) -> bool:
        """Store a new record; False when this mail has one already."""
        ...

    def get(self, mail_id: str) -> Mail | None:
        """The record, read consistently."""
        ...

    def due(self, now: datetime) -> list[Mail]:
        """Records that the mailer should look at: one query."""
        ...

    def replace(self, seen: Mail, changed: Mail) -> bool:
        """Replace a record; False when its state or attempt is no longer as seen."""
        ...

    def of_event(self, event_id: str) -> list[Mail]:
        """All records of the event."""
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
        """Those that are not published yet: one query."""
        ...


@dataclass(frozen=True)
class Desk:
    """Everything that is kept in the table, for the services to work with."""

    events: Events
    seats: Seats
    registrations: Registrations
    mails: Mails
    tokens: Tokens
    summaries: Summaries


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
