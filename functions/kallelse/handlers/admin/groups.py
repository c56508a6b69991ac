"""Dialogue groups: making them, looking at them, and pinning people."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from ... import dialogues
from ...errors import FieldError, InvalidInput
from ...http import answer, body_of
from .wiring import MAX_BODY, object_in, wiring

router = Router()  # type: ignore[no-untyped-call]


@router.post("/admin/events/<event_id>/groups")
def make_groups(event_id: str) -> Response[str]:
    """Allocate the participants to groups, or improve the allocation that there is."""
    settings, desk, _ = wiring()
    record = desk.events.get(event_id)
    return answer(dialogues.report(desk, record, dialogues.make(desk, record, settings.clock())))


@router.get("/admin/events/<event_id>/groups")
def get_groups(event_id: str) -> Response[str]:
    """The groups as they are, with who moved since they were made."""
    desk = wiring()[1]
    record = desk.events.get(event_id)
    return answer(dialogues.report(desk, record, dialogues.allocation(desk, record)))


@router.put("/admin/events/<event_id>/groups/pins")
def pin_people(event_id: str) -> Response[str]:
    """Put people into groups, by the ids of registrations; null lets them go again."""
    settings, desk, _ = wiring()
    pins = _pins_in(body_of(router.current_event, ("application/json",), MAX_BODY))
    record = desk.events.get(event_id)
    return answer(dialogues.report(desk, record, dialogues.pin(desk, record, pins, settings.clock())))


def _pins_in(body: str) -> dict[str, str | None]:
    content = object_in(body)
    wrong = [who for who, group in content.items() if group is not None and not isinstance(group, str)]
    if wrong:
        raise InvalidInput(*(FieldError(who, "invalid", "write a group's id, or null") for who in wrong))
    return content
