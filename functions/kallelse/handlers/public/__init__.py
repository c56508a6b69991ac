"""The participants' pages. This function can neither send mail nor reach the bucket."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from .. import joining
from ..adapters.dynamodb import connect, open_desk
from ..config import PublicSettings, read
from ..errors import EventFull, InvalidInput, KallelseError, NotFound, NotYetOpen, Refused, RegistrationClosed
from ..forms import FIELDS, participant_in
from ..http import form_of, page, see_other, status_of
from ..links import follow
from ..models import Event, EventRecord, Purpose, RegistrationState
from ..observability import logger
from ..ports import Desk
from ..registering import cancel, register
from ..rendering import Renderer

MAX_FORM = 8_000
"""Bytes; several times what the longest valid form takes."""

DEFAULT_LANGUAGE = "sv"

app = APIGatewayHttpResolver()


@cache
def _wiring() -> tuple[PublicSettings, Desk, Renderer]:
    settings = read(PublicSettings)
    return settings, open_desk(connect(settings.table)), Renderer(settings.templates)


def _language(language: str) -> str:
    if language not in _wiring()[2].languages():
        raise NotFound("there are no pages in this language")
    return language


def _phase(event: Event, now: datetime) -> str:
    if event.opens_at and now < event.opens_at:
        return "not-yet-open"
    if now < event.closes_at:
        return "open"
    return "closed" if now < event.ends_at else "over"


@app.get("/events/<event_id>/<language>")
def show_event(event_id: str, language: str) -> Response[str]:
    """The event and its form."""
    desk = _wiring()[1]
    return _event_page(_language(language), desk.events.get(event_id).event, {}, None)


def _event_page(
    language: str, event: Event, values: dict[str, str], wrong: InvalidInput | None
) -> Response[str]:
    settings, _, renderer = _wiring()
    html = renderer.render(
        "web/event.html",
        language,
        event=event,
        languages=renderer.languages(),
        switch=[(each, f"/events/{event.id}/{each}") for each in renderer.languages()],
        values={"language": language} | values,
        problems=wrong.problems if wrong else (),
        phase=_phase(event, settings.clock()),
    )
    return page(html, status_of(wrong) if wrong else HTTPStatus.OK)


@app.post("/events/<event_id>/<language>/registrations")
def submit_registration(event_id: str, language: str) -> Response[str]:
    """Register who filled in the form."""
    settings, desk, renderer = _wiring()
    record = desk.events.get(event_id)
    values = form_of(app.current_event, FIELDS, MAX_FORM)
    try:
        participant = participant_in(values, renderer.languages())
        registration = register(desk, record, participant, settings.clock())
    except InvalidInput as wrong:
        return _event_page(_language(language), record.event, values, wrong)
    except Refused as refusal:
        return _refused(_language(language), record, refusal)
    waiting = registration.state is RegistrationState.WAITING
    place = desk.registrations.place_in_line(registration) if waiting else None
    return _page("registered", language, record, registration=registration, place=place)


def _page(name: str, language: str, record: EventRecord, **context: Any) -> Response[str]:
    renderer = _wiring()[2]
    return page(
        renderer.render(f"web/{name}.html", _language(language), event=record.event, switch=[], **context)
    )


REASONS = {NotYetOpen: "not-yet-open", RegistrationClosed: "closed", EventFull: "full"}


def _refused(language: str, record: EventRecord, refusal: Refused) -> Response[str]:
    if type(refusal) not in REASONS:
        raise refusal
    response = _page("refused", language, record, reason=REASONS[type(refusal)])
    response.status_code = status_of(refusal)
    return response


@app.get("/manage/<token>")
def show_registration(token: str) -> Response[str]:
    """A participant's own registration, with a button to cancel it."""
    record, registration = follow(_wiring()[1], token, Purpose.MANAGE)
    language = registration.participant.language
    action = f"/manage/{token}/cancel"
    return _page("manage", language, record, registration=registration, action=action)


@app.post("/manage/<token>/cancel")
def cancel_registration(token: str) -> Response[str]:
    """Cancel the registration that the link belongs to."""
    settings, desk, _ = _wiring()
    record, registration = follow(desk, token, Purpose.MANAGE)
    cancelled = cancel(desk, record, registration, settings.clock())
    return _page("cancelled", registration.participant.language, record, registration=cancelled)


@app.get("/join/<token>")
def show_join_link(token: str) -> Response[str]:
    """When the join link opens, or the button that leads to the meeting. Changes nothing."""
    settings, desk, _ = _wiring()
    record, registration = joining.look(desk, token)
    phase = joining.phase(record.event, settings.clock())
    return _page(
        "join",
        registration.participant.language,
        record,
        registration=registration,
        action=f"/join/{token}",
        phase=phase.value,
    )


@app.post("/join/<token>")
def join_meeting(token: str) -> Response[str]:
    """Record attendance and lead to the meeting; outside the window, say when."""
    settings, desk, _ = _wiring()
    try:
        return see_other(joining.join(desk, token, settings.clock()))
    except Refused:
        return show_join_link(token)


def _error_page(error: KallelseError) -> Response[str]:
    renderer = _wiring()[2]
    in_path = [each for each in app.current_event.path.split("/") if each in renderer.languages()]
    language = in_path[0] if in_path else DEFAULT_LANGUAGE
    status = status_of(error)
    html = renderer.render("web/error.html", language, status=status.value, code=_code(error), switch=[])
    return page(html, status)


def _code(error: KallelseError) -> str:
    words = {400: "unreadable", 413: "too-large", 415: "unsupported", 503: "unavailable", 500: "internal"}
    kinds = {"EventNotFound": "event-not-found", "LinkNotFound": "link-not-found"}
    return kinds.get(type(error).__name__) or words.get(status_of(error).value, "not-found")


@app.exception_handler(KallelseError)  # type: ignore[untyped-decorator]
def _explain(error: KallelseError) -> Response[str]:
    return _error_page(error)


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def _apologise(error: Exception) -> Response[str]:
    # The type only: the text of a foreign exception may hold personal data.
    logger.error("unexpected error", extra={"error": type(error).__name__})
    return _error_page(KallelseError())


@app.not_found
def _nowhere(error: NotFoundError) -> Response[str]:
    return _error_page(NotFound("there is nothing at this address"))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request."""
    return app.resolve(event, context)
