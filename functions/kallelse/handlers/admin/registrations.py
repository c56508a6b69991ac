"""Registrations: the list, promotion, and what mails would say."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response

from ...errors import FieldError, InvalidInput
from ...feedback import undeliverable
from ...http import answer, plain, sandboxed
from ...models import Model, Registration, Role
from ...seating import promote
from .routing import JSON, Call, route
from .targets import REGISTRATION
from .wiring import composer, wiring

ONE = "/admin/events/<event_id>/registrations/<registration_id>"


class _Part(Model):
    """``html`` or ``text``: that part of a letter alone."""

    part: str | None = None


@route("GET", "/admin/events/<event_id>/registrations", needs=Role.VIEWER)
def list_registrations(event_id: str) -> dict[str, Any]:
    """All registrations, the first to arrive first, with those whom a mail did not reach."""
    desk = wiring()[1]
    desk.events.get(event_id)
    states = undeliverable(desk, event_id)
    shown = [
        _shown(each) | {"undeliverable": states.get(each.mailbox)}
        for each in desk.registrations.of_event(event_id)
    ]
    return {"registrations": shown}


def _shown(registration: Registration) -> dict[str, Any]:
    return registration.model_dump(mode="json", exclude={"outbox", "nonce"})


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
