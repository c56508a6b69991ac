"""The documents that a summary is published as: Markdown, HTML and PDF, from one template.

No participant is named in them, only how many there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from . import markup, typesetting
from .models import Event, EventRecord, Summary, Text, in_language
from .ports import Documents
from .rendering import Renderer, period

MEDIA_TYPES = {"md": "text/markdown", "html": "text/html", "pdf": "application/pdf"}


class TakingPart(NamedTuple):
    """How many had a seat, and of how many organisations."""

    participants: int
    organisations: int


def store(
    documents: Documents,
    renderer: Renderer,
    record: EventRecord,
    summary: Summary,
    text: str,
    taking_part: TakingPart,
    themes: Sequence[Text] = (),
) -> dict[str, str]:
    """Store the summary's ``text`` in all forms; gives the SHA-256 of each, by the form.

    ``themes``: what the groups discussed. What is stored already stays: HTML and PDF are made from the
    Markdown that is stored, so that the three say the same even if the first attempt broke off.
    """
    digests = {}

    def put(form: str, content: str | bytes) -> None:
        key = summary.document_key(form)
        digests[form] = documents.put(key, content, MEDIA_TYPES[form], summary.language)

    put("md", as_markdown(renderer, record.event, summary, text, taking_part, themes))
    markdown = documents.get(summary.document_key("md"))
    put("html", as_html(renderer, record.event, summary, markdown))
    put("pdf", as_pdf(renderer, record.event, summary, markdown))
    return digests


def as_markdown(
    renderer: Renderer,
    event: Event,
    summary: Summary,
    text: str,
    taking_part: TakingPart,
    themes: Sequence[Text] = (),
) -> str:
    """The document as Markdown: the source of the other forms."""
    return renderer.render(
        "document/summary.md",
        summary.language,
        event=event,
        text=markup.fitted(text, 3),
        participants=taking_part.participants,
        organisations=taking_part.organisations,
        themes=themes,
        corrects=summary.corrects,
        version=summary.version,
        handed_in=summary.handed_in_at.astimezone(ZoneInfo(event.timezone)).date(),
    )


def as_html(renderer: Renderer, event: Event, summary: Summary, markdown: str) -> str:
    """The document as a page that needs nothing from elsewhere."""
    content, about = markup.html(markdown), _about(renderer, event, summary)
    return renderer.render("document/page.html", summary.language, content=content, **about)


def as_pdf(renderer: Renderer, event: Event, summary: Summary, markdown: str) -> bytes:
    """The document as PDF."""
    template, about = renderer.templates / "document/page.typ", _about(renderer, event, summary)
    return typesetting.pdf(template, markdown, summary.handed_in_at, language=summary.language, **about)


def _about(renderer: Renderer, event: Event, summary: Summary) -> dict[str, Any]:
    language = summary.language
    return {
        "title": renderer.render("document/title.txt", language, event=event),
        "hosts": [in_language(host, language, event.language) for host in event.hosts],
        "period": period(event, language),
    }
