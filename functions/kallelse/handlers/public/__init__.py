"""The participants' pages. This function can neither send mail nor write to the bucket."""

from __future__ import annotations

from typing import Any

from ...errors import KallelseError, NotFound
from ...gateway import Response, Router
from ...http import PAST_THE_EDGE, through_edge
from ...observability import observed, report
from . import (
    accessibility,
    data,
    event,
    indexing,
    join,
    lost_link,
    manage,
    privacy,
    sharing,
    summaries,
    survey,
    telling,
    tour,
    unsubscribe,
)
from .wiring import error_page, language_of
from .wiring import wiring as wired

PAGES = (
    event,
    survey,
    tour,
    telling,
    lost_link,
    manage,
    data,
    join,
    unsubscribe,
    summaries,
    privacy,
    sharing,
    indexing,
    accessibility,
)

app = Router()
for pages in PAGES:
    app.include_router(pages.router)


@app.exception_handler(KallelseError)
def _explain(error: KallelseError) -> Response[str]:
    return error_page(error, language_of())


@app.exception_handler(Exception)
def _apologise(error: Exception) -> Response[str]:
    report("unexpected error", error)
    return error_page(KallelseError(), language_of())


@app.not_found
def _nowhere() -> Response[str]:
    return error_page(NotFound("there is nothing at this address"), language_of())


@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request."""
    if not through_edge(event, wired().edge_secret):
        return PAST_THE_EDGE
    return app.resolve(event)
