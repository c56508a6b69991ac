"""Mails: what they say, and where each stands."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime

from .privacy import Personal
from .text import Model, Slug


class MailKind(StrEnum):
    """What a mail says; also the name of its folder in ``templates/email``."""

    CONFIRM_ADDRESS = "confirm-address"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    PROMOTED = "promoted"
    OFFERED = "offered"
    LAPSED = "lapsed"
    PASSED_ON = "passed-on"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    REGISTERED_ALREADY = "registered-already"
    REGISTERED_ELSEWHERE = "registered-elsewhere"
    LOST_LINK = "lost-link"
    JOIN_LINK = "join-link"
    REMINDER = "reminder"
    EVENT_CHANGED = "event-changed"
    EVENT_CANCELLED = "event-cancelled"
    SUMMARY = "summary"
    THANKS = "thanks"
    MESSAGE = "message"
    BOUNCES = "bounces"


def kind_in(mail_id: str) -> MailKind:
    """The kind of the mail with this id, see :attr:`Mail.id`."""
    return MailKind(mail_id.split("_")[1])


REPEATED = frozenset(
    {
        MailKind.CHANGED,
        MailKind.REGISTERED_ALREADY,
        MailKind.REGISTERED_ELSEWHERE,
        MailKind.LOST_LINK,
    }
)
"""Kinds that one registration may call for several times."""


ABOUT_EVENT = frozenset(
    {
        MailKind.JOIN_LINK,
        MailKind.REMINDER,
        MailKind.EVENT_CHANGED,
        MailKind.EVENT_CANCELLED,
        MailKind.THANKS,
    }
)
"""Kinds that the event calls for as it stands, and not a change of the registration."""


STALE = timedelta(days=1)
"""How long an accepted mail may be without feedback. SES tries to deliver one for 14 hours at most.

https://docs.aws.amazon.com/ses/latest/dg/send-email-concepts-deliverability.html
"""


BULK = frozenset({MailKind.SUMMARY, MailKind.THANKS, MailKind.MESSAGE})
"""Kinds that nobody needs to take part, which participants may do without."""


class MailState(StrEnum):
    """Where a mail stands. See the table of transitions in :mod:`kallelse.mailing`."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


class Mail(Model):
    """One mail to one recipient: (event, kind, recipient, version) is its identity.

    ``recipient``: ``r-`` and a registration id, ``b-`` and the id of a named body, or ``o-`` and the
    place of an organiser among the contacts of the event, counted from 0.
    ``version``: tells mails of one kind to one recipient apart; of a mail about the event see
    :func:`kallelse.scheduling.version`, of one about bounces :func:`kallelse.feedback.heed`, and of a
    message it is the number.
    ``attempt``: how many times sending began; it is the fence of the lease.
    ``due_at``: when the mailer looks at it next (PENDING: to send; SENDING: the lease ends;
    UNKNOWN: to decide; ACCEPTED: no feedback came); None when nothing is left to do.
    ``erased_at``: when the record is erased with those of the participant.
    ``stuck``: nobody knows what became of it, or it cannot be sent: an operator has to look.
    ``request_id``: of the request that called for it, see :mod:`kallelse.tracing`.
    """

    event_id: Slug
    kind: Annotated[MailKind, Personal("to send each mail once")]
    recipient: Annotated[str, Personal("to know whom it goes to, by the id of the registration")]
    version: int
    state: Annotated[MailState, Personal("to know whether it arrived")] = MailState.PENDING
    attempt: int = 0
    due_at: AwareDatetime | None = None
    stuck: bool = False
    message_id: Annotated[str | None, Personal("to find it at the mail service")] = None
    created_at: Annotated[AwareDatetime, Personal("to tell the participant what was sent when")]
    erased_at: AwareDatetime | None = None
    request_id: Annotated[str | None, Personal("to find in the logs what called for it")] = None

    @property
    def id(self) -> str:
        """The identity in the characters that SES allows in a message tag."""
        return f"{self.event_id}_{self.kind}_{self.recipient}_{self.version}"
