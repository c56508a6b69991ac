"""The dialogue groups of an event: made by an organiser, kept up as people come and go, told to each.

Those who take part are the confirmed online participants. The allocation itself is computed in
:mod:`kallelse.grouping`; once it is made, every change of who takes part is followed by the sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from .errors import AlreadyChanged, FieldError, InvalidInput, NotFound
from .grouping import Person, Plan, allocate, figures
from .models import (
    Allocation,
    Dialogue,
    Event,
    EventRecord,
    Mode,
    Registration,
    RegistrationState,
    Text,
    Transfer,
)
from .ports import Desk
from .seating import ATTEMPTS, organisation_key

MOVES_KEPT = 500
"""How many of the latest moves are remembered for the organisers."""


@dataclass(frozen=True)
class OwnGroup:
    """What a participant is told of the own group. ``name`` None: it is known by its number, ``id``."""

    id: str
    name: Text | None = None
    address: str | None = None
    facilitator: str | None = None
    prompts: tuple[Text, ...] = ()


def make(desk: Desk, record: EventRecord, now: datetime) -> Allocation:
    """Allocate all who take part, or improve the allocation that there is.

    Raises NotFound when the event has no dialogue, AlreadyChanged when others keep changing it.
    """
    _dialogue(record.event)
    registrations = desk.registrations.of_event(record.event.id)
    for _ in range(ATTEMPTS):
        seen = desk.groups.get(record.event.id)
        made = _computed(record.event, registrations, seen, {}, now, improve=True)
        if desk.groups.store(seen, made):
            return made
    raise AlreadyChanged("others are changing the groups at this moment; try again")


def keep_up(desk: Desk, record: EventRecord, registrations: Sequence[Registration], now: datetime) -> None:
    """Follow a change of who takes part, with few moves, once the allocation is made and until the start.

    Reads nothing when the event has no dialogue. Raises AlreadyChanged.
    """
    event = record.event
    if event.dialogue is None or event.cancelled or now >= event.starts_at:
        return
    for _ in range(ATTEMPTS):
        seen = desk.groups.get(event.id)
        if seen is None or seen.members is None:
            return
        people = _people(registrations, seen.pins)
        if seen.basis == _basis(people, _plan(event)):
            return
        if desk.groups.store(seen, _computed(event, registrations, seen, {}, now, improve=False)):
            return
    raise AlreadyChanged("others are changing the groups at this moment")


def pin(desk: Desk, record: EventRecord, pins: Mapping[str, str | None], now: datetime) -> Allocation:
    """Put people into groups that an organiser chose (None: no longer), and keep them there.

    Raises InvalidInput for unknown people or groups, NotFound, AlreadyChanged.
    """
    _dialogue(record.event)
    registrations = desk.registrations.of_event(record.event.id)
    for _ in range(ATTEMPTS):
        seen = desk.groups.get(record.event.id)
        _check_pins(record.event, registrations, seen, pins)
        pinned = _computed(record.event, registrations, seen, pins, now, improve=False)
        if desk.groups.store(seen, pinned):
            return pinned
    raise AlreadyChanged("others are changing the groups at this moment; try again")


def forget(desk: Desk, event_id: str, registration_id: str) -> None:
    """Take one who is erased out of the allocation, if there is one. Raises AlreadyChanged."""
    for _ in range(ATTEMPTS):
        seen = desk.groups.get(event_id)
        if seen is None or registration_id not in seen.model_dump_json():
            return
        if desk.groups.store(seen, seen.without(registration_id)):
            return
    raise AlreadyChanged("others are changing the groups at this moment; try again")


def allocation(desk: Desk, record: EventRecord) -> Allocation:
    """The allocation as it is. Raises NotFound before anything of it is stored."""
    _dialogue(record.event)
    found = desk.groups.get(record.event.id)
    if found is None:
        raise NotFound("the groups have not been made yet")
    return found


def own_group(desk: Desk, event: Event, registration: Registration) -> OwnGroup | None:
    """The group of a participant; None before it is made. Reads nothing for an event without dialogue."""
    if event.dialogue is None or registration.state is not RegistrationState.CONFIRMED:
        return None
    found = desk.groups.get(event.id)
    members = (found and found.members) or {}
    group_id = next((group for group, ids in members.items() if registration.id in ids), None)
    return _told(event.dialogue, group_id) if group_id else None


def _told(dialogue: Dialogue, group_id: str) -> OwnGroup | None:
    if not dialogue.groups:
        return OwnGroup(group_id, prompts=dialogue.prompts)
    listed = {group.id: group for group in dialogue.groups}.get(group_id)
    if listed is None:
        return None
    prompts = listed.prompts or dialogue.prompts
    return OwnGroup(listed.id, listed.name, listed.address, listed.facilitator, prompts)


def report(desk: Desk, record: EventRecord, found: Allocation) -> dict[str, Any]:
    """The allocation and its figures, for organisers. ``moves``: since they last had it made."""
    people = _people(desk.registrations.of_event(record.event.id), found.pins)
    members = found.members or {}
    return {
        "revision": found.revision,
        "made_at": found.made_at.isoformat(),
        "groups": [
            {"id": group, "language": language, "size": len(members[group]), "registrations": members[group]}
            for group, language in found.languages.items()
        ],
        "same_organisation_pairs": figures(people, members, _plan(record.event)).pairs,
        "pins": found.pins,
        "moves": [
            {"registration_id": each.registration_id, "from": each.before, "to": each.after}
            for each in found.moves
        ],
    }


def _dialogue(event: Event) -> Dialogue:
    if event.dialogue is None:
        raise NotFound("the event has no dialogue")
    return event.dialogue


def _plan(event: Event) -> Plan:
    dialogue = _dialogue(event)
    groups: tuple[tuple[str, str | None], ...] | None = None
    if dialogue.groups:
        groups = tuple((group.id, group.language) for group in dialogue.groups)
    elif dialogue.number:
        groups = tuple((str(number + 1), None) for number in range(dialogue.number))
    return Plan(dialogue.size.least, dialogue.size.most, event.language, groups, dialogue.seed)


def _people(registrations: Iterable[Registration], pins: Mapping[str, str]) -> list[Person]:
    """Those who take part in the dialogue."""
    return [
        Person(
            each.id,
            each.participant.language,
            organisation_key(each.participant),
            each.participant.organisation_kind,
            pins.get(each.id),
        )
        for each in registrations
        if each.state is RegistrationState.CONFIRMED and each.mode is Mode.ONLINE
    ]


def _basis(people: Iterable[Person], plan: Plan) -> str:
    """A digest of what may move people: who takes part, in which language, pinned where, and the plan."""
    who = sorted((each.id, each.language, each.pin or "") for each in people)
    return sha256(repr((who, plan)).encode()).hexdigest()[:32]


def _computed(
    event: Event,
    registrations: Sequence[Registration],
    seen: Allocation | None,
    pins: Mapping[str, str | None],
    now: datetime,
    *,
    improve: bool,
) -> Allocation:
    """The next allocation. Pins alone make none: that is for an organiser to ask for."""
    base = seen or Allocation(event_id=event.id, revision=0, made_at=now)
    pinned = {who: group for who, group in (base.pins | dict(pins)).items() if group}
    update: dict[str, Any] = {"revision": base.revision + 1, "pins": pinned, "made_at": now}
    update["erased_at"] = event.erased_at
    if improve or base.members is not None:
        people, plan = _people(registrations, pinned), _plan(event)
        result = allocate(people, plan, base.places, improve=improve)
        moves = [
            Transfer(registration_id=who, before=old, after=new) for who, (old, new) in result.moves.items()
        ]
        update |= {
            "members": {group: tuple(ids) for group, ids in result.members.items()},
            "languages": result.languages,
            "moves": tuple(moves if improve else [*base.moves, *moves][-MOVES_KEPT:]),
            "basis": _basis(people, plan),
        }
    return base.model_copy(update=update)


def _check_pins(
    event: Event,
    registrations: Iterable[Registration],
    seen: Allocation | None,
    pins: Mapping[str, str | None],
) -> None:
    plan, known = _plan(event), {each.id for each in registrations}
    groups = {group for group, _ in plan.groups} if plan.groups else set((seen and seen.members) or ())
    wrong = [FieldError(who, "invalid", "there is no such registration") for who in pins if who not in known]
    wrong += [
        FieldError(who, "not-a-choice", f"there is no group {group!r}")
        for who, group in pins.items()
        if group and group not in groups
    ]
    if wrong:
        raise InvalidInput(*wrong)
