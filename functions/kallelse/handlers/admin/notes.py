"""Notes of the groups at an event."""

from __future__ import annotations

import re

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import TypeAdapter, ValidationError

from ... import noting
from ...errors import FieldError, InvalidInput, NotFound
from ...http import answer, body_of, sandboxed
from ...models import Slug
from .wiring import organiser, wiring

router = Router()  # type: ignore[no-untyped-call]

_SLUG: TypeAdapter[str] = TypeAdapter(Slug)


@router.put("/admin/events/<event_id>/notes/<group>")
def put_notes(event_id: str, group: str) -> Response[str]:
    """Write a new version of a group's notes: Markdown, as text/markdown in UTF-8."""
    settings, desk, _ = wiring()
    markdown = body_of(router.current_event, ("text/markdown",), noting.MAX_NOTES)
    desk.events.get(event_id)
    try:
        _SLUG.validate_python(group)
    except ValidationError as error:
        told = "name the group with small letters, digits and hyphens"
        raise InvalidInput(FieldError("group", "invalid", told)) from error
    author, now = organiser(router.current_event), settings.clock()
    return answer(noting.write(desk, event_id, group, markdown, author, now).model_dump(mode="json"))


@router.get("/admin/events/<event_id>/notes/<group>")
def get_notes(event_id: str, group: str) -> Response[str]:
    """The newest notes of a group, or ``?version=N``; with ``?as=html`` as a page that can do nothing."""
    query = router.current_event.query_string_parameters
    version = query.get("version")
    if version is not None and not re.fullmatch("[1-9][0-9]{0,3}", version):
        raise NotFound("versions are numbers from 1")
    note = noting.read(wiring()[1], event_id, group, int(version) if version else None)
    if query.get("as") != "html":
        return answer(note.model_dump(mode="json"))
    # Only this page renders Markdown, so the other routes do not pay for what that takes.
    from ...rendering import markdown

    return sandboxed(
        f"<!doctype html><meta charset=utf-8><title>{note.group}</title>{markdown(note.markdown)}"
    )
