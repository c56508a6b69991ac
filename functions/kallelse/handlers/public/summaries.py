"""The pages on which summaries are read: by the link of a mail, or by everybody where an event says so."""

from __future__ import annotations

from http import HTTPStatus

from ... import distributing
from ...gateway import Response, Router
from ...http import see_other
from ...models import Format
from .wiring import documents, event_page, known, language_of, wiring

router = Router()


@router.get("/summaries/<token>")
def show_summary(token: str) -> Response[str]:
    """The newest summary in the reader's language. Keeps only when it was opened first."""
    desk = wiring().desk
    who = distributing.reader(desk, token)
    summary = distributing.read(desk, who, wiring().now())
    return event_page(
        "summary",
        language_of(who.language, who.record.event.language),
        who.record,
        HTTPStatus.OK if summary else HTTPStatus.GONE,
        summary=summary,
        markdown=documents().get(summary.source_key) if summary else None,
        files=[(each.value, f"/summaries/{token}/{each}") for each in Format],
    )


@router.get("/summaries/<token>/<wanted>")
def download_summary(token: str, wanted: str) -> Response[str]:
    """Lead to a file of the summary: html, pdf or markdown."""
    desk = wiring().desk
    return see_other(distributing.download(desk, documents(), distributing.reader(desk, token), wanted))


@router.get("/events/<event_id>/<language>/summaries")
def show_public_summaries(event_id: str, language: str) -> Response[str]:
    """The published summaries of an event, for everybody."""
    language = known(language)
    record, summaries = distributing.public_summaries(wiring().desk, event_id)
    return event_page(
        "summaries",
        language,
        record,
        summaries=[(each, documents().get(each.source_key)) for each in summaries],
    )
