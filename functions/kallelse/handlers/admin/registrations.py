"""Registrations: the list, promotion, and what mails would say."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from ...errors import FieldError, InvalidInput, NotFound
from ...feedback import undeliverable
from ...http import answer, plain, sandboxed
from ...models import Registration
from ...ports import Desk
from ...seating import promote
from .wiring import composer, wiring

router = Router()  # type: ignore[no-untyped-call]


@router.get("/admin/events/<event_id>/registrations")
def list_registrations(event_id: str) -> Response[str]:
    """All registrations, the first to arrive first, with those whom a mail did not reach."""
    desk = wiring()[1]
    desk.events.get(event_id)
    states = undeliverable(desk, event_id)
    shown = [
        each.model_dump(mode="json", exclude={"outbox", "nonce"})
        | {"undeliverable": states.get(each.mailbox)}
        for each in desk.registrations.of_event(event_id)
    ]
    return answer({"registrations": shown})


@router.post("/admin/events/<event_id>/registrations/<registration_id>/promote")
def promote_registration(event_id: str, registration_id: str) -> Response[str]:
    """Seat one who waits, whatever the place in line; put first in line when no seat is free."""
    settings, desk, _ = wiring()
    record, registration = desk.events.get(event_id), _registration(desk, event_id, registration_id)
    promoted = promote(desk, record, registration, settings.clock())
    return answer(promoted.model_dump(mode="json", exclude={"outbox", "nonce"}))


def _registration(desk: Desk, event_id: str, registration_id: str) -> Registration:
    registration = desk.registrations.find(event_id, registration_id)
    if registration is None:
        raise NotFound("there is no such registration")
    return registration


@router.get("/admin/events/<event_id>/registrations/<registration_id>/preview/<kind>")
def get_preview(event_id: str, registration_id: str, kind: str) -> Response[str]:
    """What a mail of the kind would say to a participant; ``?part=html`` or ``text`` is that part alone."""
    from ... import previewing

    settings, desk, _ = wiring()
    record, registration = desk.events.get(event_id), _registration(desk, event_id, registration_id)
    named = previewing.kind_named(kind)
    message = previewing.preview(
        composer(router.current_event), record, registration, named, settings.clock()
    )
    return _part(previewing.parts(message), router.current_event.query_string_parameters.get("part"))


def _part(letter: dict[str, Any], part: str | None) -> Response[str]:
    if part is None:
        return answer(letter)
    if part == "text":
        return plain(letter["text"])
    if part != "html":
        raise InvalidInput(FieldError("part", "not-a-choice", "choose html or text, or leave it out"))
    return sandboxed(letter["html"])
