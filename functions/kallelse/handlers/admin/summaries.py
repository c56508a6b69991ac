"""Summaries of the discussions."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from ...errors import UnreadableRequest
from ...http import answer, body_of
from ...summarising import hand_in
from .wiring import MAX_BODY, fields_in, organiser, wiring

router = Router()  # type: ignore[no-untyped-call]


@router.post("/admin/events/<event_id>/summaries")
def post_summary(event_id: str) -> Response[str]:
    """Hand in a summary: ``{"language": "sv", "markdown": "..."}``. It is published soon after."""
    settings, desk, documents = wiring()
    language, markdown = _summary_in(body_of(router.current_event, ("application/json",), MAX_BODY))
    record = desk.events.get(event_id)
    summary = hand_in(
        desk, documents, record, language, markdown, organiser(router.current_event), settings.clock()
    )
    return answer(summary.model_dump(mode="json"), HTTPStatus.ACCEPTED)


def _summary_in(body: str) -> tuple[str, str]:
    content = fields_in(body, {"language", "markdown"})
    if not all(isinstance(value, str) for value in content.values()):
        raise UnreadableRequest("language and markdown must be text")
    return content["language"], content["markdown"]
