"""People registered for the example event, and what the tests ask about them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.conftest import a_participant
from tests.guarantees import breaches
from tests.visiting import NOW

from kallelse import assisting, dispatching, registering
from kallelse.links import issue
from kallelse.models import EventRecord, Mode, Participant, Purpose, Registration
from kallelse.ports import Desk
from kallelse.registering import Submission, registration_id
from kallelse.seating import GRACE

TWO_MODES: dict[str, Any] = {
    "seats": None,
    "modes": {"online": {"seats": 2}, "on-site": {"seats": 1, "place": {"sv": "Gatan 1"}}},
}


def registered(
    desk: Desk, record: EventRecord, name: str, mode: Mode = Mode.ONLINE, at: datetime = NOW, **told: Any
) -> Registration:
    """A participant who has just sent the form."""
    participant = Participant.model_validate(a_participant(name).model_dump() | told)
    registering.register(desk, record, Submission(participant, mode), at)
    return found(desk, record, participant.email)


def found(desk: Desk, record: EventRecord, address: str) -> Registration:
    """The registration of an address, as it is now."""
    registration = desk.registrations.find(record.event.id, registration_id(record, address))
    assert registration
    return registration


def link(desk: Desk, registration: Registration) -> str:
    """The path of a new personal link."""
    return f"/manage/{issue(desk, registration, Purpose.MANAGE)}"


def states(desk: Desk) -> dict[str, str]:
    """The state of each registration, by name."""
    return {each.participant.name: each.state.value for each in desk.registrations.of_event("seminarium")}


def forms(body: str) -> list[str]:
    """Where the forms of a page are sent."""
    return re.findall(r'<form method="post" action="([^"#]+)', body)


def by_hand(
    desk: Desk, record: EventRecord, name: str, mode: Mode = Mode.ONLINE, now: datetime = NOW, **told: Any
) -> Registration:
    """Registered by an organiser."""
    participant = Participant.model_validate(a_participant(name).model_dump() | told)
    return assisting.register(desk, record, Submission(participant, mode), now)


def settled(desk: Desk, record: EventRecord, now: datetime = NOW) -> list[str]:
    """What does not hold of seats and lines, once the sweep has been there."""
    later = now + 2 * GRACE
    dispatching.tick(desk, later)
    return breaches(desk, record.event.id, later)
