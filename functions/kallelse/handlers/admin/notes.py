"""Notes of the groups at an event."""

from __future__ import annotations

from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from ... import noting
from ...errors import FieldError, InvalidInput
from ...gateway import Response
from ...http import answer, sandboxed
from ...models import Language, Model, Note, Role, Slug
from .routing import JSON, Call, Media, route
from .targets import NOTES
from .wiring import wiring

_SLUG: TypeAdapter[str] = TypeAdapter(Slug)

OF_GROUP = "/admin/events/<event_id>/notes/<group>"


class _Wanted(Model):
    """``version``: None is the newest. ``as``: ``html`` is a page for reading."""

    version: int | None = Field(None, ge=1, le=9999)
    form: str | None = Field(None, alias="as")


@route(
    "PUT", OF_GROUP,
    needs=Role.ORGANISER, target=NOTES, media=Media(("text/markdown",), noting.MAX_NOTES),
)  # fmt: skip
def put_notes(event_id: str, group: str, body: str, call: Call) -> dict[str, Any]:
    """Write a new version of a group's notes: Markdown, as text/markdown in UTF-8."""
    settings, desk, _ = wiring()
    event = desk.events.get(event_id).event
    try:
        _SLUG.validate_python(group)
    except ValidationError as error:
        told = "name the group with small letters, digits and hyphens"
        raise InvalidInput(FieldError("group", "invalid", told)) from error
    note = noting.write(desk, event, group, body, call.caller.name, settings.clock())
    return note.model_dump(mode="json")


@route("GET", OF_GROUP, needs=Role.VIEWER, target=NOTES, gives=(JSON, "text/html"))
def get_notes(event_id: str, group: str, query: _Wanted) -> Response[str]:
    """The newest notes of a group, or ``?version=N``; with ``?as=html`` as a page that can do nothing."""
    note = noting.read(wiring()[1], event_id, group, query.version)
    if query.form != "html":
        return answer(note.model_dump(mode="json"))
    return sandboxed(as_page(note, wiring()[1].events.get(event_id).event.language))


def as_page(note: Note, language: Language) -> str:
    """The notes as a page; what language they are in is not told, so it is taken to be the event's."""
    # Only this page renders Markdown, so the other routes do not pay for what that takes.
    from ...rendering import markdown

    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{note.group}</title></head>"
        f"<body><main><h1>{note.group}</h1>\n{markdown(note.markdown, 1)}</main></body></html>"
    )
