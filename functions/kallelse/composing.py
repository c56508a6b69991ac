"""Writing the letter of a mail: from the record to the bytes of RFC 5322.

Every letter goes to one recipient, in text and HTML, in the recipient's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from . import links
from .calendaring import Method, calendar
from .dialogues import own_group
from .errors import SummaryNotFound
from .feedback import unreached
from .mailing import Letter
from .models import (
    BULK,
    FOR_READERS,
    Event,
    EventRecord,
    Language,
    Mail,
    MailKind,
    Mode,
    Purpose,
    Recipient,
    Registration,
    RegistrationState,
    Summary,
    Text,
    in_language,
)
from .ports import Desk, Documents
from .relevance import makes_sense
from .rendering import Renderer
from .scheduling import has_link, last_told, view
from .subscribing import POLICY, offer_by_mail, offer_one_click
from .summarising import language_for

INVITES = frozenset(
    {
        MailKind.CONFIRMED,
        MailKind.PROMOTED,
        MailKind.PASSED_ON,
        MailKind.CHANGED,
        MailKind.EVENT_CHANGED,
    }
)
"""Kinds that bring the event, or what is new about it, into the calendar of one who has a seat."""

SHORT = 20_000
"""Characters; a longer summary is only linked to. Mail programs cut letters off at about 100 KB of HTML."""

LIKE_A_LINK = re.compile(r"[/:@]|\.\w{2}")
"""What mail programs may turn into a link."""


@dataclass(frozen=True)
class Composer:
    """Writes letters. ``base_url``: what links begin with; ``sender``: the From address.

    ``issue``: makes the secret of a personal link.
    """

    desk: Desk
    documents: Documents
    renderer: Renderer
    sender: str
    base_url: str
    issue: Callable[[Desk, Registration, Purpose], str] = links.issue

    def compose(self, mail: Mail, now: datetime) -> Letter | None:
        """The letter, or None when the mail has lost its sense (cancelled, too late, gone)."""
        record = self.desk.events.get(mail.event_id)
        if mail.recipient.startswith("b-"):
            return self._to_body(mail, record.event, now)
        if mail.recipient.startswith("o-"):
            return self._to_organiser(mail, record.event, now)
        registration = self.desk.registrations.find(mail.event_id, mail.recipient[2:])
        if registration is None or not makes_sense(mail, record, registration, now):
            return None
        content = self._content(mail, record, registration)
        return None if content is None else self.letter(mail, record, registration, content, now)

    def _to_body(self, mail: Mail, event: Event, now: datetime) -> Letter | None:
        bodies = [body for body in event.recipients if f"b-{body.id}" == mail.recipient]
        if not bodies or event.cancelled or event.draft:
            return None
        body: Recipient = bodies[0]
        language = language_for(event, body.language)
        summary = self._summary(mail, language)
        if summary is None:
            return None
        context = _context(mail, event, now) | summary
        context["name"] = in_language(body.name, language, event.language)
        context["places"] = _places(event, event.seats_by_mode)
        secret = links.issue_to_body(self.desk, event.id, body)
        context["summary_url"] = f"{self.base_url}/{Purpose.SUMMARIES}/{secret}"
        context["formats"] = body.formats
        message = self._message(mail, event, body.address, language, context)
        offer_by_mail(message, event, body)
        return Letter(body.address, message.as_bytes())

    def _to_organiser(self, mail: Mail, event: Event, now: datetime) -> Letter | None:
        contacts = [each for number, each in enumerate(event.contacts) if f"o-{number}" == mail.recipient]
        people = [(each.participant, state.value) for each, state in unreached(self.desk, event.id)]
        if not contacts or not people:
            return None
        contact, open_still = contacts[0], not event.cancelled and now < event.closes_at
        context = _context(mail, event, now) | {
            "name": contact.name,
            "places": _places(event, event.seats_by_mode),
            "unreached": [
                (_unlinked(who.name), _unlinked(who.organisation), who.email, state) for who, state in people
            ],
            "event_url": self._page(event, event.language) if open_still else None,
        }
        message = self._message(mail, event, contact.email, event.language, context)
        return Letter(contact.email, message.as_bytes())

    def _content(self, mail: Mail, record: EventRecord, registration: Registration) -> dict[str, Any] | None:
        """What the letter tells that is kept elsewhere; None when that is nothing any more."""
        content: dict[str, Any] = {}
        if mail.kind is MailKind.JOIN_LINK and has_link(self.desk, record, registration):
            return None
        if mail.kind is MailKind.EVENT_CHANGED:
            content = changes(self.desk, record, registration)
            if not (content["moved"] or content["relocated"] or content["revived"]):
                return None
        if mail.kind is MailKind.MESSAGE:
            message = self.desk.messages.get(mail.event_id, mail.version)
            if message is None or registration.state not in message.selection.states:
                return None
            content["message"] = message
        if mail.kind is MailKind.SUMMARY:
            return self._summary(mail, language_for(record.event, registration.participant.language))
        if registration.state is RegistrationState.WAITING:
            content["place"] = self.desk.registrations.place_in_line(registration)
        return content

    def letter(
        self,
        mail: Mail,
        record: EventRecord,
        registration: Registration,
        content: dict[str, Any],
        now: datetime,
    ) -> Letter:
        """The letter to a participant. ``content``: what else it tells, by the templates' names."""
        event, participant = record.event, registration.participant
        context = _context(mail, event, now) | _about(event, registration) | content
        context |= self._links(mail, event, registration, now)
        context["privacy_url"] = f"{self._page(event, participant.language)}/privacy"
        if mail.kind in (MailKind.JOIN_LINK, MailKind.REMINDER):
            context["group"] = own_group(self.desk, event, registration)
        context["calendar"] = method = _method(mail, registration)
        message = self._message(mail, event, participant.email, participant.language, context)
        if method:
            _attach_calendar(message, method, record, registration, now)
        return Letter(participant.email, message.as_bytes())

    def _links(
        self, mail: Mail, event: Event, registration: Registration, now: datetime
    ) -> dict[str, str | None]:
        if registration.state is RegistrationState.CANCELLED:
            # Any other link would be dead on arrival; the event's page helps while it takes registrations.
            page = self._page(event, registration.participant.language)
            open_still = not event.cancelled and now < event.closes_at
            data_url = self._link(registration, Purpose.DATA)
            return {"event_url": page if open_still else None, "data_url": data_url}
        links: dict[str, str | None] = {}
        if mail.kind in BULK:
            links["unsubscribe_url"] = self._link(registration, Purpose.UNSUBSCRIBE)
        if mail.kind is MailKind.THANKS:
            links["feedback_url"] = self._feedback(event, registration.participant.language, now)
        if mail.kind in (MailKind.EVENT_CANCELLED, MailKind.THANKS):
            return links
        if mail.kind is MailKind.SUMMARY:
            links["summary_url"] = self._link(registration, Purpose.SUMMARIES)
        links["manage_url"] = self._link(registration, Purpose.MANAGE)
        if mail.kind is MailKind.JOIN_LINK or _reminds_of_link(mail, event, registration, now):
            links["join_url"] = self._link(registration, Purpose.JOIN)
        return links

    def _page(self, event: Event, language: Language) -> str:
        return f"{self.base_url}/events/{event.id}/{language}"

    def _feedback(self, event: Event, language: Language, now: datetime) -> str | None:
        """Where the participant may say what it was like: the survey while it is open, or elsewhere."""
        if event.survey_closes_at and now < event.survey_closes_at:
            return f"{self._page(event, language)}/survey"
        return event.thanks.feedback if event.thanks else None

    def _link(self, registration: Registration, purpose: Purpose) -> str:
        return f"{self.base_url}/{purpose}/{self.issue(self.desk, registration, purpose)}"

    def _summary(self, mail: Mail, language: Language) -> dict[str, Any] | None:
        """The summary that the mail brings; None when it was withdrawn meanwhile."""
        summary = self.desk.summaries.get(mail.event_id, language, mail.version)
        if summary is None:
            raise SummaryNotFound("the summary of this mail is gone")
        return self.summary(summary) if summary.state in FOR_READERS else None

    def summary(self, summary: Summary) -> dict[str, Any]:
        """What the letter tells of a summary, by the templates' names."""
        text = self.documents.get(summary.source_key)
        return {
            "summary": text if len(text) <= SHORT else None,
            "summary_language": summary.language,
            "corrects": summary.corrects,
        }

    def _message(
        self, mail: Mail, event: Event, address: str, language: Language, context: dict[str, Any]
    ) -> EmailMessage:
        subject, text, html = self.renderer.mail_parts(mail.kind, language, **context)
        message = EmailMessage(policy=POLICY)
        message["From"] = self.sender
        message["To"] = address
        message["Reply-To"] = event.contacts[0].email
        message["Subject"] = subject
        message["Date"] = format_datetime(context["now"])
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["X-Kallelse-Mail"] = mail.id
        if mail.request_id:
            message["X-Kallelse-Request"] = mail.request_id
        if context["unsubscribe_url"]:
            offer_one_click(message, context["unsubscribe_url"])
        message.set_content(_without_gaps(text))
        message.add_alternative(html, subtype="html")
        message["Content-Language"] = language
        return message


def _attach_calendar(
    message: EmailMessage, method: Method, record: EventRecord, registration: Registration, now: datetime
) -> None:
    """Add the calendar file twice: mail programs act on the one part, others let one open the other.

    The Content-Type names the METHOD that is inside, as RFC 6047 §2.4 demands.
    """
    participant = registration.participant
    file = calendar(record, participant.language, registration.mode, now, method, participant.email)
    message.add_alternative(
        file, subtype="calendar", charset="utf-8", cte="base64", params={"method": method.value}
    )
    message.add_attachment(file.encode(), maintype="application", subtype="ics", filename="invite.ics")
    # The header went into the part with the texts, and the whole letter is in this language too.
    message["Content-Language"] = participant.language


def _method(mail: Mail, registration: Registration) -> Method | None:
    """What a mail tells the calendar of the participant: nothing unless there is, or was, a seat."""
    if mail.kind is MailKind.CANCELLED and registration.confirmed_at:
        return Method.CANCEL
    if registration.state is not RegistrationState.CONFIRMED:
        return None
    if mail.kind is MailKind.EVENT_CANCELLED:
        return Method.CANCEL
    return Method.REQUEST if mail.kind in INVITES else None


def _reminds_of_link(mail: Mail, event: Event, registration: Registration, now: datetime) -> bool:
    joins = registration.mode is Mode.ONLINE and now >= event.join_link_at
    return joins and mail.kind is MailKind.REMINDER


def changes(desk: Desk, record: EventRecord, registration: Registration) -> dict[str, Any]:
    """What differs from what the participant was last told."""
    before = last_told(desk, record, registration)
    (*was_when, was_where), (*when, where) = (
        view(details, record, registration) for details in (before, record.details)
    )
    return {
        "before": before,
        "where_before": was_where,
        "where": where,
        "moved": was_when != when,
        "relocated": was_where != where,
        "revived": before.cancelled,
    }


def _context(mail: Mail, event: Event, now: datetime) -> dict[str, Any]:
    """Everything that the templates may use; what does not apply is None."""
    unused = (
        "name", "participant", "state", "held_until", "place",
        "manage_url", "join_url", "event_url", "unsubscribe_url", "feedback_url", "privacy_url", "data_url",
        "summary", "summary_url", "corrects", "message", "calendar", "group",
    )  # fmt: skip
    return dict.fromkeys(unused) | {
        "kind": mail.kind.value,
        "event": event,
        "now": now,
        "online": False,
        "formats": (),
    }


def _about(event: Event, registration: Registration) -> dict[str, Any]:
    participant = registration.participant
    return {
        "name": _unlinked(participant.name),
        "participant": participant,
        "state": registration.state.value,
        "held_until": registration.held_until,
        "online": registration.mode is Mode.ONLINE,
        "places": _places(event, [registration.mode]),
    }


def _unlinked(told: str | None) -> str | None:
    """What somebody told about themselves, unless the form was a way to send others a link."""
    return None if told is None or LIKE_A_LINK.search(told) else told


def _places(event: Event, modes: Iterable[Mode]) -> list[tuple[Mode, Text | None]]:
    """Each mode with where to come to, if the event says so."""
    offers = {mode: event.modes.get(mode) for mode in modes}
    return [(mode, offer.place if offer and mode is Mode.ON_SITE else None) for mode, offer in offers.items()]


def _without_gaps(text: str) -> str:
    """The text with no more than one empty line in a row, which blocks without content would leave."""
    return re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"
