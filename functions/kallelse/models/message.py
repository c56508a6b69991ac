"""Messages from the organisers to some or all of an event's participants."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints, field_validator

from .event import Mode, OrganisationKind
from .privacy import Personal
from .registration import Registration, RegistrationState
from .text import Language, Line, Model, Slug, printable

MAX_MARKDOWN = 50_000
"""The longest text in one language, in characters."""


def _lines(value: object) -> object:
    # Files written on Windows end their lines so, and a control character would be refused.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


Markdown = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_MARKDOWN),
    AfterValidator(printable),
    BeforeValidator(_lines),
]


class Selection(Model):
    """Whom a message goes to: those who meet every condition. An empty condition asks for nothing.

    ``states``: without any, those who have a confirmed seat. ``answers``: by the ids of the event's own
    questions; one of those named is enough. ``joined``: whether they have joined the meeting.
    """

    states: tuple[RegistrationState, ...] = (RegistrationState.CONFIRMED,)
    modes: tuple[Mode, ...] = ()
    languages: tuple[Language, ...] = ()
    organisation_kinds: tuple[OrganisationKind, ...] = ()
    answers: dict[Slug, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    joined: bool | None = None

    @field_validator("states")
    @classmethod
    def _with_a_seat(cls, value: tuple[RegistrationState, ...]) -> tuple[RegistrationState, ...]:
        return value or (RegistrationState.CONFIRMED,)

    def includes(self, registration: Registration) -> bool:
        """Whether the registration meets every condition."""
        participant = registration.participant
        return (
            registration.state in self.states
            and (not self.modes or registration.mode in self.modes)
            and (not self.languages or participant.language in self.languages)
            and (not self.organisation_kinds or participant.organisation_kind in self.organisation_kinds)
            and all(set(participant.answers.get(each, ())) & set(self.answers[each]) for each in self.answers)
            and self.joined in (None, registration.joined_at is not None)
        )


class Draft(Model):
    """What an organiser writes to whom. ``body``: Markdown. Both texts in the same languages."""

    subject: dict[Language, Annotated[Line, StringConstraints(max_length=150)]]
    body: Annotated[dict[Language, Markdown], Personal("what participants are told; may name people")]
    selection: Selection = Selection.model_construct()


class MessageState(StrEnum):
    """Where a message stands: POSTED once each of the selected has a mail record."""

    HANDED_IN = "handed-in"
    POSTED = "posted"


class Message(Draft):
    """A draft that was handed in. ``number``: counts the messages of the event from 1."""

    event_id: Slug
    number: int
    state: MessageState = MessageState.HANDED_IN
    author: Annotated[str, Personal("to answer for what was sent")]
    handed_in_at: Annotated[AwareDatetime, Personal("to answer for what was sent")]

    def says(self, draft: Draft) -> bool:
        """Whether the draft says the same to the same selection."""
        return all(getattr(self, name) == getattr(draft, name) for name in Draft.model_fields)
