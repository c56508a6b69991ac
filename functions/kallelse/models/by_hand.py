"""What an organiser tells of a participant, in the shape in which registrations are shown."""

from __future__ import annotations

from pydantic import Field

from .event import Mode
from .text import Model, Slug


class ParticipantByHand(Model):
    """Some fields of a participant; None takes one away. The event's form tells what they may hold."""

    name: str | None = None
    email: str | None = None
    organisation: str | None = None
    organisation_kind: str | None = None
    role: str | None = None
    accessibility: str | None = None
    greeting: str | None = None
    language: str | None = None
    answers: dict[Slug, tuple[str, ...] | None] = Field(default_factory=dict)


class ByHand(Model):
    """A registration as an organiser writes it. ``mode``: only needed where there is a choice."""

    participant: ParticipantByHand = ParticipantByHand.model_construct()
    mode: Mode | None = None
