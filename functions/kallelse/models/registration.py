"""Participants, their registrations, and what their personal links open."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from .event import Mode, OrganisationKind
from .mail import MailKind
from .privacy import Personal
from .text import EmailAddress, Language, Line, Model, Paragraphs, Slug


class RegistrationState(StrEnum):
    """Where a registration stands. See the table of transitions in :mod:`kallelse.seating`."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    OFFERED = "offered"
    CANCELLED = "cancelled"


SEATED = frozenset({RegistrationState.UNCONFIRMED, RegistrationState.CONFIRMED, RegistrationState.OFFERED})
"""The states in which a registration holds a seat."""

Answer = Annotated[tuple[Paragraphs, ...], Field(max_length=50)]


class Participant(Model):
    """What a person tells in the form. ``answers``: by the ids of the event's own questions.

    ``organisation_code``: the number of the municipality or the id of the agency, when the
    organisation is one of the list in ``templates/organisations.json``.
    """

    name: Annotated[Line, StringConstraints(max_length=120), Personal("to greet the participant by")]
    email: Annotated[EmailAddress, StringConstraints(max_length=254), Personal("to send the mails to")]
    organisation: Annotated[
        Annotated[Line, StringConstraints(max_length=160)] | None,
        Personal("to know whom the participant stands for, limit its seats and mix the groups"),
    ] = None
    organisation_code: Annotated[Slug | None, Personal("to tell the organisation from its namesakes")] = None
    organisation_kind: Annotated[
        OrganisationKind | None, Personal("to know whether the event is meant for the participant")
    ] = None
    role: Annotated[
        Annotated[Line, StringConstraints(max_length=120)] | None, Personal("to know who takes part")
    ] = None
    accessibility: Annotated[
        Annotated[Paragraphs, StringConstraints(max_length=1000)] | None,
        Personal("to meet the participant's needs", health=True),
    ] = None
    greeting: Annotated[
        Annotated[Paragraphs, StringConstraints(max_length=1000)] | None,
        Personal("for the organisers to read"),
    ] = None
    language: Annotated[Language, Personal("to write in")]
    answers: Annotated[
        dict[Slug, Answer], Personal("what the organisers ask to prepare the event", health=True)
    ] = Field(default_factory=dict)


class Registration(Model):
    """One address at one event. ``serial`` rises when the address registers anew after cancelling.

    ``holder``: the name under which it holds its seat; a substitute takes it over with the seat.
    ``block``: the number of the seat block that it holds a seat in; None without a seat.
    ``held_until``: the end of the time to confirm the address or to accept the offer.
    ``nonce``: of the form that was sent, by which the same submission is known again.
    ``outbox``: the mails that the last change of state calls for and that have no record yet.
    ``registered_at``: the arrival, which orders the waiting list; an organiser's word puts it earlier.
    ``unsubscribed``: whether the participant does without the kinds of mail in BULK.
    ``confirmed_at``: when it became CONFIRMED, None before that.
    ``cancelled_at``: when it became CANCELLED, None before that.
    ``revision``: rises by one with every change; it guards against two changes at once.
    ``erased_at``: when the registration is erased by rule, see :attr:`Event.erased_at`.
    ``request_id``: of the last request that changed it, see :mod:`kallelse.tracing`.
    """

    id: Annotated[str, Personal("to know the registration by: the address, hashed with a key of the event")]
    event_id: Slug
    serial: Annotated[int, Personal("to let links die when the address registers anew")] = 1
    revision: int = 1
    holder: Annotated[str, Personal("to know whose the seat is, also after it changed hands")]
    participant: Participant
    mode: Annotated[Mode, Personal("to give a seat of the right kind")]
    state: Annotated[RegistrationState, Personal("to know who has a seat")]
    block: int | None = None
    held_until: Annotated[AwareDatetime | None, Personal("to give on a seat that nobody confirmed")] = None
    nonce: str | None = None
    registered_at: Annotated[AwareDatetime, Personal("to order the waiting list")]
    confirmed_at: Annotated[AwareDatetime | None, Personal("to send what was missed since")] = None
    cancelled_at: Annotated[AwareDatetime | None, Personal("to count the seats over time")] = None
    outbox: tuple[MailKind, ...] = ()
    joined_at: Annotated[AwareDatetime | None, Personal("to count and thank those who took part")] = None
    unsubscribed: Annotated[bool, Personal("to send no mails that are not wanted")] = False
    erased_at: AwareDatetime | None = None
    request_id: Annotated[str | None, Personal("to find in the logs what called for a mail")] = None

    @property
    def mailbox(self) -> str:
        """The registration as the recipient of a mail."""
        return f"r-{self.id}"

    @property
    def confirmed_since(self) -> datetime:
        """Since when the participant knows of the seat."""
        return self.confirmed_at or self.registered_at


class Purpose(StrEnum):
    """What a token lets its bearer do."""

    MANAGE = "manage"
    JOIN = "join"
    UNSUBSCRIBE = "unsubscribe"
    SUMMARIES = "summaries"
    DATA = "data"


class Token(Model):
    """What the SHA-256 of a secret token opens: one registration, for one purpose.

    Named bodies, which have no registration, read summaries: ``registration_id`` is ``b-`` and their id,
    and there is no ``erased_at``, when a token is erased with its registration.
    """

    digest: str
    purpose: Purpose
    event_id: Slug
    registration_id: Annotated[str, Personal("to find what the link opens")]
    serial: int
    erased_at: AwareDatetime | None = None
