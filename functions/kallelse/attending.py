"""Who of those with a seat has joined, and who has not yet: what an organiser looks at during the event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .models import SEATED, Event, Mode, Registration
from .ports import Desk
from .searching import folded, mentions


@dataclass(frozen=True)
class Part:
    """Those of one mode, or of one dialogue group of it, by name. ``group`` None: of no group, or all."""

    mode: Mode
    group: str | None
    missing: tuple[Registration, ...]
    joined: tuple[Registration, ...]

    @property
    def seated(self) -> int:
        """How many have a seat."""
        return len(self.missing) + len(self.joined)


def attendance(desk: Desk, event: Event, text: str = "") -> list[Part]:
    """The parts in which anybody has a seat whom the text finds, see :func:`.searching.mentions`."""
    allocation = desk.groups.get(event.id) if event.dialogue else None
    groups = allocation.places if allocation else {}
    parts: dict[tuple[Mode, str | None], list[Registration]] = {}
    for each in desk.registrations.of_event(event.id):
        if each.state in SEATED and mentions(each, text):
            parts.setdefault((each.mode, groups.get(each.id)), []).append(each)
    # As the modes and the groups are listed; those of no group come first.
    modes = {mode: n for n, mode in enumerate(Mode)}
    listed = {group: n for n, group in enumerate([None, *((allocation and allocation.members) or ())])}
    order = sorted(parts, key=lambda part: (modes[part[0]], listed[part[1]]))
    return [_part(*part, sorted(parts[part], key=_name)) for part in order]


def _part(mode: Mode, group: str | None, people: Iterable[Registration]) -> Part:
    found = tuple(people)
    missing = tuple(each for each in found if each.joined_at is None)
    return Part(mode, group, missing, tuple(each for each in found if each.joined_at))


def _name(registration: Registration) -> str:
    return folded(registration.participant.name)
