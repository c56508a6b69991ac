"""Exports: an event's registrations, mails, survey and figures as files to take away."""

from __future__ import annotations

from ...errors import FieldError, InvalidInput
from ...gateway import Response
from ...http import download, see_other
from ...models import MEDIA_TYPES, Conditions, Export, Role, What
from .routing import Call, route
from .wiring import unfiltered, wiring


class _Wanted(Export, Conditions):
    """A table as a file; the conditions choose among registrations."""


@route(
    "GET", "/admin/events/<event_id>/export",
    needs=Role.ORGANISER, audited=True, gives=tuple(MEDIA_TYPES.values()),
)  # fmt: skip
def get_export(event_id: str, query: _Wanted, call: Call) -> Response[str]:
    """A table of the event as a file; 303 leads to one above a megabyte, for five minutes."""
    # Only who takes data away pays for what that needs.
    from ... import downloading, searching, tabling

    settings, desk, bucket = wiring()
    record = desk.events.get(event_id)
    call.about |= {"what": query.what, "format": query.format}
    if query.what is What.REGISTRATIONS:
        table = tabling.of_registrations(desk, record, searching.look_for(desk, record.event, query))
    elif query.given:
        remedy = "leave it out: it chooses among registrations"
        raise InvalidInput(*(FieldError(name, "unknown", remedy) for name in query.given))
    else:
        counted = unfiltered() if query.what is What.FIGURES else desk
        table = tabling.OTHERS[query.what](counted, record)
    made = downloading.hand_out(bucket, record.event, query, table, settings.clock())
    return see_other(made.address) if made.address else download(made.content, made.media_type, made.name)
