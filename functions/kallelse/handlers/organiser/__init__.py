"""The organisers' pages: to look, not to change. This function can write nothing but sessions."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from ...errors import KallelseError, NotFound
from ...gateway import Response, Router
from ...http import PAST_THE_EDGE, status_of, through_edge
from ...observability import observed, report
from . import api, entrance, events, figures, registrations, today
from .paging import PAGES, Page
from .visiting import Visit
from .wiring import wiring

app = Router()
app.include_router(entrance.router)


def _visit() -> Visit:
    return Visit(app.current_event, wiring()[0].clock())


def _serving(page: Page) -> Callable[..., Response[Any]]:
    return lambda **names: page.serve(_visit(), names)


for each in PAGES:
    app.get(each.path)(_serving(each))


def _code(error: KallelseError) -> str:
    """What the template calls the error."""
    kinds = {"EventNotFound": "event-not-found", "LinkNotFound": "link-not-found"}
    words = {401: "no-session", 403: "forbidden", 404: "not-found", 422: "unreadable", 503: "unavailable"}
    return kinds.get(type(error).__name__) or words.get(status_of(error).value, "internal")


@app.exception_handler(KallelseError)
def _refuse(error: KallelseError) -> Response[str]:
    return _explained(error)


def _explained(error: KallelseError) -> Response[str]:
    status = status_of(error)
    visit = _visit()
    signed_in = bool(visit.secret) and status is not HTTPStatus.UNAUTHORIZED
    return visit.page("error", status, code=_code(error), signed_in=signed_in)


@app.exception_handler(Exception)
def _apologise(error: Exception) -> Response[str]:
    report("unexpected error", error)
    return _explained(KallelseError())


@app.not_found
def _nowhere() -> Response[str]:
    return _explained(NotFound("there is nothing at this address"))


@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request."""
    if not through_edge(event, wiring()[0].edge_secret):
        return PAST_THE_EDGE
    return app.resolve(event)


__all__ = ["api", "app", "events", "figures", "handler", "registrations", "today"]
