"""Mails: where each stands, and what becomes of those that are stuck."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from ...errors import FieldError, InvalidInput, NotFound
from ...http import answer, body_of
from ...mailing import decide
from .wiring import MAX_BODY, fields_in, wiring

router = Router()  # type: ignore[no-untyped-call]


@router.get("/admin/events/<event_id>/mails")
def list_mails(event_id: str) -> Response[str]:
    """The mails of the event and where each stands; with ``?stuck=true`` those that await a decision."""
    desk = wiring()[1]
    desk.events.get(event_id)
    stuck_only = router.current_event.query_string_parameters.get("stuck") == "true"
    mails = [each for each in desk.mails.of_event(event_id) if each.stuck or not stuck_only]
    return answer({"mails": [{"id": each.id} | each.model_dump(mode="json") for each in mails]})


@router.post("/admin/events/<event_id>/mails/<mail_id>/decision")
def decide_on_mail(event_id: str, mail_id: str) -> Response[str]:
    """Send a mail that is stuck again, or leave it: ``{"again": true}``."""
    settings, desk, _ = wiring()
    content = fields_in(body_of(router.current_event, ("application/json",), MAX_BODY), {"again"})
    if not isinstance(content["again"], bool):
        raise InvalidInput(FieldError("again", "invalid", "say true to send it again, false to leave it"))
    if not mail_id.startswith(f"{event_id}_"):
        raise NotFound("there is no such mail")
    mail = decide(desk, mail_id, again=content["again"], now=settings.clock())
    return answer({"id": mail.id} | mail.model_dump(mode="json"))
