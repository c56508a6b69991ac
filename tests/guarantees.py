"""What Kallelse guarantees about seats, checked by reading everything back: each breach in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.conftest import an_event

from kallelse import editing
from kallelse.models import SEATED, Event, EventRecord, Mode, Participant, Registration, RegistrationState
from kallelse.ports import Desk, SeatBlock
from kallelse.registering import Submission
from kallelse.seating import organisation_key

HOSTS = frozenset({"webbseminarium.example"})


def opened(desk: Desk, now: datetime, **changes: Any) -> EventRecord:
    """The example event, changed, as it is stored."""
    return editing.apply(desk, an_event(**changes), HOSTS, now)


def person(name: str, organisation: str | None = None) -> Participant:
    """A participant whose address derives from the name."""
    return Participant(
        name=name, email=f"{name.lower()}@example.org", organisation=organisation, language="sv"
    )


def form(name: str, organisation: str | None = None, mode: Mode = Mode.ONLINE) -> Submission:
    """The form as such a participant sends it."""
    return Submission(person(name, organisation), mode)


def by_name(desk: Desk, event_id: str) -> dict[str, Registration]:
    """The registrations of an event by the names of the participants."""
    return {each.participant.name: each for each in desk.registrations.of_event(event_id)}


def breaches(desk: Desk, event_id: str, now: datetime, most: Mapping[Mode, int] | None = None) -> list[str]:
    """Every guarantee that does not hold, once the sweep has been there.

    ``most``: how many may sit in a mode, when an organiser lowered its seats below the taken ones.
    """
    event = desk.events.get(event_id).event
    registrations = desk.registrations.of_event(event_id)
    found = _of_organisations(desk, event, registrations)
    for mode in Mode:
        blocks = desk.seats.blocks(event_id, mode)
        people = [each for each in registrations if each.mode is mode]
        seats = event.seats_by_mode.get(mode, 0)
        found += [f"{mode}: {each}" for each in _of_seats(blocks, people, seats, (most or {}).get(mode, 0))]
        found += [f"{mode}: {each}" for each in _of_line(desk, event, mode, people)]
        found += [
            f"{mode}: it is open at {block.opening}" for block in blocks if block.opening != event.opening
        ]
        if now < event.starts_at:
            found += [f"{mode}: {each}" for each in _of_newcomers(blocks, people)]
    return found


def _of_seats(blocks: list[SeatBlock], people: list[Registration], seats: int, most: int) -> list[str]:
    taken = sum(len(block.holders) for block in blocks)
    held = {(block.number, holder) for block in blocks for holder in block.holders}
    promised = [(each.block, each.holder) for each in people if each.state in SEATED]
    found = [f"lost: {place} is promised and not taken" for place in set(promised) - held]
    found += [f"{place} is taken for nobody" for place in held - set(promised)]
    if len(set(promised)) < len(promised):
        found.append("two registrations have the same seat")
    if taken > max(seats, most):
        found.append(f"oversold: {taken} sit on {seats} seats")
    if taken + sum(block.free for block in blocks) != max(seats, taken):
        found.append(f"the blocks {blocks} do not add up to {seats} seats")
    if any(each.block is not None for each in people if each.state not in SEATED):
        found.append("a registration without a seat keeps a block")
    return found


def _of_line(desk: Desk, event: Event, mode: Mode, people: list[Registration]) -> list[str]:
    waiting = waiting_of(people)
    places = [desk.registrations.place_in_line(each) for each in waiting]
    first = desk.registrations.first_waiting(event.id, mode)
    found = []
    if places != list(range(1, len(waiting) + 1)):
        found.append(f"lost: those who wait have the places {places}")
    if desk.registrations.count_waiting(event.id, mode) != len(waiting):
        found.append("somebody in line does not wait")
    if (first and first.id) != (waiting[0].id if waiting else None):
        found.append("overtaken: the first in line is not the first to have come")
    return found


def _of_newcomers(blocks: list[SeatBlock], people: list[Registration]) -> list[str]:
    waiting = [each.participant.name for each in waiting_of(people)]
    free = sum(block.free for block in blocks)
    marked = {block.queue is not None for block in blocks}
    found = []
    if waiting and free:
        found.append(f"{free} free while {waiting} wait")
    if waiting and marked != {True}:
        found.append(f"a newcomer would overtake {waiting}")
    if not waiting and True in marked:
        found.append("newcomers are sent to the waiting list, where nobody is")
    return found


def waiting_of(people: list[Registration]) -> list[Registration]:
    """Those of the people who wait."""
    return [each for each in people if each.state is RegistrationState.WAITING]


def _of_organisations(desk: Desk, event: Event, registrations: list[Registration]) -> list[str]:
    limit = event.seats_per_organisation
    if limit is None:
        return []
    there: dict[str, set[str]] = {}
    for each in registrations:
        key = organisation_key(each.participant)
        if key and each.state is not RegistrationState.CANCELLED:
            there.setdefault(key, set()).add(each.holder)
    counted = {quota.key: set(quota.holders) for quota in desk.quotas.of_event(event.id) if quota.holders}
    found = [
        f"{key} has {len(holders)} of its {limit}" for key, holders in there.items() if len(holders) > limit
    ]
    if there != counted:
        found.append(f"the organisations are counted as {counted}, and are {there}")
    return found
