"""Summaries of an event's discussions: handed in, and published once they are approved.

Every recipient gets one language: their own if the event promises a summary in it, else the
event's. A new version is distributed anew; the same text handed in again is no new version, unless the
newest one was withdrawn. How a version gets approved is told in :mod:`kallelse.reviewing`.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from . import notifying, tracing
from .drafting import check_published
from .errors import AlreadyChanged, FieldError, InvalidInput
from .models import (
    Event,
    EventRecord,
    Language,
    Mail,
    MailKind,
    Registration,
    RegistrationState,
    Source,
    Summary,
    SummaryState,
)
from .ports import Desk, Documents
from .seating import organisations_of

if TYPE_CHECKING:
    # The admin function hands summaries in and must not pay for what writes them.
    from .rendering import Renderer

MAX_MARKDOWN = 200_000
"""The longest summary, in characters: with its HTML it stays far below the mail limit of SES, 40 MB."""

PUBLISHER = "publisher"
"""Who moves an approved summary, in its history."""


def language_for(event: Event, wished: Language) -> Language:
    """The language in which one who wished for ``wished`` gets the summary."""
    for language in (wished, event.language):
        if language in event.summary_languages:
            return language
    return event.summary_languages[0]


def hand_in(
    desk: Desk,
    documents: Documents,
    record: EventRecord,
    language: Language,
    markdown: str,
    author: str,
    now: datetime,
    source: Source | None = None,
) -> Summary:
    """Store a summary's Markdown as a new version, a draft.

    Raises NotPublished, InvalidInput or AlreadyChanged.
    ``source``: what a person translated it from, if that is so.
    """
    check_published(record)
    markdown = tidy(markdown)
    check_language(record.event, language)
    _check(markdown)
    return add(desk, documents, record.event.id, language, markdown, author, now, source=source)


def add(
    desk: Desk,
    documents: Documents,
    event_id: str,
    language: Language,
    markdown: str,
    author: str,
    now: datetime,
    *,
    source: Source | None,
    machine: bool = False,
) -> Summary:
    """The draft of a text, which is the newest version if that is the same. Raises AlreadyChanged."""
    latest = desk.summaries.latest(event_id, language)
    checksum = sha256(markdown.encode()).hexdigest()
    if latest and latest.state is not SummaryState.WITHDRAWN:
        same_source = source is None or source == latest.source
        if latest.checksum == checksum and same_source:
            return latest
    summary = Summary(
        event_id=event_id,
        language=language,
        version=latest.version + 1 if latest else 1,
        author=author,
        handed_in_at=now,
        source=source,
        machine=machine,
        checksum=checksum,
    )
    # The text comes before the record, so that there is no record without its text.
    documents.put(summary.source_key, markdown, "text/markdown", language)
    if not desk.summaries.put(summary):
        raise AlreadyChanged("another summary was handed in at the same moment; try again")
    return summary


def newest_published(desk: Desk, event_id: str) -> dict[Language, Summary]:
    """The newest version that is published in each language: one query."""
    versions = desk.summaries.of_event(event_id)
    return {each.language: each for each in versions if each.state is SummaryState.PUBLISHED}


def tidy(markdown: str) -> str:
    """The text as it is stored: with the line ends of Unix, and without the mark that some editors set."""
    return markdown.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def check_language(event: Event, language: Language) -> None:
    """Raises InvalidInput when the event promises no summary in the language."""
    if language not in event.summary_languages:
        promised = ", ".join(event.summary_languages)
        raise InvalidInput(FieldError("language", "not-a-choice", f"choose one of: {promised}"))


def _check(markdown: str) -> None:
    if not markdown.strip():
        raise InvalidInput(FieldError("markdown", "missing", "write the summary as Markdown"))
    if len(markdown) > MAX_MARKDOWN:
        raise InvalidInput(FieldError("markdown", "too-long", f"keep to {MAX_MARKDOWN} characters"))
    if any(ord(character) < ord(" ") and character not in "\n\t" for character in markdown):
        raise InvalidInput(FieldError("markdown", "unprintable", "remove the control characters"))


def publish(
    desk: Desk, documents: Documents, renderer: Renderer, summary: Summary, now: datetime
) -> list[Mail]:
    """Store the documents, and create the mail of every recipient in its language and all deliveries.

    Interrupted and started again, it ends the same: nobody is left out or written to twice.
    A translation of what has changed since goes back to its review instead. Of an event whose personal data
    are erased the documents tell the figures that were kept, and mails go to named bodies alone.
    """
    # Whoever only hands summaries in, or sends them, must not pay for what writes documents.
    from . import documenting

    if summary.source and summary.is_stale(desk.summaries.of_event(summary.event_id)):
        desk.summaries.replace(summary, summary.moved(SummaryState.IN_REVIEW, PUBLISHER, now))
        return []
    record = desk.events.get(summary.event_id)
    kept = desk.figures.get(summary.event_id)
    if now >= record.event.erased_at and kept is None:
        return []  # within minutes the sweep keeps how many took part, which nobody else can tell any more
    confirmed = [
        registration
        for registration in desk.registrations.of_event(summary.event_id)
        if registration.state is RegistrationState.CONFIRMED
    ]
    text = documents.get(summary.source_key)
    themes = record.event.dialogue.themes if record.event.dialogue else ()
    taking_part = documenting.TakingPart(len(confirmed), len(organisations_of(confirmed)))
    if kept:
        counted = kept.registrations.get(RegistrationState.CONFIRMED, 0)
        taking_part = documenting.TakingPart(counted, kept.organisations)
    stored = documenting.store(documents, renderer, record, summary, text, taking_part, themes)
    created = [
        mail
        for recipient in _recipients(record.event, summary.language, confirmed)
        if desk.mails.create(mail := _mail(record.event, summary, recipient, now))
    ]
    notifying.notify_of_summary(desk, record, summary, now)
    published = summary.model_copy(update={"documents": stored}).moved(SummaryState.PUBLISHED, PUBLISHER, now)
    # False when it was withdrawn meanwhile: then its mails have lost their sense.
    desk.summaries.replace(summary, published)
    return created


def _mail(event: Event, summary: Summary, recipient: str, now: datetime) -> Mail:
    return Mail(
        event_id=summary.event_id,
        kind=MailKind.SUMMARY,
        recipient=recipient,
        version=summary.version,
        due_at=now,
        created_at=now,
        erased_at=event.erased_at if recipient.startswith("r-") else None,
        request_id=tracing.request_id(),
    )


def _recipients(event: Event, language: Language, confirmed: list[Registration]) -> list[str]:
    participants = [
        registration.mailbox
        for registration in confirmed
        if language_for(event, registration.participant.language) == language
    ]
    bodies = [f"b-{body.id}" for body in event.recipients if language_for(event, body.language) == language]
    return participants + bodies
