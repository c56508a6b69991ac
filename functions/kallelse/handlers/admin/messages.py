"""Messages to a selection of the participants."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import ValidationError

from ... import messaging
from ...editing import problems
from ...errors import InvalidInput, NotFound
from ...http import answer, body_of
from ...models import Draft, EventRecord, Message
from .wiring import composer, object_in, organiser, wiring

router = Router()  # type: ignore[no-untyped-call]


MAX_MESSAGE = 300_000
"""Bytes; a message with its selection, which must fit in one item of the table, 400 KB."""


class _HandedIn(Draft):
    """The body of a message's request. ``dry_run``: only count the selected, and show the letter."""

    dry_run: bool = False


@router.post("/admin/events/<event_id>/messages")
def post_message(event_id: str) -> Response[str]:
    """Hand in a message to a selection of the participants. The clock posts it soon after."""
    settings, desk, _ = wiring()
    draft = _draft_in(body_of(router.current_event, ("application/json",), MAX_MESSAGE))
    record = desk.events.get(event_id)
    if draft.dry_run:
        return answer(_trial(record, draft))
    message = messaging.hand_in(desk, record, draft, organiser(router.current_event), settings.clock())
    return answer(_told([message])[0], HTTPStatus.ACCEPTED)


def _draft_in(body: str) -> _HandedIn:
    try:
        return _HandedIn.model_validate(object_in(body))
    except ValidationError as error:
        raise InvalidInput(*problems(error)) from error


def _trial(record: EventRecord, draft: Draft) -> dict[str, Any]:
    """How many the message would go to, and what the first of them would get."""
    from ... import previewing

    settings, desk, _ = wiring()
    messaging.check(record.event, draft)
    selected = messaging.select(desk, record.event.id, draft.selection)
    if not selected:
        return {"recipients": 0, "preview": None}
    letter = previewing.preview_of_message(
        composer(router.current_event), record, selected[0], draft, settings.clock()
    )
    shown = previewing.parts(letter)
    return {
        "recipients": len(selected),
        "preview": {name: shown[name] for name in ("subject", "text", "html")},
    }


def _told(messages: list[Message]) -> list[dict[str, Any]]:
    """The messages of an event, with how many mails of each there are so far, and in which state."""
    counts = messaging.mails_by_state(wiring()[1], messages[0].event_id) if messages else {}
    return [
        message.model_dump(mode="json")
        | {"recipients": sum(counts[message.number].values()), "mails": dict(counts[message.number])}
        for message in messages
    ]


@router.get("/admin/events/<event_id>/messages")
def list_messages(event_id: str) -> Response[str]:
    """All messages without their texts, the oldest first, and how far each has come."""
    desk = wiring()[1]
    desk.events.get(event_id)
    told = _told(desk.messages.of_event(event_id))
    return answer({"messages": [{name: each[name] for name in each if name != "body"} for each in told]})


@router.get("/admin/events/<event_id>/messages/<number>")
def get_message(event_id: str, number: str) -> Response[str]:
    """A message, and how far it has come."""
    desk = wiring()[1]
    message = desk.messages.get(event_id, int(number)) if re.fullmatch("[0-9]{1,6}", number) else None
    if message is None:
        raise NotFound("there is no such message")
    return answer(_told([message])[0])
