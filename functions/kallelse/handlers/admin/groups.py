"""Dialogue groups: making them, looking at them, and pinning people."""

from __future__ import annotations

from typing import Any

from pydantic import RootModel

from ... import dialogues
from ...models import Role
from .routing import route
from .targets import GROUPS
from .wiring import wiring

OF_EVENT = "/admin/events/<event_id>/groups"


class Pins(RootModel[dict[str, str | None]]):
    """The group of each registration, by their ids; None lets it go."""


@route("POST", OF_EVENT, needs=Role.ORGANISER, target=GROUPS)
def make_groups(event_id: str) -> dict[str, Any]:
    """Allocate the participants to groups, or improve the allocation that there is."""
    settings, desk, _ = wiring()
    record = desk.events.get(event_id)
    return dialogues.report(desk, record, dialogues.make(desk, record, settings.clock()))


@route("GET", OF_EVENT, needs=Role.VIEWER, target=GROUPS)
def get_groups(event_id: str) -> dict[str, Any]:
    """The groups as they are, with who moved since they were made."""
    desk = wiring()[1]
    record = desk.events.get(event_id)
    return dialogues.report(desk, record, dialogues.allocation(desk, record))


@route("PUT", f"{OF_EVENT}/pins", needs=Role.ORGANISER, target=GROUPS)
def pin_people(event_id: str, body: Pins) -> dict[str, Any]:
    """Put people into groups, by the ids of registrations; null lets them go again."""
    settings, desk, _ = wiring()
    record = desk.events.get(event_id)
    return dialogues.report(desk, record, dialogues.pin(desk, record, body.root, settings.clock()))
