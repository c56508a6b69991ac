"""Everything else that is kept: events, registrations, links, limits and summaries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from ..models import (
    Erasure,
    EventEntry,
    EventRecord,
    Language,
    Mode,
    Note,
    Purpose,
    Registration,
    Summary,
    Token,
)


@dataclass(frozen=True)
class Work:
    """What awaits the sweep at an instant, by ids.

    ``events``: those whose time for a look has come. ``touched``: events with seats that changed since
    they were last checked. ``registrations``: event and registration, of those that call for a mail,
    or whose time to confirm or to accept has ended. ``messages``: event and number, of those to post.
    ``erasures``: those to be finished. ``since``: the instant at which the first of those fell due that have
    one, which seats and registrations that call for a mail have not; None when there are none.
    """

    events: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    registrations: tuple[tuple[str, str], ...] = ()
    messages: tuple[tuple[str, int], ...] = ()
    erasures: tuple[Erasure, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True)
class ToPublish:
    """What awaits the publisher.

    ``summaries``: those that are approved. ``erasures``: those to be entered in the ledger. ``cards``: the
    ids of the events whose cards are to be drawn.
    """

    summaries: tuple[Summary, ...] = ()
    erasures: tuple[Erasure, ...] = ()
    cards: tuple[str, ...] = ()


class Agenda(Protocol):
    """What awaits the sweep and the publisher."""

    def due(self, now: datetime) -> Work:
        """What awaits the sweep at ``now``: one query, however many events there are."""
        ...

    def to_publish(self) -> ToPublish:
        """What awaits the publisher: one query when that is nothing."""
        ...


class Events(Protocol):
    """The stored events."""

    def get(self, event_id: str) -> EventRecord:
        """The event; raises EventNotFound."""
        ...

    def find(self, event_id: str) -> EventRecord | None:
        """The event, if there is one; read consistently."""
        ...

    def store(self, seen: EventRecord | None, record: EventRecord, now: datetime) -> bool:
        """Store what the event as ``seen`` (None: there was none) becomes; False when it changed since.

        Its entry in the list changes with it, the sweep looks at it at once, see :meth:`look_again`, and
        unless it is a draft its cards await the publisher.
        """
        ...

    def drawn(self, record: EventRecord) -> None:
        """Forget that the cards of the event were to be drawn; not if it changed since."""
        ...

    def listed(self, after: str | None, limit: int) -> list[EventEntry]:
        """So many entries of the list of events, the latest start first; fewer where the list ends.

        ``after``: the place of the entry to go on from; None begins.
        """
        ...

    def look_again(self, record: EventRecord, at: datetime | None) -> None:
        """Let the sweep look at the event next at ``at``, or never; not if the event changed since."""
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

    def replace(self, seen: Summary, changed: Summary) -> bool:
        """Replace a record; False when it was moved since it was seen."""
        ...

    def of_event(self, event_id: str) -> list[Summary]:
        """All versions, by language, the oldest first."""
        ...

    def mark_opened(self, summary: Summary, recipient: str, at: datetime, erased_at: datetime | None) -> None:
        """Remember, until ``erased_at``, that the recipient's page showed the summary the first time."""
        ...

    def opened(self, event_id: str, recipient: str = "") -> dict[tuple[str, int], datetime]:
        """When the page of each recipient, or of one, showed each version first."""
        ...


class Notes(Protocol):
    """Notes of the groups at events."""

    def latest(self, event_id: str, group: str) -> Note | None:
        """The newest version of a group's notes."""
        ...

    def get(self, event_id: str, group: str, version: int) -> Note | None:
        """One version."""
        ...

    def put(self, note: Note) -> bool:
        """Store a new version; False when that version exists."""
        ...


class Documents(Protocol):
    """Stored documents under keys that are never overwritten."""

    def put(self, key: str, content: str | bytes, media_type: str, language: Language) -> str:
        """Store a document unless the key is taken; give the SHA-256 of what is stored, in hexadecimal."""
        ...

    def get(self, key: str) -> str:
        """The text; raises SummaryNotFound."""
        ...


class Pictures(Protocol):
    """Stored pictures, which are made anew whenever that is worth it."""

    def replace(self, key: str, content: bytes, media_type: str, language: Language) -> None:
        """Store a picture, instead of the one that has the key."""
        ...

    def find(self, key: str) -> bytes | None:
        """The picture, if there is one."""
        ...


class Downloads(Protocol):
    """Addresses at which anybody can fetch a stored document for a short time."""

    def address(self, key: str, valid: timedelta) -> str:
        """An address that works for so long; raises SummaryNotFound when there is no such document."""
        ...


class Exports(Downloads, Protocol):
    """Files that organisers take away, kept for a day."""

    def upload(self, key: str, file: BinaryIO, media_type: str, name: str) -> None:
        """Store the file, from where it is read next; whoever fetches it saves it under the name."""
        ...

    def forget(self, event_id: str) -> None:
        """Delete all files of an event, for good; harmless when there are none."""
        ...
