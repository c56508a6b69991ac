"""A tour of three stops, the first of which is the example event, and its people."""

from __future__ import annotations

from typing import Any

from tests.conftest import an_event
from tests.people import found
from tests.visiting import NOW

from kallelse import editing, planning
from kallelse.models import Event, EventRecord, Registration, RegistrationState, Series
from kallelse.ports import Desk

HOSTS = frozenset({"webbseminarium.example"})
TOUR = {"id": "turne", "title": {"sv": "Turné", "fi": "Kiertue"}, "stops": 3}
STOPS: tuple[dict[str, Any], ...] = (
    {"id": "vasa", "title": {"sv": "Vasa"}, "starts": "2020-10-14T13:00", "ends": "2020-10-14T15:00"},
    {"event": "seminarium"},
    {"id": "abo", "title": {"sv": "Åbo"}, "starts": "2020-09-30T13:00", "ends": "2020-09-30T15:00"},
)


def a_series(*stops: dict[str, Any], **changes: Any) -> Series:
    """A tour whose stops share everything of the example event but what tells them apart."""
    fields = an_event().model_dump(mode="json", exclude_none=True)
    shared = {name: value for name, value in fields.items() if name != "id"}
    file = {"id": "turne", "language": "sv", "title": {"sv": "Turné"}, "description": {"sv": "Tre orter."}}
    return Series.model_validate(file | {"shared": shared, "stops": stops or STOPS} | changes)


def toured(desk: Desk, shared: dict[str, Any] | None = None, **changes: Any) -> dict[str, EventRecord]:
    """The tour as stored, and its stops by id. ``shared``: fields of all stops."""
    editing.apply(desk, an_event(tour=TOUR, **(shared or {})), HOSTS, NOW)
    series = a_series(**changes)
    series = series.model_copy(update={"shared": series.shared | (shared or {})})
    return {record.event.id: record for record in planning.apply(desk, series, HOSTS, NOW).stops}


def changed_stop(desk: Desk, event_id: str, **changes: Any) -> Event:
    """One stop after its own file was handed in again."""
    event = desk.events.get(event_id).event
    fields = event.model_dump(mode="json", exclude_none=True) | changes
    return editing.apply(desk, Event.model_validate(fields), HOSTS, NOW).event


def alive(desk: Desk, stops: dict[str, EventRecord]) -> list[str]:
    """The stops that somebody is registered at, once for each registration that lives."""
    return [
        each.event_id
        for event_id in stops
        for each in desk.registrations.of_event(event_id)
        if each.state is not RegistrationState.CANCELLED
    ]


def at(desk: Desk, record: EventRecord, name: str) -> Registration:
    """The registration of somebody at a stop, as it is now."""
    return found(desk, desk.events.get(record.event.id), f"{name.lower()}@example.org")
