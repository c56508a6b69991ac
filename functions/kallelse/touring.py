"""The stops of a tour as they stand: what is open, and how many seats are left.

It costs one read for the tour, and for each stop one of the event and one query of its seats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .drafting import shown_stops
from .errors import TourNotFound
from .models import Event, EventRecord, Mode, TourRecord
from .ports import Desk
from .registering import phase


@dataclass(frozen=True)
class StopNow:
    """A stop at an instant. ``free``: by mode, the seats that a newcomer can have."""

    record: EventRecord
    phase: str
    free: dict[Mode, int]

    @property
    def event(self) -> Event:
        """The event of the stop."""
        return self.record.event

    @property
    def standing(self) -> str:
        """The phase, and while registration is open whether there are seats: what the pages say."""
        if self.phase != "open" or any(self.free.values()):
            return self.phase
        return "waiting-list" if self.event.waiting_list else "full"


def tour_named(desk: Desk, tour_id: str) -> TourRecord:
    """The tour. Raises TourNotFound."""
    tour = desk.tours.find(tour_id)
    if tour is None:
        raise TourNotFound("there is no such tour")
    return tour


def stops_of(desk: Desk, tour: TourRecord, now: datetime, but: str | None = None) -> list[StopNow]:
    """The stops that are no drafts, in the order of their dates; ``but``: the id of one that is left out."""
    stops = [look(desk, record, now) for record in shown_stops(desk, tour) if record.event.id != but]
    return sorted(stops, key=lambda stop: stop.event.starts_at)


def shown_tour(desk: Desk, tour_id: str, now: datetime) -> tuple[TourRecord, list[StopNow]]:
    """The tour as everybody may see it, with its stops. Raises TourNotFound, also when all are drafts."""
    tour = tour_named(desk, tour_id)
    stops = stops_of(desk, tour, now)
    if not stops:
        raise TourNotFound("there is no such tour")
    return tour, stops


def look(desk: Desk, record: EventRecord, now: datetime) -> StopNow:
    """A stop as it stands. Its seats are read only while one can register."""
    event, at = record.event, phase(record.event, now)
    blocks = desk.seats.all_blocks(event.id) if at == "open" else {}
    free = {
        # Where others wait, a seat that is free is theirs.
        mode: sum(block.free for block in blocks.get(mode, ()) if block.queue is None)
        for mode in event.seats_by_mode
    }
    return StopNow(record, at, free)


def with_seats(desk: Desk, tour: TourRecord, event: Event, now: datetime) -> list[StopNow]:
    """The other stops of the event's tour that a newcomer can have a seat at, the next first."""
    return [stop for stop in stops_of(desk, tour, now, but=event.id) if stop.standing == "open"]


def bookable(stops: list[StopNow]) -> list[StopNow]:
    """The stops that one form can register for: those that are open and ask what the first of them asks."""
    open_now = [stop for stop in stops if stop.standing in ("open", "waiting-list")]
    return [stop for stop in open_now if _asks(stop.event) == _asks(open_now[0].event)]


def _asks(event: Event) -> tuple[object, ...]:
    modes = tuple(event.seats_by_mode)
    # A form asks for the mode only where there is a choice.
    return event.language, event.form, event.admission, modes if len(modes) > 1 else ()
