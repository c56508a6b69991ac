"""The organisers' endpoint: JSON under /admin, for callers whom IAM let in."""

from __future__ import annotations

import json
import re
from functools import cache
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from pydantic import ValidationError

from .. import messaging
from ..adapters import s3
from ..adapters.dynamodb import connect, open_desk
from ..config import AdminSettings, read
from ..editing import apply, notices, problems
from ..editing import read as read_event
from ..errors import FieldError, InvalidInput, KallelseError, NotFound, Unauthorised, UnreadableRequest
from ..feedback import undeliverable
from ..figures import figures
from ..http import answer, body_of, page, plain, problem
from ..mailing import decide
from ..models import Draft, EventRecord, Message, Registration
from ..ports import Desk, Documents
from ..seating import promote
from ..summarising import hand_in

if TYPE_CHECKING:
    from ..composing import Composer

MAX_BODY = 1_000_000
"""Bytes; an event file or a summary with room to spare, below the 6 MB of a Lambda request."""

MAX_MESSAGE = 300_000
"""Bytes; a message with its selection, which must fit in one item of the table, 400 KB."""

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""The Content-Security-Policy of a letter that is shown in a browser: it can do and load nothing."""

app = APIGatewayHttpResolver()


@cache
def _wiring() -> tuple[AdminSettings, Desk, Documents]:
    settings = read(AdminSettings)
    return settings, open_desk(connect(settings.table)), s3.connect(settings.bucket)


def _organiser() -> str:
    """Who calls: an IAM identity that API Gateway vouches for, or the local cloud's token."""
    settings, *_ = _wiring()
    if settings.local:
        given = app.current_event.headers.get("authorization") or ""
        if settings.local_token and compare_digest(given, f"Bearer {settings.local_token}"):
            return "local organiser"
    else:
        authorizer = app.current_event.raw_event["requestContext"].get("authorizer") or {}
        arn = (authorizer.get("iam") or {}).get("userArn")
        if arn:
            return str(arn)
    raise Unauthorised("no credentials that are known here")


def _stored(record: EventRecord) -> dict[str, Any]:
    return {"revision": record.revision, "event": record.event.model_dump(mode="json")}


@app.put("/admin/events/<event_id>")
def put_event(event_id: str) -> Response[str]:
    """Create or change an event from its file."""
    settings, desk, _ = _wiring()
    event = read_event(body_of(app.current_event, ("application/yaml", "application/json"), MAX_BODY))
    if event.id != event_id:
        raise InvalidInput(FieldError("id", "invalid", f"the address says {event_id!r}"))
    record = apply(desk, event, settings.meeting_hosts, settings.clock())
    return answer(_stored(record) | {"notices": notices(desk, event)})


@app.get("/admin/events/<event_id>")
def get_event(event_id: str) -> Response[str]:
    """The event as stored."""
    return answer(_stored(_wiring()[1].events.get(event_id)))


@app.get("/admin/events/<event_id>/registrations")
def list_registrations(event_id: str) -> Response[str]:
    """All registrations, the first to arrive first, with those whom a mail did not reach."""
    desk = _wiring()[1]
    desk.events.get(event_id)
    states = undeliverable(desk, event_id)
    shown = [
        each.model_dump(mode="json", exclude={"outbox", "nonce"})
        | {"undeliverable": states.get(each.mailbox)}
        for each in desk.registrations.of_event(event_id)
    ]
    return answer({"registrations": shown})


@app.post("/admin/events/<event_id>/registrations/<registration_id>/promote")
def promote_registration(event_id: str, registration_id: str) -> Response[str]:
    """Seat one who waits, whatever the place in line; put first in line when no seat is free."""
    settings, desk, _ = _wiring()
    record, registration = desk.events.get(event_id), _registration(desk, event_id, registration_id)
    promoted = promote(desk, record, registration, settings.clock())
    return answer(promoted.model_dump(mode="json", exclude={"outbox", "nonce"}))


def _registration(desk: Desk, event_id: str, registration_id: str) -> Registration:
    registration = desk.registrations.find(event_id, registration_id)
    if registration is None:
        raise NotFound("there is no such registration")
    return registration


@app.get("/admin/events/<event_id>/registrations/<registration_id>/preview/<kind>")
def get_preview(event_id: str, registration_id: str, kind: str) -> Response[str]:
    """What a mail of the kind would say to a participant; ``?part=html`` or ``text`` is that part alone."""
    from .. import previewing

    settings, desk, _ = _wiring()
    record, registration = desk.events.get(event_id), _registration(desk, event_id, registration_id)
    named = previewing.kind_named(kind)
    message = previewing.preview(_composer(), record, registration, named, settings.clock())
    return _part(previewing.parts(message), app.current_event.query_string_parameters.get("part"))


def _part(letter: dict[str, Any], part: str | None) -> Response[str]:
    if part is None:
        return answer(letter)
    if part == "text":
        return plain(letter["text"])
    if part != "html":
        raise InvalidInput(FieldError("part", "not-a-choice", "choose html or text, or leave it out"))
    response = page(letter["html"])
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _composer() -> Composer:
    # Only previews write letters, so the other routes do not pay for what that takes.
    from ..composing import Composer
    from ..rendering import Renderer

    settings, desk, documents = _wiring()
    base_url = settings.base_url or f"https://{app.current_event.request_context.domain_name}"
    return Composer(desk, documents, Renderer(settings.templates), settings.sender, base_url)


@app.get("/admin/events/<event_id>/figures")
def get_figures(event_id: str) -> Response[str]:
    """Counts of seats, registrations and mails."""
    desk = _wiring()[1]
    return answer(figures(desk, desk.events.get(event_id)))


@app.get("/admin/events/<event_id>/mails")
def list_mails(event_id: str) -> Response[str]:
    """The mails of the event and where each stands; with ``?stuck=true`` those that await a decision."""
    desk = _wiring()[1]
    desk.events.get(event_id)
    stuck_only = app.current_event.query_string_parameters.get("stuck") == "true"
    mails = [each for each in desk.mails.of_event(event_id) if each.stuck or not stuck_only]
    return answer({"mails": [{"id": each.id} | each.model_dump(mode="json") for each in mails]})


@app.post("/admin/events/<event_id>/mails/<mail_id>/decision")
def decide_on_mail(event_id: str, mail_id: str) -> Response[str]:
    """Send a mail that is stuck again, or leave it: ``{"again": true}``."""
    settings, desk, _ = _wiring()
    content = _fields_in(body_of(app.current_event, ("application/json",), MAX_BODY), {"again"})
    if not isinstance(content["again"], bool):
        raise InvalidInput(FieldError("again", "invalid", "say true to send it again, false to leave it"))
    if not mail_id.startswith(f"{event_id}_"):
        raise NotFound("there is no such mail")
    mail = decide(desk, mail_id, again=content["again"], now=settings.clock())
    return answer({"id": mail.id} | mail.model_dump(mode="json"))


@app.post("/admin/events/<event_id>/summaries")
def post_summary(event_id: str) -> Response[str]:
    """Hand in a summary: ``{"language": "sv", "markdown": "..."}``. It is published soon after."""
    settings, desk, documents = _wiring()
    language, markdown = _summary_in(body_of(app.current_event, ("application/json",), MAX_BODY))
    record = desk.events.get(event_id)
    summary = hand_in(desk, documents, record, language, markdown, _organiser(), settings.clock())
    return answer(summary.model_dump(mode="json"), HTTPStatus.ACCEPTED)


def _object_in(body: str) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError as error:
        raise UnreadableRequest("the body is not valid JSON") from error
    if not isinstance(content, dict):
        raise UnreadableRequest("send a JSON object")
    return content


def _fields_in(body: str, fields: set[str]) -> dict[str, Any]:
    content = _object_in(body)
    if set(content) != fields:
        raise UnreadableRequest(f"send an object with the fields: {', '.join(sorted(fields))}")
    return content


def _summary_in(body: str) -> tuple[str, str]:
    content = _fields_in(body, {"language", "markdown"})
    if not all(isinstance(value, str) for value in content.values()):
        raise UnreadableRequest("language and markdown must be text")
    return content["language"], content["markdown"]


class _HandedIn(Draft):
    """The body of a message's request. ``dry_run``: only count the selected, and show the letter."""

    dry_run: bool = False


@app.post("/admin/events/<event_id>/messages")
def post_message(event_id: str) -> Response[str]:
    """Hand in a message to a selection of the participants. The clock posts it soon after."""
    settings, desk, _ = _wiring()
    draft = _draft_in(body_of(app.current_event, ("application/json",), MAX_MESSAGE))
    record = desk.events.get(event_id)
    if draft.dry_run:
        return answer(_trial(record, draft))
    message = messaging.hand_in(desk, record, draft, _organiser(), settings.clock())
    return answer(_told([message])[0], HTTPStatus.ACCEPTED)


def _draft_in(body: str) -> _HandedIn:
    try:
        return _HandedIn.model_validate(_object_in(body))
    except ValidationError as error:
        raise InvalidInput(*problems(error)) from error


def _trial(record: EventRecord, draft: Draft) -> dict[str, Any]:
    """How many the message would go to, and what the first of them would get."""
    from .. import previewing

    settings, desk, _ = _wiring()
    messaging.check(record.event, draft)
    selected = messaging.select(desk, record.event.id, draft.selection)
    if not selected:
        return {"recipients": 0, "preview": None}
    letter = previewing.preview_of_message(_composer(), record, selected[0], draft, settings.clock())
    shown = previewing.parts(letter)
    return {
        "recipients": len(selected),
        "preview": {name: shown[name] for name in ("subject", "text", "html")},
    }


def _told(messages: list[Message]) -> list[dict[str, Any]]:
    """The messages of an event, with how many mails of each there are so far, and in which state."""
    counts = messaging.mails_by_state(_wiring()[1], messages[0].event_id) if messages else {}
    return [
        message.model_dump(mode="json")
        | {"recipients": sum(counts[message.number].values()), "mails": dict(counts[message.number])}
        for message in messages
    ]


@app.get("/admin/events/<event_id>/messages")
def list_messages(event_id: str) -> Response[str]:
    """All messages without their texts, the oldest first, and how far each has come."""
    desk = _wiring()[1]
    desk.events.get(event_id)
    told = _told(desk.messages.of_event(event_id))
    return answer({"messages": [{name: each[name] for name in each if name != "body"} for each in told]})


@app.get("/admin/events/<event_id>/messages/<number>")
def get_message(event_id: str, number: str) -> Response[str]:
    """A message, and how far it has come."""
    desk = _wiring()[1]
    message = desk.messages.get(event_id, int(number)) if re.fullmatch("[0-9]{1,6}", number) else None
    if message is None:
        raise NotFound("there is no such message")
    return answer(_told([message])[0])


@app.exception_handler(KallelseError)  # type: ignore[untyped-decorator]
def _refuse(error: KallelseError) -> Response[str]:
    return problem(error)


@app.not_found
def _nowhere(error: NotFoundError) -> Response[str]:
    return problem(NotFound("there is nothing at this address"))


def _guard(resolver: APIGatewayHttpResolver, route: NextMiddleware) -> Response[str]:
    _organiser()
    return route(resolver)


app.use(middlewares=[_guard])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request."""
    return app.resolve(event, context)
