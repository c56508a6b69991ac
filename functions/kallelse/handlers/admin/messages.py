"""Messages to a selection of the participants."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ... import messaging
from ...errors import NotFound
from ...gateway import Response
from ...http import answer
from ...models import Draft, EventRecord, Message, Role
from .routing import JSON, Call, Media, route
from .wiring import composer, wiring

MAX_MESSAGE = 300_000
"""Bytes; a message with its selection, which must fit in one item of the table, 400 KB."""


class MessageHandedIn(Draft):
    """The body of a message's request. ``dry_run``: only count the selected, and show the letter."""

    dry_run: bool = False


@route(
    "POST", "/admin/events/<event_id>/messages",
    needs=Role.ORGANISER, status=HTTPStatus.ACCEPTED, media=Media((JSON,), MAX_MESSAGE),
)  # fmt: skip
def post_message(event_id: str, body: MessageHandedIn, call: Call) -> Response[str]:
    """Hand in a message to a selection of the participants. The clock posts it soon after."""
    settings, desk, _ = wiring()
    record = desk.events.get(event_id)
    if body.dry_run:
        call.changed = False
        return answer(_trial(record, body, call))
    message = messaging.hand_in(desk, record, body, call.caller.name, settings.clock())
    call.about["message"] = str(message.number)
    return answer(_told([message])[0], HTTPStatus.ACCEPTED)


def _trial(record: EventRecord, draft: Draft, call: Call) -> dict[str, Any]:
    """How many the message would go to, and what the first of them would get."""
    from ... import previewing

    settings, desk, _ = wiring()
    messaging.check(record.event, draft)
    selected = messaging.select(desk, record.event.id, draft.selection)
    if not selected:
        return {"recipients": 0, "preview": None}
    letter = previewing.preview_of_message(
        composer(call.request), record, selected[0], draft, settings.clock()
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


@route("GET", "/admin/events/<event_id>/messages", needs=Role.VIEWER)
def list_messages(event_id: str) -> dict[str, Any]:
    """All messages without their texts, the oldest first, and how far each has come."""
    desk = wiring()[1]
    desk.events.get(event_id)
    told = _told(desk.messages.of_event(event_id))
    return {"messages": [{name: each[name] for name in each if name != "body"} for each in told]}


@route("GET", "/admin/events/<event_id>/messages/<number>", needs=Role.VIEWER)
def get_message(event_id: str, number: int) -> dict[str, Any]:
    """A message, and how far it has come."""
    message = wiring()[1].messages.get(event_id, number)
    if message is None:
        raise NotFound("there is no such message")
    return _told([message])[0]
