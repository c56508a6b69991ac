"""Doing without the mails that nobody needs to take part: summaries, thanks and the like.

They carry the headers by which mail programs offer to unsubscribe (RFC 2369, RFC 8058). The registration
stays, and so do all mails that it depends on.
"""

from __future__ import annotations

from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from urllib.parse import quote

from .errors import AlreadyChanged
from .links import follow
from .models import Event, EventRecord, Purpose, Recipient, Registration
from .ports import Desk
from .seating import ATTEMPTS, changed, present


def look(desk: Desk, secret: str) -> tuple[EventRecord, Registration]:
    """What the link for unsubscribing opens; changes nothing. Raises LinkNotFound."""
    return follow(desk, secret, Purpose.UNSUBSCRIBE)


def wish(desk: Desk, secret: str, unsubscribed: bool) -> tuple[EventRecord, Registration]:
    """Remember whether the participant does without; doing so twice is harmless.

    Raises LinkNotFound, or AlreadyChanged when the registration keeps changing under our hands.
    """
    record, registration = look(desk, secret)
    for _ in range(ATTEMPTS):
        if registration.unsubscribed is unsubscribed:
            return record, registration
        after = changed(registration, unsubscribed=unsubscribed)
        if desk.registrations.store((registration, after)):
            return record, after
        registration = present(desk, registration)
    raise AlreadyChanged("the registration was changed at the same moment; try again")


class _Unfolded(UnstructuredHeader, BaseHeader):
    """A header on one line: folded, a long address would become encoded words, which no program follows."""

    def fold(self, *, policy: object) -> str:
        return f"{self.name}: {self}\r\n"


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    registry.map_to_type("list-unsubscribe", _Unfolded)
    return SMTP.clone(header_factory=registry)


POLICY = _policy()
"""How letters are written."""


def offer_one_click(message: EmailMessage, address: str) -> None:
    """Let the recipient unsubscribe with one request to the address."""
    message["List-Unsubscribe"] = f"<{address}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def offer_by_mail(message: EmailMessage, event: Event, body: Recipient) -> None:
    """Let a named body, which has no registration, unsubscribe by a mail to the first contact."""
    contact, subject = quote(event.contacts[0].email, safe="@"), quote(f"unsubscribe {body.id} {event.id}")
    message["List-Unsubscribe"] = f"<mailto:{contact}?subject={subject}>"
