"""What organisers look for among the registrations of an event."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from .event import Mode, OrganisationKind
from .registration import RegistrationState
from .text import Line, Model


class Sort(StrEnum):
    """The order of what is found; with a leading ``-`` the other way round."""

    ARRIVED = "arrived"
    LATEST = "-arrived"
    NAME = "name"
    NAME_BACKWARDS = "-name"
    ORGANISATION = "organisation"
    ORGANISATION_BACKWARDS = "-organisation"
    STATE = "state"
    STATE_BACKWARDS = "-state"

    @property
    def key(self) -> str:
        """What is sorted by."""
        return self.removeprefix("-")

    @property
    def backwards(self) -> bool:
        """Whether the last comes first."""
        return self.startswith("-")


class Conditions(Model):
    """What is looked for: those who meet every condition. None asks for nothing.

    ``text``: a part of the name, the address or the organisation, without regard to case and accents.
    ``group``: the id of a dialogue group. ``joined``: whether they have joined the meeting.
    ``answer``: the id of a question, a colon, and an answer to it. ``undeliverable``: whether a mail
    bounced or was complained of.
    """

    text: Line | None = None
    state: RegistrationState | None = None
    mode: Mode | None = None
    group: Line | None = None
    organisation_kind: OrganisationKind | None = None
    joined: bool | None = None
    answer: Annotated[Line, StringConstraints(pattern=r"^[a-z0-9-]+:.")] | None = None
    undeliverable: bool | None = None

    @property
    def given(self) -> list[str]:
        """The conditions that ask for something, by their names."""
        return [name for name in Conditions.model_fields if getattr(self, name) is not None]


class Search(Conditions):
    """A page of what is looked for. ``limit``: how many it has. ``cursor``: ``next`` of the page before."""

    sort: Sort = Sort.ARRIVED
    limit: int = Field(50, ge=1, le=200)
    cursor: Annotated[str, StringConstraints(max_length=2000)] | None = None
