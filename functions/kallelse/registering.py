"""Registering for an event: a seat, a place on the waiting list, or a refusal that says why.

Whoever sends the form is told the same whether or not the address is registered already, here or at
another stop of the tour: only the owner of the address, by mail, learns that it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import claiming, tracing
from .drafting import check_shown
from .errors import (
    AlreadyChanged,
    EventCancelled,
    EventFull,
    NotYetOpen,
    OrganisationFull,
    RegistrationClosed,
    WrongAudience,
)
from .limiting import may_write_to
from .models import (
    Event,
    EventEntry,
    EventRecord,
    MailKind,
    Mode,
    Participant,
    Registration,
    RegistrationState,
)
from .ports import Desk, NoSeat
from .seating import (
    announce,
    changed,
    claim_by_hand,
    claim_while_open,
    count_in,
    organisation_key,
    owing,
    present,
    promote_waiting,
)

HOLDER_LENGTH = 10
"""Characters of an id that name a holder. 50 bits: for two of 100,000 to meet is 1 to 200,000."""


@dataclass(frozen=True)
class Submission:
    """A form that was sent: who wants to take part how. ``nonce``: of the form, None if it had none."""

    participant: Participant
    mode: Mode
    nonce: str | None = None


@dataclass(frozen=True)
class Answer:
    """What is told to whoever sent the form. ``place``: in line; ``until``: to confirm the address.

    ``new``: whether a registration came of it, for the operators' metrics: no page may tell.
    """

    state: RegistrationState
    place: int | None = None
    until: datetime | None = None
    new: bool = field(default=False, compare=False)


def phase(event: Event | EventEntry, now: datetime) -> str:
    """How far the event is for one who comes to its page, in a word of the templates."""
    if event.cancelled:
        return "cancelled"
    if event.opens_at and now < event.opens_at:
        return "not-yet-open"
    if now < event.closes_at:
        return "open"
    return "closed" if now < event.ends_at else "over"


def registration_id(record: EventRecord, address: str) -> str:
    """The id of an address at an event, see :func:`kallelse.claiming.address_id`."""
    return claiming.address_id(record.key, address)


def register(desk: Desk, record: EventRecord, submission: Submission, now: datetime) -> Answer:
    """Give the participant a seat, or a place on the waiting list.

    Raises EventNotFound for a draft, WrongAudience, EventCancelled, NotYetOpen, RegistrationClosed,
    EventFull, OrganisationFull, or AlreadyChanged when the address is being registered at another stop
    of the tour.
    """
    check_shown(record)
    event = record.event
    check_admission(event, submission.participant)
    if event.cancelled:
        raise EventCancelled("the event is cancelled")
    address_id = registration_id(record, submission.participant.email)
    # Read at once what most find: a newcomer, whose first holder this is, and who finds a seat in its block.
    with desk.ahead.of_newcomer(event, address_id, submission.mode, _holder(address_id, 1)):
        return _register(desk, event, address_id, submission, now)


def _register(desk: Desk, event: Event, address_id: str, submission: Submission, now: datetime) -> Answer:
    known = desk.registrations.find(event.id, address_id)
    if known is None or known.state is RegistrationState.CANCELLED:
        elsewhere = claiming.bound_elsewhere(desk, event, submission.participant.email, now)
        if elsewhere:
            return _as_if_new(desk, event, elsewhere, MailKind.REGISTERED_ELSEWHERE, submission, now)
        admitted = admit(desk, event, newcomer(desk, event, address_id, known, submission, now))
        return _answer(desk, admitted, new=True)
    if known.nonce and known.nonce == submission.nonce:
        return _answer(desk, known)  # the same form sent twice
    return _as_if_new(desk, event, known, MailKind.REGISTERED_ALREADY, submission, now)


def _holder(address_id: str, serial: int) -> str:
    return f"{address_id[:HOLDER_LENGTH]}.{serial}"


def check_admission(event: Event, participant: Participant) -> None:
    """Raise WrongAudience when the event is not meant for the participant."""
    rules = event.admission
    kind = participant.organisation_kind
    if kind is not None and kind not in rules.organisation_kinds:
        raise WrongAudience("organisation_kind")
    domain = participant.email.rsplit("@", 1)[1].lower()
    if rules.mail_domains and not any(f".{domain}".endswith(f".{each}") for each in rules.mail_domains):
        raise WrongAudience("email")
    if rules.languages and participant.language not in rules.languages:
        raise WrongAudience("language")


Newcomer = tuple[Registration | None, Registration]
"""The earlier, cancelled registration of the address, and the new one, without a seat yet."""


def newcomer(
    desk: Desk,
    event: Event,
    address_id: str,
    known: Registration | None,
    submission: Submission,
    now: datetime,
) -> Newcomer:
    """What is to be admitted when an address registers that is not there, or cancelled."""
    serial, revision = next_numbers(desk, event.id, address_id, known)
    waiting = Registration(
        id=address_id,
        event_id=event.id,
        serial=serial,
        revision=revision,
        holder=_holder(address_id, serial),
        participant=submission.participant,
        mode=submission.mode,
        state=RegistrationState.WAITING,
        nonce=submission.nonce,
        registered_at=now,
        outbox=(MailKind.WAITING,),
        erased_at=event.erased_at,
        request_id=tracing.request_id(),
    )
    return known, waiting


def next_numbers(desk: Desk, event_id: str, address_id: str, known: Registration | None) -> tuple[int, int]:
    """The serial and revision of an address that registers: neither was ever used, nor erased."""
    if known:
        return known.serial + 1, known.revision + 1
    serial = 1 + desk.registrations.last_serial(event_id, address_id)
    return serial, serial


def admit(desk: Desk, event: Event, newcomer: Newcomer, *, by_hand: bool = False) -> Registration:
    """Give a newcomer a seat or a place in line, and give what is stored of the address in the end.

    ``by_hand``: an organiser's word opens registration and confirms the address, and seats nobody more
    than there are seats for. Raises what :func:`register` raises about seats and other stops.
    """
    known, waiting = newcomer
    check_organisation(desk, event, waiting.participant)
    now = waiting.registered_at
    take_seat = claim_by_hand if by_hand else claim_while_open
    block = take_seat(desk, event, waiting.mode, waiting.holder, now)
    if isinstance(block, NoSeat):
        _refuse(event, block, now)
        announce(desk, waiting, now)
    # A seat that this refusal leaves behind is found by the sweep.
    if not count_in(desk, event, waiting.participant, waiting.holder, now):
        raise OrganisationFull("the organisation has all its seats")
    if not claiming.claim(desk, event, waiting, now):
        raise AlreadyChanged("the address is being registered at another stop at this moment; try again")
    if isinstance(block, NoSeat):
        return _wait(desk, event, known, waiting)
    seated = waiting.model_copy(update={"block": block, **_terms(event, now, by_hand=by_hand)})
    # When it is not stored, the same address was faster in another request, with the same seat.
    return seated if desk.registrations.store((known, seated)) else present(desk, seated)


def check_organisation(desk: Desk, event: Event, participant: Participant) -> None:
    """Raise OrganisationFull when the participant's organisation has its number already; writes nothing."""
    key, limit = organisation_key(participant), event.seats_per_organisation
    if key and limit and desk.quotas.is_full(event.id, key, limit):
        raise OrganisationFull("the organisation has all its seats")


def _refuse(event: Event, why: NoSeat, now: datetime) -> None:
    """Raise what tells a newcomer why there is no seat; return when there is a waiting list to join."""
    if why is NoSeat.NOT_YET_OPEN and event.opens_at:
        raise NotYetOpen(event.opens_at)
    if why is NoSeat.CLOSED:
        raise RegistrationClosed("registration has closed")
    if not event.waiting_list or now >= event.starts_at:
        raise EventFull("every seat is taken")


def _terms(event: Event, now: datetime, *, by_hand: bool = False) -> dict[str, Any]:
    if by_hand or event.address_confirmation is None:
        state = RegistrationState.CONFIRMED
        return {"state": state, "outbox": (MailKind.CONFIRMED,), "confirmed_at": now}
    return {
        "state": RegistrationState.UNCONFIRMED,
        "outbox": (MailKind.CONFIRM_ADDRESS,),
        "held_until": min(now + event.address_confirmation, event.starts_at),
    }


def _wait(desk: Desk, event: Event, known: Registration | None, waiting: Registration) -> Registration:
    desk.registrations.store((known, waiting))
    # From here on no newcomer is seated before this one.
    desk.seats.close_to_newcomers(event.id, waiting.mode)
    # A seat that was freed before that would otherwise stay empty.
    promote_waiting(desk, event, waiting.mode, waiting.registered_at)
    return present(desk, waiting)


def _answer(desk: Desk, registration: Registration, *, new: bool = False) -> Answer:
    waits = registration.state is RegistrationState.WAITING
    place = desk.registrations.place_in_line(registration) if waits else None
    return Answer(registration.state, place, registration.held_until, new)


def _as_if_new(
    desk: Desk, event: Event, known: Registration, told: MailKind, submission: Submission, now: datetime
) -> Answer:
    """What a newcomer would be told at this instant; the owner of the address is told the truth."""
    if may_write_to(desk, known, now):
        outbox = owing(known, told)
        desk.registrations.store((known, changed(known, outbox=outbox)))
    check_organisation(desk, event, submission.participant)
    why = desk.seats.look(event, submission.mode, now)
    if why is not None:
        _refuse(event, why, now)
        return Answer(
            RegistrationState.WAITING, desk.registrations.count_waiting(event.id, submission.mode) + 1
        )
    terms = _terms(event, now)
    return Answer(terms["state"], until=terms.get("held_until"))
