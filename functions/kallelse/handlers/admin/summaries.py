"""Summaries of the discussions: handing versions in, moving them to their readers, comparing them."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field, ValidationError

from ... import reviewing
from ...editing import problems
from ...errors import FieldError, InvalidInput, NotFound
from ...http import answer, body_of
from ...models import Language, Model, Source, Summary, SummaryState
from ...summarising import hand_in
from .wiring import MAX_BODY, fields_in, object_in, organiser, translator, wiring

router = Router()  # type: ignore[no-untyped-call]


class _HandedIn(Model):
    """The body of a summary's request."""

    language: Language
    markdown: str
    source: Source | None = None


class _Wanted(Model):
    """The body of a request for translations."""

    to: Annotated[tuple[Language, ...], Field(min_length=1, max_length=10)]


@router.post("/admin/events/<event_id>/summaries")
def post_summary(event_id: str) -> Response[str]:
    """Hand in a version, a draft: ``{"language": "sv", "markdown": "..."}``, or a file with ``?language=sv``.

    A file has the type text/markdown, and both are UTF-8. ``"source": {"language": "sv", "version": 2}``
    tells that a person has translated it from there.
    """
    settings, desk, documents = wiring()
    draft = _draft_in(router.current_event)
    record = desk.events.get(event_id)
    if draft.source:
        reviewing.find(desk, event_id, draft.source.language, draft.source.version)
    summary = hand_in(
        desk,
        documents,
        record,
        draft.language,
        draft.markdown,
        organiser(router.current_event),
        settings.clock(),
        draft.source,
    )
    return answer(_told(summary), HTTPStatus.CREATED)


def _draft_in(request: Any) -> _HandedIn:
    body = body_of(request, ("application/json", "text/markdown"), MAX_BODY)
    if request.headers["content-type"].startswith("application/json"):
        fields = object_in(body)
    else:
        fields = {"language": request.query_string_parameters.get("language"), "markdown": body}
    try:
        return _HandedIn.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(*problems(error)) from error


def _told(summary: Summary) -> dict[str, Any]:
    return summary.model_dump(mode="json")


@router.get("/admin/events/<event_id>/summaries")
def list_summaries(event_id: str) -> Response[str]:
    """All versions without their texts, by language, the oldest first, and how each was moved."""
    desk = wiring()[1]
    desk.events.get(event_id)
    found = desk.summaries.of_event(event_id)
    return answer({"summaries": [_told(each) | {"stale": each.is_stale(found)} for each in found]})


@router.get("/admin/events/<event_id>/summaries/<language>/<version>")
def get_summary(event_id: str, language: str, version: str) -> Response[str]:
    """A version with its Markdown."""
    summary = _found(event_id, language, version)
    return answer(_told(summary) | {"markdown": _text(summary)})


@router.post("/admin/events/<event_id>/summaries/<language>/<version>/state")
def move_summary(event_id: str, language: str, version: str) -> Response[str]:
    """Move a version: ``{"to": "in-review"}``, ``"approved"``, ``"withdrawn"`` or back to ``"draft"``."""
    settings, desk, _ = wiring()
    content = fields_in(body_of(router.current_event, ("application/json",), MAX_BODY), {"to"})
    if content["to"] not in set(SummaryState):
        raise InvalidInput(FieldError("to", "not-a-choice", f"choose one of: {', '.join(SummaryState)}"))
    summary, to = _found(event_id, language, version), SummaryState(content["to"])
    return answer(_told(reviewing.move(desk, summary, to, organiser(router.current_event), settings.clock())))


@router.get("/admin/events/<event_id>/summaries/<language>/<version>/diff")
def get_difference(event_id: str, language: str, version: str) -> Response[str]:
    """What a version changed; with ``?against=N`` since version N, else since the one before."""
    summary = _found(event_id, language, version)
    against = router.current_event.query_string_parameters.get("against") or str(summary.version - 1)
    former = _found(event_id, language, against)
    lines = reviewing.difference(_text(former), _text(summary))
    return answer({"from": former.version, "to": summary.version, "lines": lines})


@router.post("/admin/events/<event_id>/summaries/<language>/<version>/translations")
def post_translations(event_id: str, language: str, version: str) -> Response[str]:
    """Draft translations of an approved version by machine: ``{"to": ["en", "fi"]}``."""
    from ... import translating

    settings, desk, documents = wiring()
    try:
        wanted = _Wanted.model_validate(
            object_in(body_of(router.current_event, ("application/json",), MAX_BODY))
        )
    except ValidationError as error:
        raise InvalidInput(*problems(error)) from error
    source, record = _found(event_id, language, version), desk.events.get(event_id)
    drafts = translating.translate(
        desk, documents, translator(), settings.templates, record, source, wanted.to, settings.clock()
    )
    return answer({"summaries": [_told(each) for each in drafts]}, HTTPStatus.CREATED)


@router.get("/admin/events/<event_id>/summaries/<language>/<version>/compare")
def compare_with_source(event_id: str, language: str, version: str) -> Response[str]:
    """A translation beside its source, paragraph by paragraph."""
    from ... import translating

    _, desk, documents = wiring()
    translation = _found(event_id, language, version)
    paragraphs = translating.compare(desk, documents, translation)
    stale = translation.is_stale(desk.summaries.of_event(event_id))
    return answer(_told(translation) | {"stale": stale, "paragraphs": paragraphs})


@router.get("/admin/events/<event_id>/distribution")
def get_distribution(event_id: str) -> Response[str]:
    """Who got which version, what became of the mail, and roughly when the page was opened."""
    from ... import distributing

    desk = wiring()[1]
    event = desk.events.get(event_id).event
    return answer({"distribution": distributing.distribution(desk, event)})


def _found(event_id: str, language: str, version: str) -> Summary:
    if not re.fullmatch("[1-9][0-9]{0,3}", version):
        raise NotFound("versions are numbers from 1")
    return reviewing.find(wiring()[1], event_id, language, int(version))


def _text(summary: Summary) -> str:
    return wiring()[2].get(summary.source_key)
