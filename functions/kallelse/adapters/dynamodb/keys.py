"""The keys of the table: which item is where. The README's table design is this file in prose."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

Key = dict[str, str]

DUE_INDEX = "due"
"""Holds only items with work to do: partition ``due`` (what kind), sort ``due_at`` (when)."""


def instant(moment: datetime) -> str:
    """An instant as text that sorts by time: always UTC, always with six decimals."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def event_partition(event_id: str) -> str:
    """Everything about one event lies in one partition."""
    return f"EVENT#{event_id}"


def event(event_id: str) -> Key:
    """The event itself."""
    return {"pk": event_partition(event_id), "sk": "EVENT"}


def full_flag(event_id: str) -> Key:
    """Whether all seat blocks of a large event said that they are full."""
    return {"pk": event_partition(event_id), "sk": "FULL"}


def seat_block(event_id: str, number: int) -> Key:
    """A block of at most 64 seats."""
    return {"pk": event_partition(event_id), "sk": f"SEATS#{number:04}"}


def registration(event_id: str, registration_id: str) -> Key:
    """A registration."""
    return {"pk": event_partition(event_id), "sk": f"REG#{registration_id}"}


def place_in_line(event_id: str, registered_at: datetime, registration_id: str) -> Key:
    """An entry of the waiting list, which sorts by arrival."""
    return {
        "pk": event_partition(event_id),
        "sk": f"WAIT#{instant(registered_at)}#{registration_id}",
    }


def mail(event_id: str, kind: str, recipient: str, version: int) -> Key:
    """A mail record."""
    return {"pk": event_partition(event_id), "sk": f"MAIL#{kind}#{recipient}#{version}"}


def summary(event_id: str, language: str, version: int) -> Key:
    """A version of a summary."""
    return {"pk": event_partition(event_id), "sk": f"SUMMARY#{language}#{version:04}"}


def token(digest: str) -> Key:
    """What a personal link opens."""
    return {"pk": f"TOKEN#{digest}", "sk": "TOKEN"}


def suppressed(address: str) -> Key:
    """An address never to write to again, known by its hash only."""
    digest = sha256(address.strip().casefold().encode()).hexdigest()
    return {"pk": f"SUPPRESSED#{digest}", "sk": "SUPPRESSED"}
