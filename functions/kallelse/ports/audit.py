"""The audit log, and the answers to requests that may come again."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Protocol

from ..models import Entry, Reply


class Audit(Protocol):
    """The log of what organisers changed. Entries are added and never changed, see :meth:`forget`."""

    def begin(self, entry: Entry) -> None:
        """Add an entry, before the change."""
        ...

    def end(self, entry: Entry) -> None:
        """Add to the entry that was begun what became of it."""
        ...

    def withdraw(self, entry: Entry) -> None:
        """Take an entry back that was begun for what was refused; harmless once it has ended."""
        ...

    def of(self, event_id: str | None, tour_id: str | None) -> list[Entry]:
        """The entries of an event, of a tour, or those of neither; the oldest first."""
        ...

    def forget(self, event_id: str, registration_ids: Set[str]) -> None:
        """Put ``erased`` in the place of the ids of registrations that are erased, wherever they stand."""
        ...


class Replies(Protocol):
    """Answers by the key of their request (draft-ietf-httpapi-idempotency-key-header), for a day."""

    def begin(self, reply: Reply, now: datetime) -> Reply | None:
        """Remember that the request is under way; give the reply that is there already, if there is one."""
        ...

    def finish(self, reply: Reply) -> None:
        """Remember the answer."""
        ...

    def forget(self, reply: Reply) -> None:
        """Forget the request, which may then be made anew."""
        ...
