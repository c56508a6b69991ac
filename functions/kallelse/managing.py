"""What participants do with their registration through the link in their mails."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from . import claiming, tracing
from .errors import (
    AlreadyChanged,
    ColleagueRefused,
    EventFull,
    HoldExpired,
    InvalidInput,
    OrganisationFull,
    RegistrationClosed,
)
from .forms import problems_of
from .limiting import may_write_to
from .models import (
    SEATED,
    Event,
    EventRecord,
    MailKind,
    Mode,
    Participant,
    Registration,
    RegistrationState,
)
from .ports import Desk, NoSeat
from .registering import Submission, check_admission, check_organisation, next_numbers, registration_id
from .seating import (
    ATTEMPTS,
    TakeSeat,
    announce,
    cancelled,
    changed,
    claim_while_open,
    count_in,
    count_out,
    give_back,
    leave,
    organisation_key,
    owing,
    present,
    promote_waiting,
)

AGAIN = "the registration was changed at the same moment; try again"


def cancel(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> Registration:
    """Cancel, and free the seat for the first in line. Cancelling twice is harmless.

    Raises AlreadyChanged when the registration keeps changing under our hands.
    """
    for _ in range(ATTEMPTS):
        if registration.state is RegistrationState.CANCELLED:
            return registration
        left = cancelled(registration, now, MailKind.CANCELLED)
        if leave(desk, record.event, registration, left, now):
            return left
        registration = present(desk, registration)
    raise AlreadyChanged(AGAIN)


def confirm(desk: Desk, registration: Registration, now: datetime) -> Registration:
    """Confirm the address, or accept the seat that was offered; doing so twice is harmless.

    Raises HoldExpired when the time for it has ended, AlreadyChanged when there is nothing to confirm.
    """
    for _ in range(ATTEMPTS):
        if registration.state is RegistrationState.CONFIRMED:
            return registration
        if registration.held_until is None:
            raise AlreadyChanged("there is nothing to confirm")
        if registration.held_until <= now:
            raise HoldExpired("the time to confirm has ended")
        confirmed = changed(
            registration,
            state=RegistrationState.CONFIRMED,
            confirmed_at=now,
            held_until=None,
            outbox=(MailKind.CONFIRMED,),
        )
        if desk.registrations.store((registration, confirmed)):
            return confirmed
        registration = present(desk, registration)
    raise AlreadyChanged(AGAIN)


def edit(
    desk: Desk, record: EventRecord, registration: Registration, wanted: Submission, now: datetime
) -> Registration:
    """Change what the participant told, also the mode; the address stays.

    The rules of audience, organisation and seats apply again. On a refusal nothing is changed: raises
    WrongAudience, OrganisationFull, EventFull, RegistrationClosed or AlreadyChanged.
    """
    event = record.event
    if now >= event.starts_at or event.cancelled:
        raise RegistrationClosed("the event has started")
    if registration.state is RegistrationState.CANCELLED:
        raise AlreadyChanged("the registration is cancelled")
    check_admission(event, wanted.participant.model_copy(update={"email": registration.participant.email}))
    return change(desk, event, registration, wanted, now, claim_while_open)


def change(
    desk: Desk,
    event: Event,
    registration: Registration,
    wanted: Submission,
    now: datetime,
    take_seat: TakeSeat,
) -> Registration:
    """Change what is known of one who takes part or waits, but the address.

    ``take_seat``: how a seat of another mode is taken.

    Raises OrganisationFull, EventFull, RegistrationClosed or AlreadyChanged, and changes nothing then.
    """
    participant = wanted.participant.model_copy(update={"email": registration.participant.email})
    if organisation_key(participant) != organisation_key(registration.participant):
        # Before a seat is claimed: one that a refusal leaves behind is free again only after the sweep.
        check_organisation(desk, event, participant)
    outbox = owing(registration, MailKind.CHANGED)
    edited = changed(registration, participant=participant, mode=wanted.mode, outbox=outbox)
    announce(desk, registration, now)
    if wanted.mode is not registration.mode:
        edited = edited.model_copy(update=_move(desk, event, registration, wanted.mode, now, take_seat))
    if not count_in(desk, event, participant, registration.holder, now):
        raise OrganisationFull("the organisation has all its seats")
    if not desk.registrations.store((registration, edited)):
        raise AlreadyChanged(AGAIN)
    _after_edit(desk, event, registration, edited, now)
    return edited


def _move(
    desk: Desk, event: Event, registration: Registration, mode: Mode, now: datetime, take_seat: TakeSeat
) -> dict[str, object]:
    """What changes with the mode: the seat is claimed first; one who waits may wait in the other line."""
    block = take_seat(desk, event, mode, registration.holder, now)
    if not isinstance(block, NoSeat):
        if registration.state in SEATED:
            return {"block": block}
        state = RegistrationState.CONFIRMED
        return {"block": block, "state": state, "confirmed_at": now, "outbox": (MailKind.PROMOTED,)}
    if block in (NoSeat.CLOSED, NoSeat.NOT_YET_OPEN):
        raise RegistrationClosed("the mode can be changed only while registration is open")
    if registration.state in SEATED or not event.waiting_list:
        raise EventFull("no seat is free in the other mode; the one in this mode is kept")
    return {"registered_at": now}


def _after_edit(desk: Desk, event: Event, before: Registration, after: Registration, now: datetime) -> None:
    if organisation_key(before.participant) != organisation_key(after.participant):
        count_out(desk, event, before.participant, before.holder)
    if before.mode is after.mode:
        return
    if after.state is RegistrationState.WAITING:
        desk.seats.close_to_newcomers(event.id, after.mode)
        promote_waiting(desk, event, after.mode, now)
    if before.block is not None:
        desk.seats.release(event.id, before.mode, before.block, before.holder, now)
    promote_waiting(desk, event, before.mode, now)


def substitute(
    desk: Desk, record: EventRecord, registration: Registration, name: str, address: str, now: datetime
) -> Registration:
    """Pass the seat on to a colleague of the same organisation, in one step, also on a full event.

    Raises InvalidInput (name or address), WrongAudience, ColleagueRefused (the colleague cannot take
    the seat), or AlreadyChanged.
    """
    over = record.event.cancelled or now >= record.event.ends_at
    if over or registration.state is not RegistrationState.CONFIRMED:
        raise ColleagueRefused("there is no seat to pass on")
    colleague = _colleague(registration.participant, name, address)
    check_admission(record.event, colleague)
    taker_id = registration_id(record, colleague.email)
    known = desk.registrations.find(record.event.id, taker_id)
    elsewhere = claiming.bound_elsewhere(desk, record.event, colleague.email, now)
    if taker_id == registration.id or elsewhere or (known and known.state in SEATED):
        raise ColleagueRefused("this colleague cannot take the seat")
    taker = _taker(desk, registration, colleague, taker_id, known, now)
    announce(desk, registration, now)
    count_in(desk, record.event, colleague, registration.holder, now)
    giver = cancelled(registration, now, MailKind.CANCELLED)
    if not claiming.claim(desk, record.event, taker, now):
        raise AlreadyChanged(AGAIN)
    if not desk.registrations.store((registration, giver), (known, taker)):
        raise AlreadyChanged(AGAIN)
    if known and known.state is RegistrationState.WAITING:
        give_back(desk, record.event, known, now)
    return taker


def _taker(
    desk: Desk,
    giver: Registration,
    colleague: Participant,
    taker_id: str,
    known: Registration | None,
    now: datetime,
) -> Registration:
    serial, revision = next_numbers(desk, giver.event_id, taker_id, known)
    return Registration(
        id=taker_id,
        event_id=giver.event_id,
        serial=serial,
        revision=revision,
        holder=giver.holder,
        participant=colleague,
        mode=giver.mode,
        state=RegistrationState.CONFIRMED,
        block=giver.block,
        registered_at=now,
        confirmed_at=now,
        outbox=(MailKind.PASSED_ON,),
        erased_at=giver.erased_at,
        request_id=tracing.request_id(),
    )


def _colleague(giver: Participant, name: str, address: str) -> Participant:
    fields = {
        "name": name,
        "email": address,
        "organisation": giver.organisation,
        "organisation_code": giver.organisation_code,
        "organisation_kind": giver.organisation_kind,
        "language": giver.language,
    }
    try:
        return Participant.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(*problems_of(error)) from error


def send_link_again(desk: Desk, record: EventRecord, address: str, now: datetime) -> None:
    """Mail the owner of a registered address a new link; does nothing for any other address."""
    found = desk.registrations.find(record.event.id, registration_id(record, address))
    if found is None or found.state is RegistrationState.CANCELLED or not may_write_to(desk, found, now):
        return
    outbox = owing(found, MailKind.LOST_LINK)
    desk.registrations.store((found, changed(found, outbox=outbox)))
