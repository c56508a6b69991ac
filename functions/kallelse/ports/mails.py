"""Mail records, messages, and the mail service."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from ..models import (
    Mail,
    MailState,
    Message,
)


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


class Pace(Protocol):
    """The instants at which mails may be sent, which all mailers share."""

    def reserve(self, step: timedelta, earliest: datetime, latest: datetime) -> datetime | None:
        """The first free instant from ``earliest`` on; the one after it is free ``step`` later.

        None, and nothing is reserved, when it would be after ``latest``.
        """
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
