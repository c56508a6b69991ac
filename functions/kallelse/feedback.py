"""What the mail service tells about a mail that it took.

Events come late, twice or out of order: a record only ever moves on, by the rank of its state.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from .errors import AlreadyChanged
from .models import STALE, Mail, MailState, Model
from .ports import Desk

ATTEMPTS = 5


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

    Gives the record as it is afterwards, or None when the mail is not ours.
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
        if desk.mails.replace(mail, moved):
            return moved
    raise AlreadyChanged("the mail record keeps changing; the queue will bring the event again")


def _due_at(kind: FeedbackKind, now: datetime) -> datetime | None:
    # Taken: to be missed if nothing more is told. Rejected: to be reported.
    return {FeedbackKind.SEND: now + STALE, FeedbackKind.REJECT: now}.get(kind)


def _remember_addresses(desk: Desk, feedback: Feedback, now: datetime) -> None:
    complained = feedback.kind is FeedbackKind.COMPLAINT
    bounced = feedback.kind is FeedbackKind.BOUNCE and feedback.permanent
    if complained or bounced:
        for address in feedback.addresses:
            desk.mails.suppress(address, STATE_AFTER[feedback.kind], now)
