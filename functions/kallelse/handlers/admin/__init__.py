"""The organisers' endpoint: JSON under /admin. Every route is declared by :func:`.routing.route`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import KallelseError, NotFound, WrongMethod
from ...gateway import Response, Router
from ...http import problem
from ...observability import observed, report
from . import (
    audit,
    describing,
    events,
    exports,
    groups,
    mails,
    messages,
    notes,
    people,
    previews,
    registrations,
    sessions,
    summaries,
    surveys,
    tours,
    webhooks,
)
from .routing import ROUTES, Route
from .serving import serve

app = Router()


def _serving(route: Route) -> Callable[..., Response[str]]:
    return lambda **names: serve(route, app.current_event, names)


for each in ROUTES:
    app.route(each.path, each.method)(_serving(each))


@app.exception_handler(KallelseError)
def _refuse(error: KallelseError) -> Response[str]:
    return problem(error)


@app.exception_handler(Exception)
def _apologise(error: Exception) -> Response[str]:
    report("unexpected error", error)
    return problem(KallelseError("something went wrong here; it was written down"))


@app.not_found
def _nowhere() -> Response[str]:
    allowed = [route.method for route in ROUTES if route.leads_to(app.current_event.path)]
    if allowed and app.current_event.http_method not in allowed:
        return problem(WrongMethod(allowed))
    return problem(NotFound("there is nothing at this address"))


@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request."""
    return app.resolve(event)


__all__ = [
    "app", "audit", "describing", "events", "exports", "groups", "handler", "mails", "messages", "notes",
    "people", "previews", "registrations", "sessions", "summaries", "surveys", "tours", "webhooks",
]  # fmt: skip
