"""Applying a series file: reading it, making the events of its stops, storing them one after another."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from . import editing
from .errors import EventNotFound, FieldError, InvalidInput
from .models import Event, EventRecord, Series, Stop, TourRecord
from .ports import Desk


@dataclass(frozen=True)
class Applied:
    """A tour that was applied: the record, and those of its stops, in the order of the file."""

    tour: TourRecord
    stops: list[EventRecord]


def read(text: str) -> Series:
    """The series that a file (YAML, hence also JSON) describes. Raises InvalidInput."""
    try:
        return Series.model_validate(editing.mapping_in(text))
    except ValidationError as error:
        raise InvalidInput(*editing.problems(error)) from error


def expand(series: Series) -> list[Event]:
    """The events of the stops that have no event file of their own, in the order of the series.

    Raises InvalidInput, which names every stop and field that is wrong.
    """
    events, found = [], []
    for stop in series.stops:
        if "event" in stop:
            continue
        try:
            events.append(Event.model_validate(_fields(series, stop)))
        except ValidationError as error:
            found += _of_stop(stop["id"], *editing.problems(error))
    if found:
        raise InvalidInput(*found)
    return events


def _fields(series: Series, stop: dict[str, Any]) -> dict[str, Any]:
    tour = {"id": series.id, "title": series.title, "stops": len(series.stops)}
    return {"language": series.language} | series.shared | stop | {"tour": tour}


def _of_stop(event_id: str, *problems: FieldError) -> list[FieldError]:
    return [FieldError(f"stops.{event_id}.{each.field}", each.code, each.detail) for each in problems]


def apply(
    desk: Desk,
    series: Series,
    meeting_hosts: frozenset[str],
    now: datetime,
    *,
    webhook_hosts: frozenset[str] = frozenset(),
) -> Applied:
    """Create or change every stop, and then the tour; stops that left it or are archived stay as they are.

    ``meeting_hosts``, ``webhook_hosts``: see :func:`kallelse.editing.apply`. Raises InvalidInput before
    anything is stored, or AlreadyChanged. Broken off and repeated, it ends the same. People who registered
    at a new stop before the tour is stored are found by the rules of the tour afterwards.
    """
    events = {event.id: event for event in expand(series)}
    _check(desk, series, events, meeting_hosts, webhook_hosts)

    def apply_stop(event_id: str) -> EventRecord:
        event, seen = events.get(event_id), desk.events.find(event_id)
        if event is None or (seen and seen.archived_at):
            return desk.events.get(event_id)
        return editing.apply(desk, event, meeting_hosts, now, webhook_hosts=webhook_hosts)

    records = [apply_stop(each) for each in series.event_ids]
    stops = tuple(Stop(event_id=record.event.id, key=record.key) for record in records)
    return Applied(desk.tours.apply(series, stops, secrets.token_hex(32)), records)


def _check(
    desk: Desk,
    series: Series,
    events: dict[str, Event],
    meeting_hosts: frozenset[str],
    webhook_hosts: frozenset[str],
) -> None:
    found = []
    for event_id in series.event_ids:
        try:
            if event_id in events:
                editing.check_hosts(events[event_id], meeting_hosts, webhook_hosts)
                editing.check_stays_published(desk.events.find(event_id), events[event_id])
            else:
                _check_own_file(desk, series, event_id)
        except InvalidInput as wrong:
            found += _of_stop(event_id, *wrong.problems)
    if found:
        raise InvalidInput(*found)


def _check_own_file(desk: Desk, series: Series, event_id: str) -> None:
    try:
        tour = desk.events.get(event_id).event.tour
    except EventNotFound as error:
        raise InvalidInput(FieldError("event", "missing", "apply the event's own file first")) from error
    if tour is None or tour.id != series.id:
        raise InvalidInput(FieldError("event", "invalid", f"its own file must say tour.id: {series.id}"))
