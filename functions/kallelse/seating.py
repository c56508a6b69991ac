"""What becomes of seats after registering: given back, passed down the waiting list, found by the sweep.

| from        | what happens                                   | to                               |
|-------------|------------------------------------------------|----------------------------------|
| (nothing)   | registers while a seat is free and nobody waits| CONFIRMED, or UNCONFIRMED        |
| (nothing)   | registers while all seats are taken            | WAITING                          |
| UNCONFIRMED | confirms the address in time                   | CONFIRMED                        |
| UNCONFIRMED | the time ends                                  | CANCELLED                        |
| WAITING     | is the first in line when a seat is free       | CONFIRMED, or OFFERED            |
| OFFERED     | accepts in time                                | CONFIRMED                        |
| OFFERED     | the time ends                                  | CANCELLED                        |
| any         | cancels                                        | CANCELLED                        |

UNCONFIRMED, OFFERED and CONFIRMED hold a seat. A seat is claimed before the registration is stored,
and a cancelled registration is stored before its seat is released: whatever is interrupted leaves a
seat too many taken, never one too few, and :func:`audit` finds it. For the same reason nobody
releases a seat after losing a race: another request may have come to rely on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from . import tracing
from .errors import AlreadyChanged, Refused, RegistrationClosed
from .models import (
    Event,
    EventRecord,
    MailKind,
    Mode,
    Participant,
    Registration,
    RegistrationState,
)
from .ports import Desk, NoSeat, SeatBlock

GRACE = timedelta(seconds=40)
"""How long a request may be under way before the sweep takes it for broken off.

Longer than the time limit of every function that seats people, which is 30 seconds in template.yaml.
"""

ATTEMPTS = 5
"""How often a step is tried again when another request changed the same registration."""


def organisation_key(participant: Participant) -> str | None:
    """What an organisation is counted under: its code, else its name without regard to case and spaces."""
    if participant.organisation_code:
        return participant.organisation_code
    name = participant.organisation
    return " ".join(name.split()).casefold() if name else None


def organisations_of(registrations: Iterable[Registration]) -> frozenset[str]:
    """The organisations of the registrations, each once, under their keys."""
    keys = (organisation_key(each.participant) for each in registrations)
    return frozenset(key for key in keys if key)


def count_in(desk: Desk, event: Event, participant: Participant, holder: str, now: datetime) -> bool:
    """Count the holder in with its organisation; False when the organisation has its number already."""
    key, limit = organisation_key(participant), event.seats_per_organisation
    return not key or not limit or desk.quotas.claim(event, key, holder, limit, now)


def count_out(desk: Desk, event: Event, participant: Participant, holder: str) -> None:
    """Count the holder out of its organisation."""
    key = organisation_key(participant)
    if key and event.seats_per_organisation:
        desk.quotas.release(event.id, key, holder)


def count_everybody_in(desk: Desk, event: Event, now: datetime) -> None:
    """Count in those who registered before the event limited the number of one organisation.

    Whatever the limit: nobody who is registered is thrown out by it.
    """
    if not event.seats_per_organisation:
        return
    counted = {quota.key: quota.holders for quota in desk.quotas.of_event(event.id)}
    registrations = desk.registrations.of_event(event.id)
    for key, holders in _by_organisation(registrations).items():
        for holder in holders - counted.get(key, frozenset()):
            desk.quotas.claim(event, key, holder, len(registrations) + len(holders), now)


def changed(seen: Registration, **update: object) -> Registration:
    """The registration after a change, with its next revision."""
    traced = {"revision": seen.revision + 1, "request_id": tracing.request_id()}
    return seen.model_copy(update=traced | update)


def cancelled(seen: Registration, now: datetime, *outbox: MailKind) -> Registration:
    """The registration without its seat or its place in line, and the mails that this calls for."""
    state = RegistrationState.CANCELLED
    return changed(seen, state=state, block=None, held_until=None, cancelled_at=now, outbox=outbox)


def owing(registration: Registration, kind: MailKind) -> tuple[MailKind, ...]:
    """The outbox with one kind more; a mail that has no record yet is still owed."""
    return tuple(dict.fromkeys((*registration.outbox, kind)))


def present(desk: Desk, registration: Registration) -> Registration:
    """The registration as it is now. Raises AlreadyChanged when it is gone."""
    found = desk.registrations.find(registration.event_id, registration.id)
    if found is None:
        raise AlreadyChanged("the registration was changed at the same moment; try again")
    return found


def leave(desk: Desk, event: Event, seen: Registration, left: Registration, now: datetime) -> bool:
    """Store what ``seen`` becomes by leaving, and give its seat to the first in line.

    False, and nothing done, when the registration is no longer as seen.
    """
    announce(desk, seen, now)
    if not desk.registrations.store((seen, left)):
        return False
    give_back(desk, event, seen, now)
    return True


def announce(desk: Desk, registration: Registration, now: datetime) -> None:
    """Tell the sweep that a seat or the line is about to change, in case nobody finishes it."""
    desk.seats.announce(registration.event_id, registration.mode, registration.block or 0, now)


def give_back(desk: Desk, event: Event, left: Registration, now: datetime) -> None:
    """Release what the registration held, and let the first in line have it."""
    count_out(desk, event, left.participant, left.holder)
    if left.block is not None:
        desk.seats.release(event.id, left.mode, left.block, left.holder, now)
    promote_waiting(desk, event, left.mode, now)


def arrange(desk: Desk, event_id: str, now: datetime) -> None:
    """Give the blocks the seats and opening times of the event as it is stored.

    When the time of its personal data is over, nobody sees its seats any more, nor can have one.
    """
    turn = desk.seats.take_turn(event_id)
    event = desk.events.get(event_id).event
    if now < event.erased_at:
        desk.seats.arrange(event, turn, now)


TakeSeat = Callable[[Desk, Event, Mode, str, datetime], int | NoSeat]
"""Takes a seat of a mode for a holder, and gives its block; NoSeat tells why not."""


def claim_while_open(desk: Desk, event: Event, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
    """Take a seat as anybody may, while registration is open and nobody waits."""
    return desk.seats.claim(event, mode, holder, now)


def claim_by_hand(desk: Desk, event: Event, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
    """Take a seat by an organiser's word, whatever the opening times.

    Those who wait are not passed over until the start, with which their waiting ends.
    """
    if now < event.starts_at:
        return desk.seats.claim_whenever(event.id, mode, holder, now)
    block = desk.seats.claim_for_waiting(event.id, mode, holder, now)
    return NoSeat.FULL if block is None else block


def promote_waiting(desk: Desk, event: Event, mode: Mode, now: datetime) -> list[Registration]:
    """Give free seats to those who wait, the first to arrive first, and tell whom.

    When nobody waits, newcomers are let in. Nobody is promoted after the start.
    """
    promoted: list[Registration] = []
    conflicts = 0
    while now < event.starts_at and not event.cancelled and conflicts < ATTEMPTS:
        # The line is read before the first in it: see Seats.open_to_newcomers.
        line = desk.seats.line(event.id, mode)
        first = desk.registrations.first_waiting(event.id, mode)
        if first is None:
            desk.seats.open_to_newcomers(event.id, mode, line)
            break
        if not line.closed:
            desk.seats.close_to_newcomers(event.id, mode)
        block = desk.seats.claim_for_waiting(event.id, mode, first.holder, now)
        if block is None:
            break
        taken = _seat(desk, event, first, block, now)
        promoted += [taken] if taken else []
        conflicts += taken is None
    return promoted


def _seat(desk: Desk, event: Event, waiting: Registration, block: int, now: datetime) -> Registration | None:
    promoted = changed(waiting, block=block, **_terms(event, now))
    if desk.registrations.store((waiting, promoted)):
        return promoted
    # Another request changed it. Whether that one needs this seat is for the sweep to find out.
    return None


def _terms(event: Event, now: datetime) -> dict[str, object]:
    if event.offer is None:
        state = RegistrationState.CONFIRMED
        return {"state": state, "outbox": (MailKind.PROMOTED,), "confirmed_at": now}
    # An offer that outlived the start would be one for nothing.
    until = min(now + event.offer, event.starts_at)
    return {"state": RegistrationState.OFFERED, "outbox": (MailKind.OFFERED,), "held_until": until}


def promote(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> Registration:
    """Let one who waits come next by an organiser's word: seated if a seat is free, else first in line.

    Raises RegistrationClosed after the start, Refused when the registration does not wait, or
    AlreadyChanged.
    """
    event = record.event
    if registration.state is not RegistrationState.WAITING:
        raise Refused("the registration does not wait")
    if now >= event.starts_at or event.cancelled:
        raise RegistrationClosed("the event has started")
    block = desk.seats.claim_for_waiting(event.id, registration.mode, registration.holder, now)
    if block is None:
        return _put_first(desk, event, registration)
    promoted = _seat(desk, event, registration, block, now)
    if promoted is None:
        raise AlreadyChanged("the registration was changed at the same moment; try again")
    promote_waiting(desk, event, registration.mode, now)
    return promoted


def _put_first(desk: Desk, event: Event, waiting: Registration) -> Registration:
    first = desk.registrations.first_waiting(event.id, waiting.mode)
    if first is None or first.id == waiting.id:
        return waiting
    # As if this one had come just before the first.
    moved = changed(waiting, registered_at=first.registered_at - timedelta(milliseconds=1))
    if not desk.registrations.store((waiting, moved)):
        raise AlreadyChanged("the registration was changed at the same moment; try again")
    return moved


def expire(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> bool:
    """Free a seat that nobody confirmed or accepted in time, for the first in line."""
    if registration.held_until is None or registration.held_until > now:
        return False
    # Those of a cancelled event are told that, and nothing else.
    offered = registration.state is RegistrationState.OFFERED and not record.event.cancelled
    lapsed = cancelled(registration, now, *[MailKind.LAPSED] if offered else [])
    return leave(desk, record.event, registration, lapsed, now)


Blocks = dict[Mode, list[SeatBlock]]


def audit(desk: Desk, record: EventRecord, now: datetime) -> Blocks:
    """Finish what was broken off: seats held for nobody, people who wait beside a free seat.

    Gives the blocks that are checked by this, for :func:`audited`. Looks only at what changed since the
    last audit and is quiet for GRACE, and at blocks that do not have the event's seats and opening times:
    after an apply that was broken off, or when seats beyond a smaller event's size became free and can be
    given again.
    """
    event = record.event
    seen = desk.seats.all_blocks(event.id)
    changes = {mode: _to_audit(blocks, now) for mode, blocks in seen.items()}
    if any(changes.values()):
        _release_orphans(desk, event, changes, now)
        seen = desk.seats.all_blocks(event.id)
    elif _is_arranged(event, seen):
        return {}
    if not _is_arranged(event, seen):
        arrange(desk, event.id, now)
    for mode in changes:
        promote_waiting(desk, event, mode, now)
    return changes


def audited(desk: Desk, record: EventRecord, checked: Blocks) -> None:
    """Remember what :func:`audit` checked, once everything that was found through it is dealt with."""
    for mode, blocks in checked.items():
        desk.seats.audited(record.event.id, mode, blocks)


def _release_orphans(desk: Desk, event: Event, changes: Blocks, now: datetime) -> None:
    registrations = desk.registrations.of_event(event.id)
    seated = _holders(registrations)
    for mode, blocks in changes.items():
        for block in blocks:
            desk.seats.forget(event.id, mode, block, block.holders - seated.get((mode, block.number), set()))
    _audit_quotas(desk, event, registrations, now)


def _is_arranged(event: Event, seen: Blocks) -> bool:
    for mode, blocks in seen.items():
        seats, taken = event.seats_by_mode.get(mode, 0), sum(len(block.holders) for block in blocks)
        if taken + sum(block.free for block in blocks) != max(seats, taken):
            return False
        if any(block.opening != event.opening for block in blocks):
            return False
    return True


def _to_audit(blocks: list[SeatBlock], now: datetime) -> list[SeatBlock]:
    return [
        block for block in blocks if block.unchecked and block.touched_at and block.touched_at <= now - GRACE
    ]


def _holders(registrations: list[Registration]) -> dict[tuple[Mode, int], set[str]]:
    holders: dict[tuple[Mode, int], set[str]] = {}
    for each in registrations:
        if each.block is not None:
            holders.setdefault((each.mode, each.block), set()).add(each.holder)
    return holders


def _by_organisation(registrations: list[Registration]) -> dict[str, set[str]]:
    holders: dict[str, set[str]] = {}
    for each in registrations:
        key = organisation_key(each.participant)
        if key and each.state is not RegistrationState.CANCELLED:
            holders.setdefault(key, set()).add(each.holder)
    return holders


def _audit_quotas(desk: Desk, event: Event, registrations: list[Registration], now: datetime) -> None:
    counted = _by_organisation(registrations)
    for quota in desk.quotas.of_event(event.id):
        if quota.touched_at <= now - GRACE:
            desk.quotas.forget(event.id, quota, quota.holders - counted.get(quota.key, set()))
