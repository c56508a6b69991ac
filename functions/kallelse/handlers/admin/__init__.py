"""The organisers' endpoint: JSON under /admin, for callers whom IAM let in."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from ...errors import KallelseError, NotFound
from ...http import problem
from . import events, groups, mails, messages, notes, registrations, summaries, surveys, tours
from .wiring import organiser

app = APIGatewayHttpResolver()
for routes in (events, registrations, mails, messages, summaries, surveys, tours, notes, groups):
    app.include_router(routes.router)


@app.exception_handler(KallelseError)  # type: ignore[untyped-decorator]
def _refuse(error: KallelseError) -> Response[str]:
    return problem(error)


@app.not_found
def _nowhere(error: NotFoundError) -> Response[str]:
    return problem(NotFound("there is nothing at this address"))


def _guard(resolver: APIGatewayHttpResolver, route: NextMiddleware) -> Response[str]:
    organiser(resolver.current_event)
    return route(resolver)


app.use(middlewares=[_guard])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request."""
    return app.resolve(event, context)
