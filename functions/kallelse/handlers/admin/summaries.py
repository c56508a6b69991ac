"""Summaries of the discussions: handing versions in, moving them to their readers, comparing them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from ... import reviewing
from ...models import Language, Model, Role, Source, Summary, SummaryState
from ...summarising import hand_in
from .routing import JSON, Call, Media, parsed, route
from .targets import SUMMARY
from .wiring import MAX_BODY, object_in, translator, wiring

ALL = "/admin/events/<event_id>/summaries"
ONE = f"{ALL}/<language>/<version>"


class SummaryHandedIn(Model):
    """The body of a summary's request."""

    language: Language
    markdown: str
    source: Source | None = None


class WantedTranslations(Model):
    """The body of a request for translations."""

    to: Annotated[tuple[Language, ...], Field(min_length=1, max_length=10)]


class SummaryMove(Model):
    """The body of a request to move a summary."""

    to: SummaryState


class InLanguage(Model):
    """The language of a file, or of what is read."""

    language: str | None = None


class _Against(Model):
    """The version to compare with; None is the one before."""

    against: int | None = Field(None, ge=1, le=9999)


@route(
    "POST", ALL,
    needs=Role.ORGANISER, status=HTTPStatus.CREATED, media=Media((JSON, "text/markdown"), MAX_BODY),
)  # fmt: skip
def post_summary(event_id: str, query: InLanguage, body: str, call: Call) -> dict[str, Any]:
    """Hand in a version, a draft: ``{"language": "sv", "markdown": "..."}``, or a file with ``?language=sv``.

    A file has the type text/markdown, and both are UTF-8. ``"source": {"language": "sv", "version": 2}``
    tells that a person has translated it from there.
    """
    settings, desk, documents = wiring()
    in_json = call.request.headers["content-type"].startswith(JSON)
    fields = object_in(body) if in_json else {"language": query.language, "markdown": body}
    draft: SummaryHandedIn = parsed(SummaryHandedIn, fields)
    record = desk.events.get(event_id)
    if draft.source:
        reviewing.find(desk, event_id, draft.source.language, draft.source.version)
    summary = hand_in(
        desk,
        documents,
        record,
        draft.language,
        draft.markdown,
        call.caller.name,
        settings.clock(),
        draft.source,
    )
    call.about |= {"language": summary.language, "version": str(summary.version)}
    return _told(summary)


def _told(summary: Summary) -> dict[str, Any]:
    return summary.model_dump(mode="json")


@route("GET", ALL, needs=Role.VIEWER)
def list_summaries(event_id: str) -> dict[str, Any]:
    """All versions without their texts, by language, the oldest first, and how each was moved."""
    desk = wiring()[1]
    desk.events.get(event_id)
    found = desk.summaries.of_event(event_id)
    return {"summaries": [_told(each) | {"stale": each.is_stale(found)} for each in found]}


@route("GET", ONE, needs=Role.VIEWER, target=SUMMARY)
def get_summary(event_id: str, language: str, version: int, call: Call) -> dict[str, Any]:
    """A version with its Markdown."""
    return _told(call.seen) | {"markdown": _text(call.seen)}


@route("POST", f"{ONE}/state", needs=Role.ORGANISER, target=SUMMARY)
def move_summary(event_id: str, language: str, version: int, body: SummaryMove, call: Call) -> dict[str, Any]:
    """Move a version: ``{"to": "in-review"}``, ``"approved"``, ``"withdrawn"`` or back to ``"draft"``."""
    settings, desk, _ = wiring()
    return _told(reviewing.move(desk, call.seen, body.to, call.caller.name, settings.clock()))


@route("GET", f"{ONE}/diff", needs=Role.VIEWER)
def get_difference(event_id: str, language: str, version: int, query: _Against) -> dict[str, Any]:
    """What a version changed; with ``?against=N`` since version N, else since the one before."""
    summary = _found(event_id, language, version)
    former = _found(event_id, language, query.against or version - 1)
    lines = reviewing.difference(_text(former), _text(summary))
    return {"from": former.version, "to": summary.version, "lines": lines}


@route("POST", f"{ONE}/translations", needs=Role.ORGANISER, status=HTTPStatus.CREATED)
def post_translations(event_id: str, language: str, version: int, body: WantedTranslations) -> dict[str, Any]:
    """Draft translations of an approved version by machine: ``{"to": ["en", "fi"]}``."""
    from ... import translating

    settings, desk, documents = wiring()
    source, record = _found(event_id, language, version), desk.events.get(event_id)
    drafts = translating.translate(
        desk, documents, translator(), settings.templates, record, source, body.to, settings.clock()
    )
    return {"summaries": [_told(each) for each in drafts]}


@route("GET", f"{ONE}/compare", needs=Role.VIEWER)
def compare_with_source(event_id: str, language: str, version: int) -> dict[str, Any]:
    """A translation beside its source, paragraph by paragraph."""
    from ... import translating

    _, desk, documents = wiring()
    translation = _found(event_id, language, version)
    paragraphs = translating.compare(desk, documents, translation)
    stale = translation.is_stale(desk.summaries.of_event(event_id))
    return _told(translation) | {"stale": stale, "paragraphs": paragraphs}


@route("GET", "/admin/events/<event_id>/distribution", needs=Role.VIEWER)
def get_distribution(event_id: str) -> dict[str, Any]:
    """Who got which version, what became of the mail, and roughly when the page was opened."""
    from ... import distributing

    desk = wiring()[1]
    return {"distribution": distributing.distribution(desk, desk.events.get(event_id).event)}


def _found(event_id: str, language: str, version: int) -> Summary:
    return reviewing.find(wiring()[1], event_id, language, version)


def _text(summary: Summary) -> str:
    return wiring()[2].get(summary.source_key)
