"""Participants, their registrations, and what their personal links open."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, EmailStr, StringConstraints

from .event import OrganisationKind
from .mail import MailKind
from .text import Language, Line, Model, Slug


class RegistrationState(StrEnum):
    """Where a registration stands."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class Participant(Model):
    """What a person tells in the form."""

    name: Annotated[Line, StringConstraints(max_length=120)]
    email: Annotated[EmailStr, StringConstraints(max_length=254)]
    organisation: Annotated[Line, StringConstraints(max_length=160)]
    organisation_kind: OrganisationKind
    language: Language


class Registration(Model):
    """One address at one event. ``serial`` rises when the address registers anew after cancelling.

    ``outbox``: the mails that the last change of state calls for and that have no record yet.
    ``registered_at``: the arrival, which orders the waiting list.
    """

    id: str
    event_id: Slug
    serial: int = 1
    participant: Participant
    state: RegistrationState
    registered_at: AwareDatetime
    outbox: tuple[MailKind, ...] = ()
    joined_at: AwareDatetime | None = None

    @property
    def holder(self) -> str:
        """What a seat block holds: a cancelled registration never shares it with its successor."""
        return f"{self.id}.{self.serial}"

    @property
    def mailbox(self) -> str:
        """The registration as the recipient of a mail."""
        return f"r-{self.id}"


class Purpose(StrEnum):
    """What a token lets its bearer do."""

    MANAGE = "manage"
    JOIN = "join"


class Token(Model):
    """What the SHA-256 of a secret token opens: one registration, for one purpose."""

    digest: str
    purpose: Purpose
    event_id: Slug
    registration_id: str
    serial: int
