"""Exports: an event's registrations, mails, survey and figures as files to take away."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BeforeValidator

from ...errors import FieldError, InvalidInput
from ...http import download, see_other
from ...models import MEDIA_TYPES, Export, Registration, RegistrationState, Role, What
from .routing import Call, route
from .wiring import wiring


def _listed(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value


class _Wanted(Export):
    """``state``: the states of the registrations, several with commas; without it all are taken."""

    state: Annotated[tuple[RegistrationState, ...], BeforeValidator(_listed)] = ()


@route(
    "GET", "/admin/events/<event_id>/export",
    needs=Role.ORGANISER, audited=True, gives=tuple(MEDIA_TYPES.values()),
)  # fmt: skip
def get_export(event_id: str, query: _Wanted, call: Call) -> Response[str]:
    """A table of the event as a file; 303 leads to one above a megabyte, for five minutes."""
    # Only who takes data away pays for what that needs.
    from ... import downloading, tabling

    settings, desk, bucket = wiring()
    record = desk.events.get(event_id)
    call.about |= {"what": query.what, "format": query.format}
    if query.what is What.REGISTRATIONS:
        table = tabling.of_registrations(desk, record, _chosen(event_id, query.state))
    elif query.state:
        raise InvalidInput(FieldError("state", "unknown", "leave it out: it chooses among registrations"))
    else:
        table = tabling.OTHERS[query.what](desk, record)
    made = downloading.hand_out(bucket, record.event, query, table, settings.clock())
    return see_other(made.address) if made.address else download(made.content, made.media_type, made.name)


def _chosen(event_id: str, states: tuple[RegistrationState, ...]) -> list[Registration]:
    """The registrations in the states, the first to arrive first; all of them without states."""
    found = wiring()[1].registrations.of_event(event_id)
    return [each for each in found if not states or each.state in states]
