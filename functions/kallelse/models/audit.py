"""The audit log: what organisers changed."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from .privacy import Personal
from .text import Model, Slug


class Entry(Model):
    """A change that an organiser asked for. ``action``: the name of the route's function.

    ``event_id`` or ``tour_id``: where it was; neither, when it was everywhere. ``about``: the ids of what
    it was about. ``before`` and ``after``: what differs, by the path of the field, without personal data;
    of a field that holds some only that it changed. ``done``: False while it is under way; it stays so
    when it was broken off, and then nobody knows how far it came.
    """

    id: str
    at: Annotated[AwareDatetime, Personal("to know who changed what when")]
    by: Annotated[str, Personal("to know who changed what when")]
    action: Annotated[str, Personal("to know who changed what when")]
    event_id: Slug | None = None
    tour_id: Slug | None = None
    about: Annotated[
        dict[str, str], Personal("to know what was changed, by ids such as that of a registration")
    ] = Field(default_factory=dict)
    done: bool = False
    before: dict[str, Any] = Field(default_factory=dict)
    after: dict[str, Any] = Field(default_factory=dict)
