"""Sending mails: the lease, the attempt, and what each answer of the mail service means.

| from     | what happens                                  | to                                 |
|----------|-----------------------------------------------|------------------------------------|
| PENDING  | a mailer takes the lease                      | SENDING, attempt + 1               |
| SENDING  | the service takes the mail                    | ACCEPTED                           |
| SENDING  | throttled: surely unsent                      | PENDING, due after a jitter        |
| SENDING  | paused or over quota: surely unsent           | PENDING, attempt - 1, due later    |
| SENDING  | rejected: surely unsent, for good             | FAILED                             |
| SENDING  | answer lost, or the lease ends                | UNKNOWN, due after FEEDBACK_WAIT   |
| SENDING  | address suppressed, or the mail lost its sense| SUPPRESSED                         |
| UNKNOWN  | still no feedback, and the kind may be resent | PENDING, once                      |
| UNKNOWN  | still no feedback, and it may not             | UNKNOWN for an operator, alarmed   |

Feedback moves a record on from any of them: see :mod:`kallelse.feedback`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from .errors import SendError, SendingPaused, SendOutcomeUnknown, SendRejected, SendThrottled
from .models import Mail, MailKind, MailState
from .ports import Desk, Postman

LEASE = timedelta(minutes=2)
"""How long a mailer may work at one mail; longer than the mailer function's time limit."""

FEEDBACK_WAIT = timedelta(minutes=10)
"""How long to wait for feedback on a mail whose answer was lost."""

PAUSE = timedelta(minutes=5)
"""How long to wait when the account cannot send."""

RESENT_ONCE = frozenset(MailKind) - {MailKind.SUMMARY}
"""Kinds that are worse missing than doubled. A doubled summary is the worse, so an operator decides."""


class Letter:
    """A finished message: the bytes of RFC 5322 and the one address it goes to."""

    __slots__ = ("message", "recipient")

    def __init__(self, recipient: str, message: bytes) -> None:
        self.recipient = recipient
        self.message = message


Compose = Callable[[Mail], Letter | None]
"""Writes the letter of a mail; None when the mail has lost its sense."""


def sweep(desk: Desk, postman: Postman, compose: Compose, clock: Callable[[], datetime]) -> list[Mail]:
    """Look at every mail that is due; gives those that changed."""
    due = map(desk.mails.get, desk.mails.due(clock()))
    return work(desk, postman, compose, clock, (mail for mail in due if mail))


def work(
    desk: Desk,
    postman: Postman,
    compose: Compose,
    clock: Callable[[], datetime],
    mails: Iterable[Mail],
) -> list[Mail]:
    """Do what each of the mails needs. Stops at the first sign that the account cannot send."""
    changed: list[Mail] = []
    for mail in mails:
        try:
            after = attend_to(desk, postman, compose, clock(), mail)
        except SendingPaused:
            break
        changed += [after] if after else []
    return changed


def attend_to(desk: Desk, postman: Postman, compose: Compose, now: datetime, mail: Mail) -> Mail | None:
    """Do what one mail needs at this instant; None when that is nothing, or another mailer was faster.

    Raises SendingPaused, after putting the mail back, when the account cannot send.
    """
    if mail.due_at is None or mail.due_at > now:
        return None
    if mail.state is MailState.SENDING:
        return _move(desk, mail, state=MailState.UNKNOWN, due_at=now + FEEDBACK_WAIT)
    if mail.state is MailState.UNKNOWN:
        return _decide(desk, mail, now)
    lease = _move(desk, mail, state=MailState.SENDING, attempt=mail.attempt + 1, due_at=now + LEASE)
    return lease and _send(desk, postman, compose, now, lease)


def unresolved(mail: Mail) -> bool:
    """Whether an operator has to look: nobody knows if it was sent, or it never will be."""
    waits_for_nobody = mail.state is MailState.UNKNOWN and mail.due_at is None
    return waits_for_nobody or mail.state is MailState.FAILED


def _move(desk: Desk, mail: Mail, **changes: object) -> Mail | None:
    changed = mail.model_copy(update=changes)
    return changed if desk.mails.replace(mail, changed) else None


def _decide(desk: Desk, mail: Mail, now: datetime) -> Mail | None:
    if mail.kind in RESENT_ONCE and mail.attempt < 2:
        return _move(desk, mail, state=MailState.PENDING, due_at=now)
    return _move(desk, mail, due_at=None)


def _send(desk: Desk, postman: Postman, compose: Compose, now: datetime, lease: Mail) -> Mail | None:
    letter = compose(lease)
    if letter is None or desk.mails.is_suppressed(letter.recipient):
        return _move(desk, lease, state=MailState.SUPPRESSED, due_at=None)
    tags = {"mail_id": lease.id, "attempt": str(lease.attempt)}
    try:
        message_id = postman.send(letter.recipient, letter.message, tags)
    except SendError as error:
        return _after(desk, lease, error, now)
    return _move(desk, lease, state=MailState.ACCEPTED, message_id=message_id, due_at=None)


def _after(desk: Desk, lease: Mail, error: SendError, now: datetime) -> Mail | None:
    match error:
        case SendThrottled():
            return _move(desk, lease, state=MailState.PENDING, due_at=now + _jitter())
        case SendRejected():
            return _move(desk, lease, state=MailState.FAILED, due_at=None)
        case SendOutcomeUnknown():
            return _move(desk, lease, state=MailState.UNKNOWN, due_at=now + FEEDBACK_WAIT)
    _move(desk, lease, state=MailState.PENDING, attempt=lease.attempt - 1, due_at=now + PAUSE)
    raise error


def _jitter() -> timedelta:
    # Spread over a minute, so that the mailers that were throttled together do not meet again.
    return timedelta(seconds=1 + secrets.randbelow(60))
