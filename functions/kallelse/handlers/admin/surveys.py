"""What was answered to the survey of an event."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from ...http import answer
from ...surveying import results
from .wiring import wiring

router = Router()  # type: ignore[no-untyped-call]


@router.get("/admin/events/<event_id>/survey")
def get_survey(event_id: str) -> Response[str]:
    """How many answered and what, as far as that lets nobody be recognised."""
    desk = wiring()[1]
    return answer(results(desk, desk.events.get(event_id).event))
