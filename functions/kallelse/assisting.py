"""What organisers do for participants: registering, editing, moving, cancelling, and sending mails again.

An organiser's word opens registration outside its times and confirms the address, and asks for no proof
and no admission. It makes no seats: a full event has a waiting list or refuses, those who wait are passed
over only by :func:`kallelse.seating.promote`, and an organisation has no more than the event lets it have.

Each step changes the registration as it was read, and nothing if it is no longer so: AlreadyChanged.
Done once more after it broke off, each ends the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from . import claiming, forms, managing, registering, seating
from .drafting import check_published
from .editing import check_open_to_change
from .errors import (
    AlreadyChanged,
    EventCancelled,
    EventFull,
    FieldError,
    InvalidInput,
    NotFound,
    OrganisationFull,
    Refused,
    RegisteredAlready,
    RegistrationClosed,
)
from .mailing import send_again
from .models import (
    SEATED,
    ByHand,
    Event,
    EventRecord,
    Language,
    Mail,
    MailKind,
    Mode,
    OrganisationKind,
    Registration,
    RegistrationState,
)
from .organisations import Organisations
from .ports import Desk, NoSeat
from .registering import Submission
from .relevance import makes_sense
from .seating import claim_by_hand

AGAIN = "the registration was changed at the same moment; look at it again"

GONE = "the registration is cancelled; register the address anew"

CANCELLED = RegistrationState.CANCELLED


def read(
    event: Event,
    told: ByHand,
    languages: Sequence[Language],
    organisations: Organisations,
    before: Registration | None = None,
) -> Submission:
    """What the form would hold, by an organiser's words; what is not told stays as it was ``before``.

    Raises InvalidInput, which names every field that is wrong as ``told`` names it.
    """
    given = _given(told)
    known = forms.values_of(event, before.participant, before.mode) if before else {}
    language = told.participant.language or (before.participant.language if before else event.language)
    wrong = _misplaced(event, told, given, before)
    if language not in languages:
        # Where the form does not ask for it, the form would not tell.
        wrong.append(FieldError("participant.language", "not-a-choice", _choose(languages)))
    if wrong:
        raise InvalidInput(*wrong)
    try:
        participant, mode = forms.read(event, known | given, language, languages, organisations)
    except InvalidInput as refusal:
        raise InvalidInput(*(_renamed(event, each) for each in refusal.problems)) from refusal
    return Submission(participant, mode)


def _given(told: ByHand) -> dict[str, list[str]]:
    """What was told, by the names of the form's controls; nothing for what is to be taken away."""
    participant = told.participant
    standard = participant.model_dump(exclude_unset=True, exclude={"answers"})
    given = {name: [value] if value else [] for name, value in standard.items()}
    given |= {f"q-{name}": list(answer or ()) for name, answer in participant.answers.items()}
    return given | ({"mode": [told.mode.value]} if told.mode else {})


def _misplaced(
    event: Event, told: ByHand, given: Mapping[str, Sequence[str]], before: Registration | None
) -> list[FieldError]:
    """What the form does not ask for, and another address."""
    # Mails have a language, and people take part somehow, also where the form does not ask.
    asked = tuple(dict.fromkeys((*forms.controls(event), "language", "mode")))
    wrong = [
        FieldError(_path(name), "not-a-choice", f"the form asks for: {', '.join(map(_path, asked))}")
        for name in given
        if name not in asked
    ]
    if told.mode and told.mode not in event.seats_by_mode:
        wrong.append(FieldError("mode", "not-a-choice", _choose(event.seats_by_mode)))
    address = told.participant.email
    if before and address and address != before.participant.email:
        remedy = "an address stays; register the other one, and cancel this registration"
        wrong.append(FieldError("participant.email", "invalid", remedy))
    return wrong


def _path(control: str) -> str:
    """What a control of the form is called in what an organiser tells."""
    if control.startswith("q-"):
        return f"participant.answers.{control.removeprefix('q-')}"
    return control if control == "mode" else f"participant.{control}"


def _renamed(event: Event, problem: FieldError) -> FieldError:
    offers: dict[str, Iterable[str]] = {forms.control(each): each.offered for each in event.form.questions}
    offers |= {"organisation_kind": OrganisationKind, "mode": event.seats_by_mode}
    offered = offers.get(problem.field, ()) if problem.code == "not-a-choice" else ()
    return FieldError(_path(problem.field), problem.code, _choose(offered) if offered else problem.detail)


def _choose(names: Iterable[str]) -> str:
    return f"choose one of: {', '.join(names)}"


def register(desk: Desk, record: EventRecord, submission: Submission, now: datetime) -> Registration:
    """Register somebody: seated and confirmed at once, or in line when every seat is taken.

    Raises RegisteredAlready, also when the address is at another stop of the tour, NotPublished for a
    draft, EventArchived, EventCancelled, RegistrationClosed after the end, EventFull, OrganisationFull, or
    AlreadyChanged.
    """
    event = record.event
    _check_takes_place(record, now)
    address = submission.participant.email
    address_id = registering.registration_id(record, address)
    known = desk.registrations.find(event.id, address_id)
    alive = known if known and known.state is not CANCELLED else None
    there = alive or claiming.bound_elsewhere(desk, event, address, now)
    if there:
        raise _already(there)
    newcomer = registering.newcomer(desk, event, address_id, known, submission, now)
    admitted = registering.admit(desk, event, newcomer, by_hand=True)
    if (admitted.participant, admitted.nonce) != (submission.participant, submission.nonce):
        raise _already(admitted)  # The form was sent at the same moment, and was faster.
    return admitted


def _check_takes_place(record: EventRecord, now: datetime) -> None:
    check_published(record)
    check_open_to_change(record)
    if record.event.cancelled:
        raise EventCancelled("the event is cancelled")
    if now >= record.event.ends_at:
        raise RegistrationClosed("the event is over")


def _already(registration: Registration) -> RegisteredAlready:
    return RegisteredAlready(registration.event_id, registration.id, registration.state)


def edit(
    desk: Desk, record: EventRecord, registration: Registration, wanted: Submission, now: datetime
) -> Registration:
    """Change what is known of a participant, also the mode, until the end; the address stays.

    Raises Refused when it is cancelled, EventCancelled, RegistrationClosed after the end, EventFull,
    OrganisationFull, or AlreadyChanged.
    """
    _check_takes_place(record, now)
    if registration.state is CANCELLED:
        raise Refused(GONE)
    if (registration.participant, registration.mode) == (wanted.participant, wanted.mode):
        return registration
    return managing.change(desk, record.event, registration, wanted, now, claim_by_hand)


def cancel(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> Registration:
    """Cancel, and free the seat for the first in line. Cancelling twice is harmless.

    Raises AlreadyChanged.
    """
    if registration.state is CANCELLED:
        return registration
    left = seating.cancelled(registration, now, MailKind.CANCELLED)
    if not seating.leave(desk, record.event, registration, left, now):
        raise AlreadyChanged(AGAIN)
    return left


def move(
    desk: Desk, record: EventRecord, registration: Registration, mode: Mode, now: datetime
) -> Registration:
    """Move somebody to another mode of the event. Raises InvalidInput, and what :func:`edit` raises."""
    _check_mode(record.event, mode)
    return edit(desk, record, registration, Submission(registration.participant, mode), now)


def _check_mode(event: Event, mode: Mode) -> None:
    if mode not in event.seats_by_mode:
        raise InvalidInput(FieldError("mode", "not-a-choice", _choose(event.seats_by_mode)))


def move_to_stop(
    desk: Desk,
    record: EventRecord,
    registration: Registration,
    stop: EventRecord,
    mode: Mode,
    now: datetime,
) -> Registration:
    """Move somebody to another stop of the tour; gives the registration there.

    The seat there is claimed first, and the registrations change in one write: at no moment is there
    none, or two. One who has a seat moves only to a seat; one who waits goes to the end of the line.

    Raises InvalidInput for another tour or mode, RegisteredAlready, and what :func:`edit` raises.
    """
    _check_stop(desk, record.event, stop.event)
    _check_mode(stop.event, mode)
    there_id = registering.registration_id(stop, registration.participant.email)
    known = desk.registrations.find(stop.event.id, there_id)
    if known and known.state is not CANCELLED:
        if registration.state is CANCELLED:
            return known  # Moved already.
        raise _already(known)
    if registration.state is CANCELLED:
        raise Refused(GONE)
    _check_takes_place(stop, now)
    submission = Submission(registration.participant, mode)
    newcomer = registering.newcomer(desk, stop.event, there_id, known, submission, now)
    there = _seated(desk, stop.event, registration, newcomer[1], now)
    left = seating.cancelled(registration, now, MailKind.CANCELLED)
    if not claiming.claim(desk, stop.event, there, now, registration):
        raise AlreadyChanged("the address is being registered at another stop at this moment; try again")
    seating.announce(desk, registration, now)
    if not desk.registrations.store((registration, left), (known, there)):
        raise AlreadyChanged(AGAIN)
    if there.state is RegistrationState.WAITING:
        desk.seats.close_to_newcomers(stop.event.id, mode)
        seating.promote_waiting(desk, stop.event, mode, now)
    seating.give_back(desk, record.event, registration, now)
    return seating.present(desk, there)


def _check_stop(desk: Desk, event: Event, stop: Event) -> None:
    tour = desk.tours.find(event.tour.id) if event.tour else None
    stops = [each.event_id for each in tour.beside(event.id)] if tour else []
    if stop.id not in stops:
        remedy = _choose(stops) if stops else "the event is no stop of a tour; name a mode alone"
        raise InvalidInput(FieldError("event", "not-a-choice", remedy))


def _seated(
    desk: Desk, event: Event, before: Registration, waiting: Registration, now: datetime
) -> Registration:
    """One who comes from another stop, with a seat here or a place in line. Stores nothing of the person."""
    registering.check_organisation(desk, event, waiting.participant)
    waiting = waiting.model_copy(update={"unsubscribed": before.unsubscribed})
    block = claim_by_hand(desk, event, waiting.mode, waiting.holder, now)
    if isinstance(block, NoSeat):
        if before.state in SEATED or not event.waiting_list or now >= event.starts_at:
            raise EventFull("no seat is free at the other stop; the place at this one is kept")
        seating.announce(desk, waiting, now)
    if not seating.count_in(desk, event, waiting.participant, waiting.holder, now):
        raise OrganisationFull("the organisation has all its seats")
    if isinstance(block, NoSeat):
        return waiting
    update = {"block": block, "state": RegistrationState.CONFIRMED, "confirmed_at": now}
    return waiting.model_copy(update=update | {"outbox": (MailKind.CONFIRMED,)})


def resend(desk: Desk, record: EventRecord, mail_id: str, now: datetime) -> Mail:
    """Send a mail to a participant once more, if it is at rest, still makes sense, and may arrive.

    Raises NotFound, Refused, or AlreadyChanged.
    """
    mail = desk.mails.get(mail_id)
    if mail is None or mail.event_id != record.event.id or not mail.recipient.startswith("r-"):
        raise NotFound("there is no such mail to a participant")
    registration = desk.registrations.find(mail.event_id, mail.recipient.removeprefix("r-"))
    if registration is None or not makes_sense(mail, record, registration, now):
        raise Refused("the mail says what is not so any more, or comes too late")
    if desk.mails.is_suppressed(registration.participant.email):
        raise Refused("the address takes no mail: one bounced for good, or was complained of")
    return send_again(desk, mail, now)
