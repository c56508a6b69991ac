"""The registrations of an event: the list, and each of its own."""

from __future__ import annotations

from collections import Counter

from pydantic import ValidationError

from ... import searching
from ...editing import problems
from ...errors import InvalidInput, NotFound
from ...gateway import Response
from ...models import EventRecord, RegistrationState, Search
from .paging import showing
from .visiting import Visit


@showing("/organiser/events/<event_id>")
def show_registrations(visit: Visit, record: EventRecord) -> Response[str]:
    """The registrations that meet what the address asks for, a page of them at a time."""
    event, wanted = record.event, _wanted(visit)
    found = searching.search(visit.desk, event, wanted)
    states = Counter(each.state for each in visit.desk.registrations.of_event(event.id))
    allocation = visit.desk.groups.get(event.id) if event.dialogue else None
    return visit.page(
        "registrations",
        event=event,
        wanted=wanted,
        found=found,
        states={state: states[state] for state in RegistrationState},
        groups=allocation.places if allocation else {},
    )


def _wanted(visit: Visit) -> Search:
    """What the address asks for. Raises InvalidInput."""
    fields = {name: value for name, value in visit.query.items() if name != "language"}
    try:
        return Search.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(*problems(error)) from error


@showing("/organiser/events/<event_id>/registrations/<registration_id>")
def show_registration(visit: Visit, record: EventRecord, registration_id: str) -> Response[str]:
    """One registration, with its mails."""
    desk, event = visit.desk, record.event
    found = desk.registrations.find(event.id, registration_id)
    if found is None:
        raise NotFound("there is no such registration")
    waits = found.state is RegistrationState.WAITING
    allocation = desk.groups.get(event.id) if event.dialogue else None
    return visit.page(
        "registration",
        event=event,
        registration=found,
        place=desk.registrations.place_in_line(found) if waits else None,
        group=allocation.places.get(found.id) if allocation else None,
        mails=sorted(desk.mails.to_recipient(event.id, found.mailbox), key=lambda mail: mail.created_at),
    )
