"""What the mail service tells about a mail that it took.

Events come late, twice or out of order: a record only ever moves on, by the rank of its state.
A participant whose address takes no mail does not know what is written there, so the organiser is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from . import tracing
from .clock import EPOCH
from .errors import AlreadyChanged
from .models import STALE, Mail, MailKind, MailState, Model, Registration, RegistrationState
from .ports import Desk

ATTEMPTS = 5

HOUR = timedelta(hours=1)

ORGANISER = "o-0"
"""Who is told of participants that cannot be reached: the first contact of the event."""


class FeedbackKind(StrEnum):
    """The event types of Amazon SES that the configuration set publishes."""

    SEND = "Send"
    DELIVERY = "Delivery"
    BOUNCE = "Bounce"
    COMPLAINT = "Complaint"
    REJECT = "Reject"


class Feedback(Model):
    """One event about one mail. ``permanent``: the address will never work (a hard bounce)."""

    kind: FeedbackKind
    mail_id: str
    attempt: int
    message_id: str
    addresses: tuple[str, ...] = ()
    permanent: bool = False
    at: AwareDatetime


STATE_AFTER = {
    FeedbackKind.SEND: MailState.ACCEPTED,
    FeedbackKind.DELIVERY: MailState.DELIVERED,
    FeedbackKind.BOUNCE: MailState.BOUNCED,
    FeedbackKind.COMPLAINT: MailState.COMPLAINED,
    FeedbackKind.REJECT: MailState.FAILED,
}

RANK = {
    MailState.PENDING: 0,
    MailState.SENDING: 0,
    MailState.UNKNOWN: 0,
    MailState.SUPPRESSED: 0,
    MailState.ACCEPTED: 1,
    MailState.FAILED: 2,
    MailState.DELIVERED: 2,
    MailState.BOUNCED: 3,
    MailState.COMPLAINED: 4,
}


def heed(desk: Desk, feedback: Feedback, now: datetime) -> Mail | None:
    """Move the mail's record on, and remember addresses never to write to again.

    The organiser is told of dead addresses of participants by one letter for each hour, at its end,
    whose version counts the hours since 1970. Gives the record as it is afterwards, or None when the
    mail is not ours.
    """
    _remember_addresses(desk, feedback, now)
    for _ in range(ATTEMPTS):
        mail = desk.mails.get(feedback.mail_id)
        if mail is None or RANK[STATE_AFTER[feedback.kind]] <= RANK[mail.state]:
            return mail
        moved = mail.model_copy(
            update={
                "state": STATE_AFTER[feedback.kind],
                "message_id": feedback.message_id,
                "due_at": _due_at(feedback.kind, now),
                "stuck": feedback.kind is FeedbackKind.REJECT,
            }
        )
        if _is_dead(feedback) and mail.recipient.startswith("r-"):
            # Before the record moves on: when this is broken off and tried again, nobody is forgotten.
            desk.mails.create(_letter_to_organiser(mail.event_id, now))
        if desk.mails.replace(mail, moved):
            return moved
    raise AlreadyChanged("the mail record keeps changing; the queue will bring the event again")


def _due_at(kind: FeedbackKind, now: datetime) -> datetime | None:
    # Taken: to be missed if nothing more is told. Rejected: to be reported.
    return {FeedbackKind.SEND: now + STALE, FeedbackKind.REJECT: now}.get(kind)


def _is_dead(feedback: Feedback) -> bool:
    """Whether the address is never to be written to again."""
    bounced = feedback.kind is FeedbackKind.BOUNCE and feedback.permanent
    return bounced or feedback.kind is FeedbackKind.COMPLAINT


def _letter_to_organiser(event_id: str, now: datetime) -> Mail:
    hour = (now - EPOCH) // HOUR
    return Mail(
        event_id=event_id,
        kind=MailKind.BOUNCES,
        recipient=ORGANISER,
        version=hour,
        due_at=EPOCH + (hour + 1) * HOUR,
        created_at=now,
        request_id=tracing.request_id(),
    )


def _remember_addresses(desk: Desk, feedback: Feedback, now: datetime) -> None:
    if _is_dead(feedback):
        for address in feedback.addresses:
            desk.mails.suppress(address, STATE_AFTER[feedback.kind], now)


def undeliverable(desk: Desk, event_id: str) -> dict[str, MailState]:
    """The participants whom a mail did not reach, by mailbox: BOUNCED, or COMPLAINED, which is worse."""
    return undeliverable_in(desk.mails.of_event(event_id))


def undeliverable_in(mails: Iterable[Mail]) -> dict[str, MailState]:
    """Those of them to whom these mails were."""
    failed = [
        mail
        for mail in mails
        if mail.recipient.startswith("r-") and mail.state in (MailState.BOUNCED, MailState.COMPLAINED)
    ]
    return {mail.recipient: mail.state for mail in sorted(failed, key=lambda mail: RANK[mail.state])}


def unreached(desk: Desk, event_id: str) -> list[tuple[Registration, MailState]]:
    """Those of them who are still registered, the first to arrive first."""
    states = undeliverable(desk, event_id)
    return [
        (each, states[each.mailbox])
        for each in (desk.registrations.of_event(event_id) if states else [])
        if each.mailbox in states and each.state is not RegistrationState.CANCELLED
    ]
