"""What mails of an event would say before anybody is registered."""

from __future__ import annotations

from ...errors import FieldError, InvalidInput
from ...gateway import Response
from ...models import Mode, Model, Role
from .registrations import part_of
from .routing import JSON, Call, route
from .wiring import composer, renderer, wiring


class _Reader(Model):
    """Who would get the mail: the event's language and first mode unless told; ``part`` as of a preview."""

    language: str | None = None
    mode: Mode | None = None
    part: str | None = None


@route(
    "GET", "/admin/events/<event_id>/preview/<kind>",
    needs=Role.VIEWER, gives=(JSON, "text/html", "text/plain"),
)  # fmt: skip
def get_preview_of_event(event_id: str, kind: str, query: _Reader, call: Call) -> Response[str]:
    """What a mail of the kind would say to a made-up participant; for drafts, which have none yet."""
    from ... import previewing

    settings, desk, _ = wiring()
    record, named, now = desk.events.get(event_id), previewing.kind_named(kind), settings.clock()
    language = query.language or record.event.language
    if language not in renderer().languages():
        choices = ", ".join(renderer().languages())
        raise InvalidInput(FieldError("language", "not-a-choice", f"choose one of: {choices}"))
    reader = previewing.somebody(record.event, language, query.mode, now)
    message = previewing.preview(composer(call.request), record, reader, named, now)
    return part_of(previewing.parts(message), query.part)
