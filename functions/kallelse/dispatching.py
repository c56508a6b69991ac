"""Which mails are due: computed from the event and the registration as they stand at the instant.

So a moved event needs no rescheduling, a repeated tick repeats nothing, and one who is confirmed
late is served at once. Creating a mail record that exists is harmless.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Set
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from . import dialogues, erasing, messaging, notifying, retaining
from .apart import Task, each_apart
from .models import REPEATED, Erasure, EventRecord, Mail, MailKind, Mode, Registration, RegistrationState
from .ports import Desk
from .retaining import Allowance
from .scheduling import due, last_at, mail_of, next_time
from .seating import announce, audit, audited, expire

log = logging.getLogger("kallelse")

AFTERCARE = timedelta(days=1)
"""How long the dispatcher still attends to an event that is over and has nothing more to say."""

TOLD_AGAIN = timedelta(days=1)
"""How long operators are not told again that an event is sold out, however often seats change hands."""


def mails_due(record: EventRecord, registration: Registration, now: datetime) -> list[Mail]:
    """The mails that the registration should have a record of by now, as they would be new."""
    owed = [
        mail_of(registration, kind, _version(registration, kind), now, registration.request_id)
        for kind in registration.outbox
    ]
    return owed + [mail_of(registration, *each, now) for each in due(record, registration, now)]


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

    Webhooks are told what fills the outbox too. ``known``: ids of mails that have a record for certain,
    which saves trying to create it.
    """
    mails = [mail for mail in mails_due(record, registration, now) if mail.id not in known]
    created = [mail for mail in mails if desk.mails.create(mail)]
    if registration.outbox:
        # After the mails, which must not wait for what goes wrong with these.
        notifying.notify_of_registration(desk, record, registration, now)
        desk.registrations.clear_outbox(registration)
    return created


Measured = Literal["DispatchLateness", "EventsSoldOut"]
Tell = Callable[[Measured, float], None]
"""Takes what operators are shown: seconds, or how many."""


def _to_nobody(name: Measured, value: float) -> None:
    """Forget it."""


def tick(desk: Desk, now: datetime, tell: Tell = _to_nobody) -> int:
    """What the clock does each minute; gives the number of mail records created.

    Makes one query when nothing is due. Raises Unfinished when something could not be done.
    """
    work, allowance = desk.agenda.due(now), Allowance()
    tell("DispatchLateness", (now - (work.since or now)).total_seconds())
    # First the events: those whose seat lapses in the same minute are still told that theirs is cancelled.
    tasks: list[Task] = [
        (event_id, partial(_look, desk, event_id, now, allowance, tell, everybody=event_id in work.events))
        for event_id in sorted(work.events | work.touched)
    ]
    tasks += [("/".join(where), partial(settle, desk, *where, now)) for where in work.registrations]
    tasks += [
        (f"{name} {number}", partial(messaging.post, desk, name, number, now))
        for name, number in work.messages
    ]
    tasks += [
        (f"{each.event_id}/{each.registration_id}", partial(_finish, desk, each, now))
        for each in work.erasures
    ]
    return each_apart(tasks)


def _finish(desk: Desk, erasure: Erasure, now: datetime) -> int:
    erasing.finish(desk, erasure, now)
    return 0


def _look(
    desk: Desk, event_id: str, now: datetime, allowance: Allowance, tell: Tell, *, everybody: bool
) -> int:
    """Check the seats of an event, and post what is due: to everybody, or only what changes call for.

    When the time of its personal data is over, nothing is done but to erase them.
    """
    record = desk.events.get(event_id)
    if retaining.is_over(record, now):
        retaining.erase(desk, record, now, allowance)
        return 0
    again = retaining.keep_up(desk, record, now, allowance) if everybody else None
    checked = audit(desk, record, now)
    registrations = desk.registrations.of_event(event_id)
    known = {mail.id for mail in desk.mails.of_event(event_id)} if everybody else frozenset[str]()
    created = sum(
        len(post(desk, record, each, now, known)) for each in registrations if everybody or each.outbox
    )
    dialogues.keep_up(desk, record, registrations, now)
    notifying.catch_up(desk, record, registrations, now)
    if checked and _is_sold_out(desk, record, now):
        log.info("an event is sold out", extra={"event": event_id})
        tell("EventsSoldOut", 1)
    # Broken off before this, the next tick begins again.
    audited(desk, record, checked)
    if everybody:
        times = (again, _next_look(record, now))
        desk.events.look_again(record, min((at for at in times if at), default=None))
    return created


def _is_sold_out(desk: Desk, record: EventRecord, now: datetime) -> bool:
    """Whether every seat is taken, and nobody was told so for a day."""
    event = record.event
    blocks = [each for found in desk.seats.all_blocks(event.id).values() for each in found]
    if any(each.free for each in blocks) or event.cancelled or now >= event.closes_at:
        return False
    return desk.limits.take(f"sold-out#{event.id}", 1, now + TOLD_AGAIN, now)


def _next_look(record: EventRecord, now: datetime) -> datetime | None:
    event = record.event
    if event.draft:
        return None  # publishing it lets the sweep look at it
    times = {event.erased_at}
    if not record.archived_at:
        times.add(max(event.ends_at + AFTERCARE, last_at(event)))
    if not (record.archived_at and event.cancelled):
        times.add(next_time(event, now) or event.erased_at)
    return min((at for at in times if now < at), default=None)


def settle(desk: Desk, event_id: str, registration_id: str, now: datetime) -> int:
    """Do what a registration calls for at this instant; gives the number of mail records created."""
    found = _kept(desk, event_id, registration_id, now)
    if found is None:
        return 0
    record, registration = found
    if registration.outbox:
        return _post_owed(desk, record, registration, now)
    expire(desk, record, registration, now)
    return 0


def post_owed(desk: Desk, event_id: str, registration_id: str, now: datetime) -> int:
    """Do only what a change of a registration calls for; gives the number of mail records created."""
    found = _kept(desk, event_id, registration_id, now)
    return _post_owed(desk, *found, now) if found and found[1].outbox else 0


def _kept(
    desk: Desk, event_id: str, registration_id: str, now: datetime
) -> tuple[EventRecord, Registration] | None:
    """A registration with its event, unless it is gone, or the sweep is to erase it."""
    registration = desk.registrations.find(event_id, registration_id)
    if registration is None:
        return None
    record = desk.events.get(event_id)
    if retaining.is_over(record, now):
        desk.events.look_again(record, now)
        return None
    return record, registration


def _post_owed(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> int:
    _tell_groups(desk, record, registration, now)
    return len(post(desk, record, registration, now))


def _tell_groups(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> None:
    """Let the next tick look at the event when somebody is confirmed, which touches no seat."""
    online = registration.mode is Mode.ONLINE and registration.state is RegistrationState.CONFIRMED
    if record.event.dialogue and online:
        announce(desk, registration, now)
