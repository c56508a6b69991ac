"""Events and tours in the vocabulary of Schema.org, as search engines read them (JSON-LD 1.1).

The rules are those of Schema.org's Event and of Google's Event structured data: times carry their
offset, an event online is at the address of its public page, never at that of the meeting, and one that
was moved tells its earlier start.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .models import Details, Event, EventRecord, Language, Mode, Text, TourRecord, in_language

SCHEMA = "https://schema.org"

ATTENDANCE = {
    frozenset({Mode.ONLINE}): "OnlineEventAttendanceMode",
    frozenset({Mode.ON_SITE}): "OfflineEventAttendanceMode",
    frozenset(Mode): "MixedEventAttendanceMode",
}

SEATS = {Mode.ONLINE: "maximumVirtualAttendeeCapacity", Mode.ON_SITE: "maximumPhysicalAttendeeCapacity"}

AVAILABILITY = {"open": "InStock", "not-yet-open": "InStock"}
"""What the offer of a seat says, by the phase of the event; there is none left in any other."""


def event_address(base: str, event_id: str, language: Language) -> str:
    """The address of an event's page."""
    return f"{base}/events/{event_id}/{language}"


def tour_address(base: str, tour_id: str, language: Language) -> str:
    """The address of a tour's page."""
    return f"{base}/tours/{tour_id}/{language}"


def of_event(
    base: str, record: EventRecord, tour: TourRecord | None, language: Language, phase: str
) -> dict[str, Any]:
    """The event, with the tour that it is a stop of. ``phase``: how far it is."""
    facts = {"@context": SCHEMA, **_event(base, record.event, language), **_status(record)}
    facts |= {"offers": _offer(base, record.event, language, phase), "isAccessibleForFree": True}
    facts |= {"maximumAttendeeCapacity": record.event.total_seats}
    facts |= {SEATS[mode]: seats for mode, seats in record.event.seats_by_mode.items()}
    if tour:
        facts["superEvent"] = _series(base, tour, language)
    return facts


def of_tour(base: str, tour: TourRecord, events: list[Event], language: Language) -> dict[str, Any]:
    """The tour with these stops, as a series of events."""
    facts = {"@context": SCHEMA, **_series(base, tour, language)}
    facts |= {
        "description": in_language(tour.series.description, language, tour.series.language),
        "startDate": min(map(_start, events), key=datetime.fromisoformat),
        "endDate": max(map(_end, events), key=datetime.fromisoformat),
        "organizer": _hosts(events[0], language),
        "subEvent": [
            _event(base, event, language) | {"eventStatus": _standing(event.cancelled, None)}
            for event in events
        ],
    }
    return facts | {"location": [place for each in facts["subEvent"] for place in each["location"]]}


def _event(base: str, event: Event, language: Language) -> dict[str, Any]:
    address = event_address(base, event.id, language)

    def told(text: Text) -> str:
        return in_language(text, language, event.language)

    return {
        "@type": "Event",
        "@id": f"{base}/events/{event.id}",
        "name": told(event.title),
        "description": told(event.short_description),
        "inLanguage": language if language in event.title else event.language,
        "url": address,
        "startDate": _start(event),
        "endDate": _end(event),
        "eventAttendanceMode": f"{SCHEMA}/{ATTENDANCE[frozenset(event.seats_by_mode)]}",
        "location": [_place(event, mode, address, language) for mode in event.seats_by_mode],
        "organizer": _hosts(event, language),
        "audience": {"@type": "Audience", "audienceType": told(event.audience)},
    } | _speakers(event, language)


def _speakers(event: Event, language: Language) -> dict[str, Any]:
    people = [
        {
            "@type": "Person",
            "name": each.name,
            "description": in_language(each.role, language, event.language),
        }
        for item in event.programme
        for each in item.speakers
    ]
    return {"performer": people} if people else {}


def _place(event: Event, mode: Mode, address: str, language: Language) -> dict[str, Any]:
    if mode is Mode.ONLINE:
        return {"@type": "VirtualLocation", "url": address}
    offer = event.modes[mode]
    if not offer.place:
        return {"@type": "Place", "name": _hosts(event, language)[0]["name"]}
    place = in_language(offer.place, language, event.language)
    return {"@type": "Place", "name": place, "address": place}


def _hosts(event: Event, language: Language) -> list[dict[str, Any]]:
    names = [in_language(host, language, event.language) for host in event.hosts]
    return [{"@type": "Organization", "name": name} for name in names]


def _status(record: EventRecord) -> dict[str, Any]:
    moved_from = earlier_start(record)
    status = {"eventStatus": _standing(record.event.cancelled, moved_from)}
    return status | ({"previousStartDate": _offset(moved_from, moved_from.starts)} if moved_from else {})


def _standing(cancelled: bool, moved_from: Details | None) -> str:
    # One that is cancelled says so, whatever it was before.
    status = "EventCancelled" if cancelled else "EventRescheduled" if moved_from else "EventScheduled"
    return f"{SCHEMA}/{status}"


def earlier_start(record: EventRecord) -> Details | None:
    """The latest details by which the event was to start at another instant; None if it was not moved."""
    starts_at = record.details.starts_at
    return next((each for each in reversed(record.history) if each.starts_at != starts_at), None)


def _offer(base: str, event: Event, language: Language, phase: str) -> dict[str, Any]:
    """A seat, which costs nothing, for as long as one can register."""
    offer = {
        "@type": "Offer",
        "price": 0,
        "priceCurrency": "EUR",
        "url": event_address(base, event.id, language),
        "availability": f"{SCHEMA}/{AVAILABILITY.get(phase, 'SoldOut')}",
        "validThrough": event.closes_at.astimezone(ZoneInfo(event.timezone)).isoformat(),
    }
    return offer | (
        {"validFrom": _offset(event, event.registration_opens)} if event.registration_opens else {}
    )


def _series(base: str, tour: TourRecord, language: Language) -> dict[str, Any]:
    series = tour.series
    return {
        "@type": "EventSeries",
        "@id": f"{base}/tours/{series.id}",
        "name": in_language(series.title, language, series.language),
        "url": tour_address(base, series.id, language),
    }


def _start(event: Event) -> str:
    return _offset(event, event.starts)


def _end(event: Event) -> str:
    return _offset(event, event.ends)


def _offset(where: Event | Details, wall_clock: datetime) -> str:
    """A wall-clock time with the offset that the zone has then, which ISO 8601 adds to it."""
    return wall_clock.replace(tzinfo=ZoneInfo(where.timezone)).isoformat()
