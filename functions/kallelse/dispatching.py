"""Which mails are due: computed from the event and the registration as they stand at the instant.

So a moved event needs no rescheduling, a repeated tick repeats nothing, and one who is confirmed
late is served at once. Creating a mail record that exists is harmless.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .models import REPEATED, EventRecord, Mail, MailKind, Mode, Registration, RegistrationState
from .ports import Desk
from .seating import audit, expire

AFTERCARE = timedelta(days=1)
"""How long after its end the dispatcher still attends to an event."""


def kinds_due(record: EventRecord, registration: Registration, now: datetime) -> list[MailKind]:
    """The mails that the registration should have a record of by now."""
    kinds = list(registration.outbox)
    joins = registration.state is RegistrationState.CONFIRMED and registration.mode is Mode.ONLINE
    if joins and record.event.join_link_at <= now < record.event.ends_at:
        kinds.append(MailKind.JOIN_LINK)
    return kinds


def post(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> list[Mail]:
    """Create the records of the mails that are due, empty the outbox, and give the new records."""
    mails = [_mail(registration, kind, now) for kind in kinds_due(record, registration, now)]
    created = [mail for mail in mails if desk.mails.create(mail)]
    if registration.outbox:
        desk.registrations.clear_outbox(registration)
    return created


def _mail(registration: Registration, kind: MailKind, now: datetime) -> Mail:
    # A state is told once; what can happen again is told each time.
    version = registration.revision if kind in REPEATED else registration.serial
    return Mail(
        event_id=registration.event_id,
        kind=kind,
        recipient=registration.mailbox,
        version=version,
        due_at=now,
        created_at=now,
    )


def tick(desk: Desk, now: datetime) -> int:
    """What the clock does each minute; gives the number of mail records created."""
    for held in desk.registrations.held_until(now):
        expire(desk, desk.events.get(held.event_id), held, now)
    live = desk.events.live()
    created = sum(_attend_to(desk, record, now) for record in live)
    for registration in desk.registrations.with_outbox(now):
        record = desk.events.get(registration.event_id)
        created += len(post(desk, record, registration, now))
    return created


def _attend_to(desk: Desk, record: EventRecord, now: datetime) -> int:
    if now >= record.event.ends_at + AFTERCARE:
        desk.events.retire(record.event.id)
        return 0
    audit(desk, record, now)
    if record.join_links_posted or not record.event.join_link_at <= now < record.event.ends_at:
        return 0
    registrations = desk.registrations.of_event(record.event.id)
    created = sum(len(post(desk, record, registration, now)) for registration in registrations)
    desk.events.mark_join_links_posted(record)
    return created
