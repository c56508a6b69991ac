"""Who gets the summaries, and the pages on which they are read.

A mail about a summary brings a link of the recipient's own. It leads to the newest version that is
published in the recipient's language, so an old mail leads to the corrected text. That the page was opened
is kept once for each recipient and version. It is no more than a sign: the scanners of mail services open
links too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from .drafting import shown, shown_stops
from .errors import LinkNotFound, NotFound, SummaryNotFound
from .links import digest, follow
from .models import (
    Event,
    EventRecord,
    Format,
    Language,
    MailKind,
    Purpose,
    Recipient,
    Registration,
    Summary,
    TourRecord,
    in_language,
)
from .ports import Desk, Downloads
from .summarising import language_for, newest_published

VALID = timedelta(minutes=5)
"""How long the address of a file works."""


class Reader(NamedTuple):
    """One whom a link was sent to. ``language``: of the summary; ``recipient``: as mails have it."""

    record: EventRecord
    recipient: str
    language: Language


def reader(desk: Desk, secret: str) -> Reader:
    """Whom the link was sent to; changes nothing. Raises LinkNotFound."""
    token = desk.tokens.find(digest(secret), Purpose.SUMMARIES)
    if token and token.registration_id.startswith("b-"):
        record = desk.events.get(token.event_id)
        for body in record.event.recipients:
            if token.registration_id == f"b-{body.id}":
                return Reader(record, token.registration_id, language_for(record.event, body.language))
        raise LinkNotFound("this link is wrong or no longer valid")
    record, registration = follow(desk, secret, Purpose.SUMMARIES)
    language = language_for(record.event, registration.participant.language)
    return Reader(record, registration.mailbox, language)


def published(desk: Desk, event: Event) -> dict[Language, Summary]:
    """The newest version that is published in each language, in the order that the event promises them."""
    found = newest_published(desk, event.id)
    return {language: found[language] for language in event.summary_languages if language in found}


def read(desk: Desk, who: Reader, now: datetime) -> Summary | None:
    """The summary for a reader, which counts as opened from now on; None when it was withdrawn."""
    summary = published(desk, who.record.event).get(who.language)
    if summary:
        erased_at = who.record.event.erased_at if who.recipient.startswith("r-") else None
        desk.summaries.mark_opened(summary, who.recipient, now, erased_at)
    return summary


def download(desk: Desk, downloads: Downloads, who: Reader, wanted: str) -> str:
    """The address of the summary in a format, which works for VALID. Raises NotFound or SummaryNotFound."""
    if wanted not in set(Format):
        raise NotFound(f"choose one of: {', '.join(Format)}")
    summary = published(desk, who.record.event).get(who.language)
    if summary is None:
        raise SummaryNotFound("the summary was withdrawn")
    return downloads.address(summary.key_in(Format(wanted)), VALID)


def public_summaries(desk: Desk, event_id: str) -> tuple[EventRecord, list[Summary]]:
    """The published summaries of an event that shows them to everybody. Raises NotFound if it does not."""
    record = shown(desk, event_id)
    if not record.event.public_summaries:
        raise NotFound("the event has no public summaries")
    return record, list(published(desk, record.event).values())


def summaries_of_stops(
    desk: Desk, tour: TourRecord, language: Language
) -> list[tuple[EventRecord, Summary | None]]:
    """The stops that show their summaries to everybody, by date, each with its newest published one.

    In the language if there is one in it, else in the first that there is. Raises NotFound when no stop
    shows any.
    """
    records = shown_stops(desk, tour)
    shown = [record for record in records if record.event.public_summaries]
    if not shown:
        raise NotFound("the tour has no public summaries")
    shown.sort(key=lambda record: record.event.starts_at)
    return [(record, _in(published(desk, record.event), language)) for record in shown]


def _in(summaries: dict[Language, Summary], language: Language) -> Summary | None:
    return summaries.get(language) or next(iter(summaries.values()), None)


def distribution(desk: Desk, event: Event) -> list[dict[str, Any]]:
    """Which recipient got which version when, what became of the mail, and when its page was opened."""
    people = {each.mailbox: each for each in desk.registrations.of_event(event.id)}
    bodies = {f"b-{each.id}": each for each in event.recipients}
    opened = desk.summaries.opened(event.id)
    return [
        {
            "mail_id": mail.id,
            "recipient": mail.recipient,
            **_about(event, people.get(mail.recipient) or bodies.get(mail.recipient)),
            "version": mail.version,
            "created_at": mail.created_at.isoformat(),
            "state": mail.state.value,
            "stuck": mail.stuck,
            "opened_at": _iso(opened.get((mail.recipient, mail.version))),
        }
        for mail in desk.mails.of_event(event.id)
        if mail.kind is MailKind.SUMMARY
    ]


def _about(event: Event, who: Registration | Recipient | None) -> dict[str, Any]:
    """Name, address and language of a recipient; all None once the recipient is gone."""
    if isinstance(who, Registration):
        told = who.participant
        return {"name": told.name, "address": told.email, "language": language_for(event, told.language)}
    if isinstance(who, Recipient):
        language = language_for(event, who.language)
        name = in_language(who.name, language, event.language)
        return {"name": name, "address": who.address, "language": language}
    return {"name": None, "address": None, "language": None}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
