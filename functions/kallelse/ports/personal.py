"""What is kept about participants, and what outlives it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ..models import Figures


class PersonalData(Protocol):
    """Everything that is kept about the participants of an event.

    Registrations and the waiting list, seats, the counts of organisations, mail records, personal links,
    openings of summaries, groups and their notes, and what was written freely in the survey. Not: mails to
    named bodies and organisers.
    """

    def keep_until(self, event_id: str, erased_at: datetime, most: int) -> int:
        """Give at most ``most`` of the items another time of erasure; gives how many, 0 if all have it."""
        ...

    def erase_event(self, event_id: str, most: int) -> int:
        """Erase at most ``most`` of the items; gives how many, 0 when nothing is left."""
        ...

    def links(self, event_id: str, registration_id: str) -> int:
        """How many personal links a registration has."""
        ...

    def erase_person(self, event_id: str, registration_id: str) -> None:
        """Erase mail records, openings and personal links of a registration, which itself stays.

        With them go the answers to requests, about the event or everywhere, that are kept in case these
        come again. What webhooks were told stays with the event: they are yet to be told that it is gone.
        """
        ...


class KeptFigures(Protocol):
    """The figures of events whose personal data are erased."""

    def get(self, event_id: str) -> Figures | None:
        """The figures as they were when erasure began; None before that."""
        ...

    def keep(self, event_id: str, figures: Figures) -> None:
        """Keep the figures; those that are kept already stay."""
        ...
