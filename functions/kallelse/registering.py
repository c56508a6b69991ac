"""Registering for an event, cancelling, and the waiting list.

A seat is claimed before the registration is stored, and a cancelled registration is stored before
its seat is released: whatever is interrupted leaves a seat too many taken, never one too few, and
:func:`audit` finds it.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from datetime import datetime, timedelta

from .errors import (
    AlreadyChanged,
    EventFull,
    FieldError,
    InvalidInput,
    NotYetOpen,
    RegistrationClosed,
)
from .models import (
    Event,
    EventRecord,
    MailKind,
    Participant,
    Registration,
    RegistrationState,
)
from .ports import Claim, Desk, SeatBlock

GRACE = timedelta(seconds=30)
"""How long a request may be under way before the sweep takes it for broken off.

Longer than the time limit of the public function in template.yaml, which is 10 seconds.
"""

ATTEMPTS = 5
"""How often a step is tried again when another request changed the same registration."""


def registration_id(record: EventRecord, address: str) -> str:
    """The id of an address at an event: 80 bits of HMAC-SHA-256 (RFC 2104) under the event's key.

    The address is compared without case: its local part may be case-sensitive in theory
    (RFC 5321 §2.4), but nobody has two mailboxes that differ in that alone.
    """
    digest = hmac.digest(bytes.fromhex(record.key), address.strip().casefold().encode(), "sha256")
    return b32encode(digest[:10]).decode().lower()


def register(desk: Desk, record: EventRecord, participant: Participant, now: datetime) -> Registration:
    """Give the participant a seat, or a place on the waiting list.

    Registering again with the same address changes nothing and gives the same answer.
    Raises InvalidInput (wrong audience), NotYetOpen, RegistrationClosed or EventFull.
    """
    event = record.event
    _check_audience(event, participant)
    address_id = registration_id(record, participant.email)
    known = desk.registrations.find(event.id, address_id)
    if known and known.state is not RegistrationState.CANCELLED:
        return known
    newcomer = Registration(
        id=address_id,
        event_id=event.id,
        serial=known.serial + 1 if known else 1,
        participant=participant,
        state=RegistrationState.CONFIRMED,
        registered_at=now,
        outbox=(MailKind.CONFIRMED,),
    )
    claim = desk.seats.claim(event, newcomer.holder, now)
    if claim is Claim.SEATED:
        return _store(desk, newcomer)
    return _without_seat(desk, event, newcomer, claim)


def _check_audience(event: Event, participant: Participant) -> None:
    if participant.organisation_kind not in event.organisation_kinds:
        kinds = ", ".join(event.organisation_kinds)
        raise InvalidInput(FieldError("organisation_kind", "not-a-choice", f"choose one of: {kinds}"))


def _store(desk: Desk, newcomer: Registration) -> Registration:
    if desk.registrations.put(newcomer):
        return newcomer
    # The same address was faster in another request; both hold the same seat.
    return _present(desk, newcomer)


def _without_seat(desk: Desk, event: Event, newcomer: Registration, claim: Claim) -> Registration:
    if claim is Claim.NOT_YET_OPEN and event.opens_at:
        raise NotYetOpen(event.opens_at)
    if claim is Claim.CLOSED:
        raise RegistrationClosed("registration has closed")
    if not event.waiting_list:
        raise EventFull("every seat is taken")
    return _wait(desk, event, newcomer)


def _wait(desk: Desk, event: Event, newcomer: Registration) -> Registration:
    waiting = newcomer.model_copy(update={"state": RegistrationState.WAITING, "outbox": (MailKind.WAITING,)})
    now = newcomer.registered_at
    # The marker comes first: from here on no newcomer is seated before this one.
    desk.seats.close_to_newcomers(event.id, waiting.holder, now)
    desk.registrations.put(waiting)
    desk.seats.arrived(event.id, waiting.holder)
    # A seat that was freed before the marker was set would otherwise stay empty.
    promote_waiting(desk, event, now)
    return _present(desk, waiting)


def _present(desk: Desk, registration: Registration) -> Registration:
    found = desk.registrations.find(registration.event_id, registration.id)
    if found is None:
        raise AlreadyChanged("the registration was changed at the same moment; try again")
    return found


def cancel(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> Registration:
    """Cancel, free the seat, and give it to the first in line. Cancelling twice is harmless.

    Raises AlreadyChanged when the registration keeps changing under our hands.
    """
    for _ in range(ATTEMPTS):
        if registration.state is RegistrationState.CANCELLED:
            return registration
        cancelled = registration.model_copy(
            update={"state": RegistrationState.CANCELLED, "outbox": (MailKind.CANCELLED,)}
        )
        desk.seats.announce(record.event.id, registration.holder, now)
        if desk.registrations.cancel(registration, cancelled):
            desk.seats.release(record.event.id, registration.holder, now)
            promote_waiting(desk, record.event, now)
            return cancelled
        registration = _present(desk, registration)
    raise AlreadyChanged("the registration was changed at the same moment; try again")


def promote_waiting(desk: Desk, event: Event, now: datetime) -> list[Registration]:
    """Give free seats to those who wait, the first to arrive first, and tell whom.

    When nobody waits, newcomers are let in again. Nobody is promoted after the start.
    """
    promoted: list[Registration] = []
    conflicts = 0
    while now < event.starts_at and conflicts < ATTEMPTS:
        # The blocks are read before the line: see Seats.open_to_newcomers.
        blocks = desk.seats.blocks(event.id)
        first = desk.registrations.first_waiting(event.id)
        if first is None:
            desk.seats.open_to_newcomers(event.id, blocks)
            break
        if not _seat_for(blocks, first) or not desk.seats.claim_for_waiting(event.id, first.holder, now):
            break
        confirmed = _confirm(desk, first, now)
        promoted += [confirmed] if confirmed else []
        conflicts += confirmed is None
    return promoted


def _seat_for(blocks: list[SeatBlock], waiting: Registration) -> bool:
    return any(block.free or waiting.holder in block.holders for block in blocks)


def _confirm(desk: Desk, waiting: Registration, now: datetime) -> Registration | None:
    confirmed = waiting.model_copy(
        update={"state": RegistrationState.CONFIRMED, "outbox": (MailKind.PROMOTED,)}
    )
    if desk.registrations.promote(waiting, confirmed):
        return confirmed
    present = _present(desk, waiting)
    if present.holder != waiting.holder or present.state is RegistrationState.CANCELLED:
        desk.seats.release(waiting.event_id, waiting.holder, now)
    return None


def audit(desk: Desk, record: EventRecord, now: datetime) -> None:
    """Finish what was broken off: seats held for nobody, people who wait beside a free seat.

    Looks at an event only when its seats changed since the last audit and are quiet for GRACE.
    """
    event = record.event
    blocks = desk.seats.blocks(event.id)
    if not _to_audit(blocks, now):
        return
    seated = {
        registration.holder
        for registration in desk.registrations.of_event(event.id)
        if registration.state is not RegistrationState.CANCELLED
    }
    for orphan in frozenset().union(*(block.holders for block in blocks)) - seated:
        desk.seats.release(event.id, orphan, now)
    desk.seats.forget_arriving(event.id, frozenset().union(*(block.arriving for block in blocks)))
    # Seats that were beyond a smaller event's size and are free now can be given again.
    desk.seats.arrange(desk.events.get(event.id).event)
    desk.seats.audited(event.id, blocks)
    promote_waiting(desk, event, now)


def _to_audit(blocks: list[SeatBlock], now: datetime) -> bool:
    changes = [block for block in blocks if block.touched_at and block.touched_at != block.audited_at]
    return bool(changes) and all(
        block.touched_at is None or block.touched_at <= now - GRACE for block in blocks
    )
