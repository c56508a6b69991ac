"""Erasing what is kept about a person, at the word of the person or of an organiser.

An erasure is written down first. So it is finished by the sweep wherever it was broken off, and a minute
later in any case, as a mail or a link may have been under way. Then the publisher enters it in the ledger in
the bucket, which outlives the table: after a restore from a backup, :func:`replay` erases again whoever was
erased since. The ledger holds hashes and tells of nobody.
"""

from __future__ import annotations

from datetime import datetime

from . import claiming, dialogues
from .errors import AlreadyChanged
from .finding import all_events, registrations_of
from .models import Erasure, EventRecord, Registration, RegistrationState
from .ports import Desk, Exports, Ledger
from .seating import ATTEMPTS, GRACE, announce, give_back, present


def erase(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> None:
    """Delete everything that is kept about the participant, and free the seat. Sends no mail.

    Raises AlreadyChanged when the registration keeps changing under our hands.
    """
    erasure = Erasure(
        event_id=registration.event_id, registration_id=registration.id, serial=registration.serial
    )
    desk.erasures.begin(erasure, now + GRACE)
    _erase(desk, record, erasure, registration, now)


def finish(desk: Desk, erasure: Erasure, now: datetime) -> None:
    """Erase what is left, or came since, and hand the erasure on to the publisher."""
    registration = desk.registrations.find(erasure.event_id, erasure.registration_id)
    _erase(desk, desk.events.get(erasure.event_id), erasure, registration, now)
    desk.erasures.hand_on(erasure)


def _erase(
    desk: Desk, record: EventRecord, erasure: Erasure, registration: Registration | None, now: datetime
) -> None:
    if registration and not _gone(desk, record, erasure, registration, now):
        return
    dialogues.forget(desk, erasure.event_id, erasure.registration_id)
    desk.personal.erase_person(erasure.event_id, erasure.registration_id)
    desk.audit.forget(erasure.event_id, {erasure.registration_id})


def _gone(
    desk: Desk, record: EventRecord, erasure: Erasure, registration: Registration, now: datetime
) -> bool:
    """Erase the registration; False when the person registered anew since, which stays."""
    for _ in range(ATTEMPTS):
        if registration.serial > erasure.serial:
            return False
        claiming.release(desk, record.event, registration, now)
        announce(desk, registration, now)
        if desk.registrations.erase(registration):
            # One who left gave everything back, or has passed it on with the name that holds it.
            if registration.state is not RegistrationState.CANCELLED:
                give_back(desk, record.event, registration, now)
            return True
        registration = present(desk, registration)
    raise AlreadyChanged("the registration was changed at the same moment; try again")


def erase_person(desk: Desk, address: str, now: datetime) -> list[str]:
    """Erase all registrations of an address; gives the ids of their events. Raises AlreadyChanged.

    That nothing is ever to be written to the address stays, if it is so: known by a hash only.
    """
    found = list(registrations_of(desk, address))
    for record, registration in found:
        erase(desk, record, registration, now)
    return [record.event.id for record, _ in found]


def enter(desk: Desk, ledger: Ledger, exports: Exports, erasure: Erasure) -> None:
    """Enter an erasure that is finished in the ledger; doing so twice is harmless.

    With it go the files that organisers took away from the event, as the person is in them.
    """
    exports.forget(erasure.event_id)
    ledger.enter(erasure.digest, erasure.serial)
    desk.erasures.end(erasure)


def replay(desk: Desk, ledger: Ledger, now: datetime) -> dict[str, int]:
    """Erase again what a restored table has of those who were erased; gives how many, by event.

    May be repeated at any time, also after it was broken off.
    """
    entered = ledger.serials()
    erased: dict[str, int] = {}
    for record in all_events(desk):
        event_id = record.event.id
        for registration in desk.registrations.of_event(event_id):
            seen = Erasure(event_id=event_id, registration_id=registration.id, serial=registration.serial)
            if seen.serial <= entered.get(seen.digest, 0):
                erase(desk, record, registration, now)
                erased[event_id] = erased.get(event_id, 0) + 1
    return erased
