"""Registrations: finding them, what organisers do with them, and what mails would say."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ... import assisting
from ...errors import FieldError, Forbidden, InvalidInput
from ...feedback import undeliverable_in
from ...gateway import Response
from ...http import answer, plain, sandboxed
from ...models import ByHand, MailState, Mode, Model, Registration, RegistrationState, Role, Search, Slug
from ...observability import count
from ...registering import Submission
from ...searching import search
from ...seating import present, promote
from .routing import JSON, Call, route
from .targets import REGISTRATION
from .wiring import composer, organisations, renderer, wiring

ALL = "/admin/events/<event_id>/registrations"
ONE = f"{ALL}/<registration_id>"


class _Part(Model):
    """``html`` or ``text``: that part of a letter alone."""

    part: str | None = None


class Destination(Model):
    """Where somebody is moved to. ``event``: another stop of the tour; None is another mode of the event.

    ``mode``: None is the mode that the registration has.
    """

    event: Slug | None = None
    mode: Mode | None = None


@route("GET", ALL, needs=Role.VIEWER)
def list_registrations(event_id: str, query: Search) -> dict[str, Any]:
    """The registrations that meet all conditions, a page of them; ``next`` is the cursor of the next one."""
    desk = wiring()[1]
    page = search(desk, desk.events.get(event_id).event, query)
    return {
        "registrations": [_listed(each, page.undeliverable.get(each.mailbox)) for each in page.registrations],
        "total": page.total,
        "next": page.next,
    }


@route("GET", ONE, needs=Role.VIEWER, target=REGISTRATION)
def get_registration(event_id: str, registration_id: str, call: Call) -> dict[str, Any]:
    """A registration with its mails, the first to be called for first."""
    mails = wiring()[1].mails.to_recipient(event_id, call.seen.mailbox)
    mails.sort(key=lambda mail: (mail.created_at, mail.id))
    told = [{"id": mail.id} | mail.model_dump(mode="json") for mail in mails]
    return _listed(call.seen, undeliverable_in(mails).get(call.seen.mailbox)) | {"mails": told}


def _listed(registration: Registration, undeliverable: MailState | None) -> dict[str, Any]:
    return _shown(registration) | {"undeliverable": undeliverable}


def _shown(registration: Registration) -> dict[str, Any]:
    return registration.model_dump(mode="json", exclude={"outbox", "nonce"})


@route("POST", ALL, needs=Role.ORGANISER, status=HTTPStatus.CREATED)
def post_registration(event_id: str, body: ByHand, call: Call) -> dict[str, Any]:
    """Register somebody, whatever the opening times and the admission, if there is a seat or a line."""
    settings, desk, _ = wiring()
    record, submission = desk.events.get(event_id), _told(event_id, body)
    registered = assisting.register(desk, record, submission, settings.clock())
    call.about["registration_id"] = registered.id
    waits = registered.state is RegistrationState.WAITING
    count("RegistrationsWaiting" if waits else "RegistrationsAccepted")
    return _shown(registered)


@route("PATCH", ONE, needs=Role.ORGANISER, target=REGISTRATION)
def edit_registration(event_id: str, registration_id: str, body: ByHand, call: Call) -> dict[str, Any]:
    """Change what is told, until the end of the event; ``null`` takes a field away, and the address stays."""
    settings, desk, _ = wiring()
    record, wanted = desk.events.get(event_id), _told(event_id, body, call.seen)
    return _shown(assisting.edit(desk, record, call.seen, wanted, settings.clock()))


def _told(event_id: str, body: ByHand, before: Registration | None = None) -> Submission:
    event = wiring()[1].events.get(event_id).event
    return assisting.read(event, body, renderer().languages(), organisations(), before)


@route("POST", f"{ONE}/cancel", needs=Role.ORGANISER, target=REGISTRATION)
def cancel_registration(event_id: str, registration_id: str, call: Call) -> dict[str, Any]:
    """Cancel; the participant is told, and the seat goes to the first in line."""
    settings, desk, _ = wiring()
    cancelled = assisting.cancel(desk, desk.events.get(event_id), call.seen, settings.clock())
    count("RegistrationsCancelled", int(call.seen.state is not RegistrationState.CANCELLED))
    return _shown(cancelled)


@route("POST", f"{ONE}/move", needs=Role.ORGANISER, target=REGISTRATION)
def move_registration(event_id: str, registration_id: str, body: Destination, call: Call) -> dict[str, Any]:
    """Move to another mode, or to another stop of the tour, where ``moved_to`` is the registration there."""
    settings, desk, _ = wiring()
    record, mode = desk.events.get(event_id), body.mode or call.seen.mode
    if body.event is None:
        return _shown(assisting.move(desk, record, call.seen, mode, settings.clock()))
    tour = record.event.tour
    if not call.caller.may(Role.ORGANISER, body.event, tour.id if tour else None):
        raise Forbidden(f"this needs the role {Role.ORGANISER} at the other stop too")
    stop = desk.events.get(body.event)
    there = assisting.move_to_stop(desk, record, call.seen, stop, mode, settings.clock())
    call.about["to_event_id"] = stop.event.id
    return _shown(present(desk, call.seen)) | {"moved_to": _shown(there)}


@route("POST", f"{ONE}/promote", needs=Role.ORGANISER, target=REGISTRATION)
def promote_registration(event_id: str, registration_id: str, call: Call) -> dict[str, Any]:
    """Seat one who waits, whatever the place in line; put first in line when no seat is free."""
    settings, desk, _ = wiring()
    return _shown(promote(desk, desk.events.get(event_id), call.seen, settings.clock()))


@route(
    "GET", f"{ONE}/preview/<kind>",
    needs=Role.VIEWER, target=REGISTRATION, gives=(JSON, "text/html", "text/plain"),
)  # fmt: skip
def get_preview(event_id: str, registration_id: str, kind: str, query: _Part, call: Call) -> Response[str]:
    """What a mail of the kind would say to a participant; ``?part=html`` or ``text`` is that part alone."""
    from ... import previewing

    settings, desk, _ = wiring()
    record, named = desk.events.get(event_id), previewing.kind_named(kind)
    message = previewing.preview(composer(call.request), record, call.seen, named, settings.clock())
    return part_of(previewing.parts(message), query.part)


def part_of(letter: dict[str, Any], part: str | None) -> Response[str]:
    """A letter as JSON, or one part of it alone. Raises InvalidInput."""
    if part is None:
        return answer(letter)
    if part == "text":
        return plain(letter["text"])
    if part != "html":
        raise InvalidInput(FieldError("part", "not-a-choice", "choose html or text, or leave it out"))
    return sandboxed(letter["html"])
