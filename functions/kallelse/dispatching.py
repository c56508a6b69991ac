"""Which mails are due: computed from the event and the registration as they stand at the instant.

So a moved event needs no rescheduling, a repeated tick repeats nothing, and one who is confirmed
late is served at once. Creating a mail record that exists is harmless.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta

from .models import REPEATED, EventRecord, Mail, MailKind, Registration
from .ports import Desk
from .scheduling import due, mail_of, something_due
from .seating import audit, expire

AFTERCARE = timedelta(days=1)
"""How long after its end the dispatcher still attends to an event."""


def mails_due(record: EventRecord, registration: Registration, now: datetime) -> list[Mail]:
    """The mails that the registration should have a record of by now, as they would be new."""
    wanted = [(kind, _version(registration, kind)) for kind in registration.outbox]
    wanted += due(record, registration, now)
    return [mail_of(registration, kind, number, now) for kind, number in wanted]


def _version(registration: Registration, kind: MailKind) -> int:
    # A state is told once; what can happen again is told each time.
    return registration.revision if kind in REPEATED else registration.serial


def post(
    desk: Desk,
    record: EventRecord,
    registration: Registration,
    now: datetime,
    known: Set[str] = frozenset(),
) -> list[Mail]:
    """Create the records of the mails that are due, empty the outbox, and give the new records.

    ``known``: ids of mails that have a record for certain, which saves trying to create it.
    """
    mails = [mail for mail in mails_due(record, registration, now) if mail.id not in known]
    created = [mail for mail in mails if desk.mails.create(mail)]
    if registration.outbox:
        desk.registrations.clear_outbox(registration)
    return created


def tick(desk: Desk, now: datetime) -> int:
    """What the clock does each minute; gives the number of mail records created.

    Makes three queries, and one more for each live event, when nothing is due.
    """
    # First: those whose seat lapses in the same minute are still told that their event is cancelled.
    created = sum(_attend_to(desk, record, now) for record in desk.events.live())
    for held in desk.registrations.held_until(now):
        expire(desk, desk.events.get(held.event_id), held, now)
    for registration in desk.registrations.with_outbox(now):
        record = desk.events.get(registration.event_id)
        created += len(post(desk, record, registration, now))
    return created


def _attend_to(desk: Desk, record: EventRecord, now: datetime) -> int:
    if now >= record.event.ends_at + AFTERCARE:
        desk.events.retire(record.event.id)
        return 0
    audit(desk, record, now)
    return _post_to_all(desk, record, now) if something_due(record, now) else 0


def _post_to_all(desk: Desk, record: EventRecord, now: datetime) -> int:
    """Look at every registration. Broken off, it goes on at the next tick where it stopped."""
    known = {mail.id for mail in desk.mails.of_event(record.event.id)}
    registrations = desk.registrations.of_event(record.event.id)
    created = sum(len(post(desk, record, registration, now, known)) for registration in registrations)
    desk.events.mark_posted(record, now)
    return created
