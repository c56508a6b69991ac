"""One person at one stop of a tour, unless its series says otherwise.

What binds a person is a living registration at another stop: whoever registers looks at all of them,
by the keys of their events. Two requests at once see nothing of each other that way, so each claims
the person before it stores its registration, and only one of them can. A claim counts only while such
a request may be under way; one that was broken off is in nobody's way after GRACE, and DynamoDB
deletes it within days.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from datetime import datetime

from .models import Claim, Event, Registration, RegistrationState, TourRecord
from .ports import Desk
from .seating import ATTEMPTS, GRACE


def address_id(key: str, address: str) -> str:
    """What an address is known by: 80 bits of HMAC-SHA-256 (RFC 2104) under a key of 256 bits.

    The address is compared without case: its local part may be case-sensitive in theory
    (RFC 5321 §2.4), but nobody has two mailboxes that differ in that alone.
    """
    digest = hmac.digest(bytes.fromhex(key), address.strip().casefold().encode(), "sha256")
    return b32encode(digest[:10]).decode().lower()


def tour_of(desk: Desk, event: Event) -> TourRecord | None:
    """The tour that lets a person be at one stop only, if the event is a stop of such a one."""
    tour = desk.tours.find(event.tour.id) if event.tour else None
    binds = tour and tour.series.one_stop_each and len(tour.beside(event.id)) < len(tour.stops)
    return tour if binds else None


def bound_elsewhere(desk: Desk, event: Event, address: str, now: datetime) -> Registration | None:
    """The registration of the address at another stop of the tour that keeps it from this one."""
    tour = tour_of(desk, event)
    for stop in tour.beside(event.id) if tour else ():
        found = desk.registrations.find(stop.event_id, address_id(stop.key, address))
        if found and _binds(desk, found, now):
            return found
    return None


def _binds(desk: Desk, registration: Registration, now: datetime) -> bool:
    if registration.state is RegistrationState.CANCELLED:
        return False
    event = desk.events.get(registration.event_id).event
    waited_in_vain = registration.state is RegistrationState.WAITING and now >= event.starts_at
    return not event.cancelled and not waited_in_vain


def claim(
    desk: Desk, event: Event, registration: Registration, now: datetime, leaving: Registration | None = None
) -> bool:
    """Claim the person before the registration is stored; False when another stop is about to.

    ``leaving``: the one at another stop that is given up in the same write, whose claim is in nobody's way.
    """
    tour = tour_of(desk, event)
    if tour is None:
        return True
    mine = _claim(tour, registration, now)
    for _ in range(ATTEMPTS):
        seen = desk.tours.claim_of(tour.series.id, mine.person)
        left = seen and leaving and (seen.event_id, seen.holder) == (leaving.event_id, leaving.holder)
        other = seen if seen and seen.event_id != event.id and not left else None
        if other and _is_under_way(desk, tour, other, registration, now):
            return False
        # One that is there for the same registration is made anew, so that it is as young as this request.
        if desk.tours.claim(seen, mine):
            return True
    return False


def claim_of(desk: Desk, event: Event, address: str) -> Claim | None:
    """The claim of an address for an event, if it is kept still."""
    tour = tour_of(desk, event)
    claim = desk.tours.claim_of(tour.series.id, address_id(tour.key, address)) if tour else None
    return claim if claim and claim.event_id == event.id else None


def release(desk: Desk, event: Event, registration: Registration, now: datetime) -> None:
    """Forget the claim of a registration, as nothing of the person is to be kept."""
    tour = tour_of(desk, event)
    if tour:
        desk.tours.forget(_claim(tour, registration, now))


def _claim(tour: TourRecord, registration: Registration, now: datetime) -> Claim:
    return Claim(
        tour_id=tour.series.id,
        person=address_id(tour.key, registration.participant.email),
        event_id=registration.event_id,
        holder=registration.holder,
        since=now,
    )


def _is_under_way(
    desk: Desk, tour: TourRecord, seen: Claim, registration: Registration, now: datetime
) -> bool:
    """Whether the registration of the claim may be stored at any moment, or was a moment ago."""
    if seen.since <= now - GRACE:
        return False
    # Cancelled in the same minute, it is over.
    for stop in tour.beside(registration.event_id):
        if stop.event_id == seen.event_id:
            address = registration.participant.email
            found = desk.registrations.find(stop.event_id, address_id(stop.key, address))
            return not (found and found.holder == seen.holder and not _binds(desk, found, now))
    return False
