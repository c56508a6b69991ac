"""Writing the letter of a mail: from the record to the bytes of RFC 5322.

Every letter goes to one recipient, in text and HTML, in the recipient's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from .errors import SummaryNotFound
from .links import issue
from .mailing import Letter
from .models import (
    EventRecord,
    Language,
    Mail,
    MailKind,
    Purpose,
    Recipient,
    Registration,
    RegistrationState,
)
from .ports import Desk, Documents
from .rendering import Renderer
from .summarising import language_for

STATES = {
    MailKind.CONFIRMED: RegistrationState.CONFIRMED,
    MailKind.PROMOTED: RegistrationState.CONFIRMED,
    MailKind.JOIN_LINK: RegistrationState.CONFIRMED,
    MailKind.SUMMARY: RegistrationState.CONFIRMED,
    MailKind.WAITING: RegistrationState.WAITING,
    MailKind.CANCELLED: RegistrationState.CANCELLED,
}
"""The state in which a registration must be for a mail to make sense."""


@dataclass(frozen=True)
class Composer:
    """Writes letters. ``base_url``: what links begin with; ``sender``: the From address."""

    desk: Desk
    documents: Documents
    renderer: Renderer
    sender: str
    base_url: str

    def compose(self, mail: Mail, now: datetime) -> Letter | None:
        """The letter, or None when the mail has lost its sense (cancelled, promoted, gone)."""
        record = self.desk.events.get(mail.event_id)
        if mail.recipient.startswith("b-"):
            return self._to_body(mail, record, now)
        registration = self.desk.registrations.find(mail.event_id, mail.recipient[2:])
        if registration is None or not makes_sense(mail, record, registration, now):
            return None
        return self._to_participant(mail, record, registration, now)

    def _to_body(self, mail: Mail, record: EventRecord, now: datetime) -> Letter | None:
        bodies = [body for body in record.event.recipients if f"b-{body.id}" == mail.recipient]
        if not bodies:
            return None
        body: Recipient = bodies[0]
        language = language_for(record.event, body.language)
        context = self._context(mail, record, language)
        context |= {"name": body.name.get(language, body.name[record.event.language])}
        return self._letter(mail, record, body.address, language, context, now)

    def _to_participant(
        self, mail: Mail, record: EventRecord, registration: Registration, now: datetime
    ) -> Letter:
        participant = registration.participant
        context = self._context(mail, record, language_for(record.event, participant.language))
        context |= {
            "name": participant.name,
            "organisation": participant.organisation,
            "manage_url": self._link(registration, Purpose.MANAGE),
        }
        if mail.kind is MailKind.JOIN_LINK:
            context["join_url"] = self._link(registration, Purpose.JOIN)
        if mail.kind is MailKind.WAITING:
            context["place"] = self.desk.registrations.place_in_line(registration)
        return self._letter(mail, record, participant.email, participant.language, context, now)

    def _context(self, mail: Mail, record: EventRecord, language: Language) -> dict[str, Any]:
        context: dict[str, Any] = {
            "kind": mail.kind.value,
            "event": record.event,
            "organisation": None,
            "manage_url": None,
            "join_url": None,
            "place": None,
            "summary": None,
        }
        if mail.kind is MailKind.SUMMARY:
            context["summary"] = self._summary(mail, language)
        return context

    def _summary(self, mail: Mail, language: Language) -> str:
        summary = self.desk.summaries.get(mail.event_id, language, mail.version)
        if summary is None:
            raise SummaryNotFound("the summary of this mail is gone")
        return self.documents.get(summary.source_key)

    def _link(self, registration: Registration, purpose: Purpose) -> str:
        return f"{self.base_url}/{purpose}/{issue(self.desk, registration, purpose)}"

    def _letter(
        self,
        mail: Mail,
        record: EventRecord,
        address: str,
        language: Language,
        context: dict[str, Any],
        now: datetime,
    ) -> Letter:
        subject, text, html = self.renderer.mail_parts(mail.kind, language, **context)
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = address
        message["Reply-To"] = record.event.contacts[0].email
        message["Subject"] = subject
        message["Date"] = format_datetime(now)
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["X-Kallelse-Mail"] = mail.id
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        message["Content-Language"] = language
        return Letter(address, message.as_bytes())


def makes_sense(mail: Mail, record: EventRecord, registration: Registration, now: datetime) -> bool:
    """Whether the registration still is what the mail says, and the meeting not over for its link."""
    if mail.kind is MailKind.SUMMARY:
        return registration.state is RegistrationState.CONFIRMED
    current = registration.serial == mail.version and registration.state is STATES[mail.kind]
    return current and (mail.kind is not MailKind.JOIN_LINK or now < record.event.ends_at)
