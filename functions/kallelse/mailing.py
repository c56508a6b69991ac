"""Sending mails: the lease, the attempt, and what each answer of the mail service means.

| from     | what happens                                  | to                                 |
|----------|-----------------------------------------------|------------------------------------|
| PENDING  | a mailer takes the lease                      | SENDING, attempt + 1               |
| SENDING  | the service takes the mail                    | ACCEPTED, due after STALE          |
| SENDING  | its turn would come after the mailer's time   | PENDING, attempt - 1, due          |
| SENDING  | its letter cannot be written: surely unsent   | PENDING, due later; then FAILED    |
| SENDING  | the storage does not keep up: surely unsent   | PENDING, attempt - 1, due later    |
| SENDING  | throttled: surely unsent                      | PENDING, due after a jitter        |
| SENDING  | paused or over quota: surely unsent           | PENDING, attempt - 1, due later    |
| SENDING  | rejected: surely unsent, for good             | FAILED, stuck                      |
| SENDING  | answer lost, or the lease ends                | UNKNOWN, due after FEEDBACK_WAIT   |
| SENDING  | address suppressed, or the mail lost its sense| SUPPRESSED                         |
| UNKNOWN  | still no feedback, and the kind may be resent | PENDING, once                      |
| UNKNOWN  | still no feedback, and it may not             | UNKNOWN, stuck                     |
| ACCEPTED | no feedback for STALE                         | ACCEPTED, stuck                    |
| (any)    | stuck, and an operator says: send again       | PENDING                            |
| AT_REST  | an organiser says: send again                 | PENDING                            |

What is stuck is reported at once, and each day until feedback or an operator moves it (RECONCILE), for
as long as GIVEN_UP. So every record ends in a final state, or in the alarm.
Feedback moves a record on from any of them: see :mod:`kallelse.feedback`.

A mail is leased and written first and waits for its turn then (:mod:`kallelse.pacing`), so that no turn
is lost to a lease that another mailer has, or to a mail that has lost its sense.
"""

from __future__ import annotations

import logging
import random
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from .errors import (
    AlreadyChanged,
    NotFound,
    Refused,
    SendError,
    SendingPaused,
    SendOutcomeUnknown,
    SendRejected,
    SendThrottled,
    ShiftOver,
    Unavailable,
)
from .models import ABOUT_EVENT, STALE, Mail, MailKind, MailState, kind_in
from .pacing import Crew, Shift, take_turn
from .ports import Desk, Postman

log = logging.getLogger("kallelse")

LEASE = timedelta(minutes=3)
"""How long a mailer may work at one mail; longer than the mailer function's time limit."""

FEEDBACK_WAIT = timedelta(minutes=10)
"""How long to wait for feedback on a mail whose answer was lost."""

RECONCILE = timedelta(days=1)
"""How often what is stuck is reported."""

GIVEN_UP = timedelta(days=30)
"""For how long what is stuck is reported."""

PAUSE = timedelta(minutes=5)
"""How long to wait when the account cannot send."""

WRITTEN_AT_MOST = 3
"""How often it is tried to write a letter that something in it keeps from being written."""

RESENT_ONCE = frozenset(MailKind) - {MailKind.SUMMARY}
"""Kinds that are worse missing than doubled. A doubled summary is the worse, so an operator decides."""

AT_REST = frozenset(
    {
        MailState.ACCEPTED,
        MailState.UNKNOWN,
        MailState.DELIVERED,
        MailState.BOUNCED,
        MailState.FAILED,
    }
)
"""Where a mail stays until something comes from outside, and may be sent again by a person's word.

One in UNKNOWN may have arrived. Whoever complained is not written to, and what is SUPPRESSED was not to
be sent.
"""

MAY_GO_OUT = frozenset({MailState.PENDING, MailState.SENDING, MailState.UNKNOWN})
"""Where a mail is when a mailer may send it, without a person's word."""

TO_MANY = ABOUT_EVENT | {MailKind.SUMMARY}
"""Kinds that go out by the thousand. The others go first, as somebody waits for each of them."""


OUTDATED = 5
"""After how many mails in a row that others had taken a worker looks anew at what is due.

A look is a query; a mail that another has taken is a read in vain.
"""


class Letter:
    """A finished message: the bytes of RFC 5322 and the one address it goes to."""

    __slots__ = ("message", "recipient")

    def __init__(self, recipient: str, message: bytes) -> None:
        self.recipient = recipient
        self.message = message


Compose = Callable[[Mail], Letter | None]
"""Writes the letter of a mail; None when the mail has lost its sense."""


def sweep(desk: Desk, postman: Postman, compose: Compose, shift: Shift, crew: Crew[Mail]) -> list[Mail]:
    """Look at every mail that is due, until none is or the shift is over; gives those that changed."""
    pile, changed = deque[str](), list[Mail]()
    while not shift.is_over and _look(desk, shift, pile):
        done = crew(lambda: work(desk, postman, compose, shift, pile), shift.workers)
        if not done:
            break
        # Once more, as a mailer may have put mails back that were passed over here as its own.
        changed += done
    return changed


def work(desk: Desk, postman: Postman, compose: Compose, shift: Shift, pile: deque[str]) -> list[Mail]:
    """Do what each mail of the pile needs, which several may work at.

    Leaves the rest at the first sign that no more can be sent, and when the shift is over.
    """
    changed: list[Mail] = []
    lost = 0
    for mail_id in _taken(pile, shift):
        try:
            after = attend_to(desk, postman, compose, shift, mail_id)
        except (SendingPaused, ShiftOver):
            pile.clear()
            break
        except Unavailable:
            # The others may go out; this one is found again when its lease ends.
            log.warning("a mail met a storage that does not keep up", extra={"mail": mail_id})
            continue
        changed += [after] if after else []
        lost = 0 if after else lost + 1
        if lost == OUTDATED:
            _look(desk, shift, pile)
            lost = 0
    return changed


def attend_to(desk: Desk, postman: Postman, compose: Compose, shift: Shift, mail_id: str) -> Mail | None:
    """Do what one mail needs at this instant; None when that is nothing, or another mailer was faster.

    Raises SendingPaused or ShiftOver, after putting the mail back, when no more can be sent.
    """
    now, mail = shift.clock(), desk.mails.get(mail_id)
    if mail is None or mail.due_at is None or mail.due_at > now:
        return None
    if mail.state is MailState.SENDING:
        return _move(desk, mail, state=MailState.UNKNOWN, due_at=now + FEEDBACK_WAIT)
    if mail.stuck or mail.state is MailState.ACCEPTED:
        return _report(desk, mail, now)
    if mail.state is MailState.UNKNOWN:
        return _decide(desk, mail, now)
    lease = _move(desk, mail, state=MailState.SENDING, attempt=mail.attempt + 1, due_at=now + LEASE)
    return lease and _send(desk, postman, compose, shift, lease)


def decide(desk: Desk, mail_id: str, *, again: bool, now: datetime) -> Mail:
    """An operator's word on a mail that is stuck: send it again, or leave it as it is.

    Raises NotFound, Refused when it is not stuck, or AlreadyChanged.
    """
    mail = desk.mails.get(mail_id)
    if mail is None:
        raise NotFound("there is no such mail")
    if not mail.stuck:
        raise Refused("the mail is not stuck; nothing is to be decided")
    return send_again(desk, mail, now) if again else _decided(desk, mail, due_at=None)


def hold(desk: Desk, now: datetime) -> dict[str, int]:
    """Let nothing go out that is not known to be unsent, until an operator decides; gives how many, by event.

    For a table that was restored: mails that it has for unsent may have been sent after the backup.
    """
    held: dict[str, int] = {}
    for mail in filter(None, map(desk.mails.get, desk.mails.due(now + GIVEN_UP))):
        if mail.state in MAY_GO_OUT and not mail.stuck and _report(desk, mail, now, state=MailState.UNKNOWN):
            held[mail.event_id] = held.get(mail.event_id, 0) + 1
    return held


def send_again(desk: Desk, mail: Mail, now: datetime) -> Mail:
    """An organiser's word on a mail that is at rest: send it once more. The fence stays and rises.

    Whether it still makes sense is for the caller to know. Raises Refused when the mail is not at rest,
    or AlreadyChanged.
    """
    if mail.state not in AT_REST:
        raise Refused(f"the mail is {mail.state}; only one that is at rest can be sent again")
    return _decided(desk, mail, state=MailState.PENDING, due_at=now)


def _decided(desk: Desk, mail: Mail, **changes: object) -> Mail:
    decided = _move(desk, mail, stuck=False, **changes)
    if decided is None:
        raise AlreadyChanged("the mail was changed at the same moment; look at it again")
    return decided


def _move(desk: Desk, mail: Mail, **changes: object) -> Mail | None:
    changed = mail.model_copy(update=changes)
    return changed if desk.mails.replace(mail, changed) else None


def _decide(desk: Desk, mail: Mail, now: datetime) -> Mail | None:
    if mail.kind in RESENT_ONCE and mail.attempt < 2:
        return _move(desk, mail, state=MailState.PENDING, due_at=now)
    return _report(desk, mail, now)


def _report(desk: Desk, mail: Mail, now: datetime, **changes: object) -> Mail | None:
    again = now + RECONCILE
    due_at = again if again < mail.created_at + GIVEN_UP else None
    return _move(desk, mail, stuck=True, due_at=due_at, **changes)


def _look(desk: Desk, shift: Shift, pile: deque[str]) -> bool:
    mail_ids = desk.mails.due(shift.clock())
    # In an order of its own for each mailer, so that they seldom reach for the same mail.
    random.shuffle(mail_ids)
    mail_ids.sort(key=lambda mail_id: kind_in(mail_id) in TO_MANY)
    pile.clear()
    pile.extend(mail_ids)
    return bool(mail_ids)


def _taken(pile: deque[str], shift: Shift) -> Iterator[str]:
    while not shift.is_over:
        try:
            yield pile.popleft()
        except IndexError:
            return


def _send(desk: Desk, postman: Postman, compose: Compose, shift: Shift, lease: Mail) -> Mail | None:
    try:
        letter = compose(lease)
        unwanted = letter is None or desk.mails.is_suppressed(letter.recipient)
    except Unavailable:
        # Surely unsent. When the storage does not take this either, the lease ends by itself.
        return _put_back(desk, lease, shift.clock() + PAUSE)
    except Exception as error:
        return _unwritten(desk, lease, error, shift.clock())
    if letter is None or unwanted:
        return _move(desk, lease, state=MailState.SUPPRESSED, due_at=None)
    tags = {"mail_id": lease.id, "attempt": str(lease.attempt)}
    try:
        take_turn(desk.pace, shift)
        message_id = postman.send(letter.recipient, letter.message, tags)
    except Unavailable:
        return _put_back(desk, lease, shift.clock() + PAUSE)
    except SendError as error:
        return _after(desk, lease, error, shift.clock())
    log.info("a mail was accepted", extra={"mail": lease.id, "request_id": lease.request_id})
    due_at = shift.clock() + STALE
    return _move(desk, lease, state=MailState.ACCEPTED, message_id=message_id, due_at=due_at)


def _unwritten(desk: Desk, lease: Mail, error: Exception, now: datetime) -> Mail | None:
    # The text of the error may hold what is in the letter.
    log.error("a mail cannot be written", extra={"mail": lease.id, "error": type(error).__name__})
    if lease.attempt < WRITTEN_AT_MOST:
        return _move(desk, lease, state=MailState.PENDING, due_at=now + PAUSE)
    return _report(desk, lease, now, state=MailState.FAILED)


def _after(desk: Desk, lease: Mail, error: SendError, now: datetime) -> Mail | None:
    match error:
        case SendThrottled():
            return _move(desk, lease, state=MailState.PENDING, due_at=now + _jitter())
        case SendRejected():
            return _report(desk, lease, now, state=MailState.FAILED)
        case SendOutcomeUnknown():
            return _move(desk, lease, state=MailState.UNKNOWN, due_at=now + FEEDBACK_WAIT)
    _put_back(desk, lease, now + (timedelta(0) if isinstance(error, ShiftOver) else PAUSE))
    raise error


def _put_back(desk: Desk, lease: Mail, due_at: datetime) -> Mail | None:
    return _move(desk, lease, state=MailState.PENDING, attempt=lease.attempt - 1, due_at=due_at)


def _jitter() -> timedelta:
    # Spread over a minute, so that the mailers that were throttled together do not meet again.
    return timedelta(seconds=1 + secrets.randbelow(60))
