"""Drafts of translations by machine, which a person approves like any draft.

The Markdown is translated text by text, so that its structure stays as it was: the marks of headings,
lists and quotations are kept and the words behind them translated; lines of one paragraph are translated
together, and of a table each cell; code, rules and empty lines stay as they are. Marks inside a text, such
as emphasis and links, go along to the translator, which mostly leaves them alone: who approves looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from .errors import FieldError, InvalidInput, NotFound, Refused
from .models import FOR_READERS, Event, EventRecord, Language, Source, Summary, SummaryState
from .ports import Desk, Documents, Terminology, Translator
from .reviewing import find
from .summarising import add, check_language

MAX_TRANSLATED = 60_000
"""Characters; a longer source would outlast the request that has it translated."""

MARKS = re.compile(r"\s*(?:(?:#{1,6}|[-*+]|\d{1,9}[.)]|>)\s+)*")
"""What stands before the words of a line: its indent, and the marks of headings, lists and quotations."""

FENCE = re.compile(r"\s*(?:```|~~~)")
"""What code begins and ends with."""

WORDLESS = re.compile(r"[\W\d_]*")
"""What needs no translation, such as a rule, a number, or the line below the head of a table."""

HARD_BREAK = ("  ", "\\")
"""What a line ends with that the next one does not go on."""


class Piece(NamedTuple):
    """A part of a Markdown text: what is kept as it is, and the words after it."""

    kept: str
    words: str = ""


def translate(
    desk: Desk,
    documents: Documents,
    translator: Translator,
    templates: Path,
    record: EventRecord,
    source: Summary,
    to: Iterable[Language],
    now: datetime,
) -> list[Summary]:
    """A draft in each of the languages. Raises Refused, InvalidInput, AlreadyChanged or Unavailable.

    One that was drafted already from this source, and is not withdrawn, is given as it is.
    """
    if source.state not in FOR_READERS:
        raise Refused(f"the summary is {source.state}; it is translated once it is approved")
    languages = list(dict.fromkeys(to))
    for language in languages:
        check_language(record.event, language)
        if language == source.language:
            raise InvalidInput(FieldError("to", "not-a-choice", "choose other languages than the source's"))
    text = documents.get(source.source_key)
    if len(text) > MAX_TRANSLATED:
        raise Refused(f"it is longer than {MAX_TRANSLATED} characters; let a person translate it")
    terminology = terminology_of(record.event, templates)

    def drafted(language: Language) -> Summary:
        markdown = translated(text, translator, source.language, language, terminology)
        event_id, origin = source.event_id, Source.of(source)
        return add(
            desk, documents, event_id, language, markdown, translator.name, now, source=origin, machine=True
        )

    return [_known(desk, source, language) or drafted(language) for language in languages]


def _known(desk: Desk, source: Summary, language: Language) -> Summary | None:
    """What was drafted in the language already from this source."""
    latest = desk.summaries.latest(source.event_id, language)
    if latest is None or latest.state is SummaryState.WITHDRAWN:
        return None
    return latest if latest.source == Source.of(source) else None


def terminology_of(event: Event, templates: Path) -> Terminology | None:
    """The terms of the event's tour, if ``templates/terminology`` has them."""
    file = templates / "terminology" / f"{event.tour.id}.csv" if event.tour else None
    if event.tour is None or file is None or not file.is_file():
        return None
    return Terminology(f"kallelse-{event.tour.id}", file.read_bytes())


def translated(
    markdown: str, translator: Translator, source: Language, target: Language, terminology: Terminology | None
) -> str:
    """The Markdown in another language, see above."""
    pieces = [piece for line, is_text in _lines(markdown) for piece in _pieces(line, is_text)]
    words = [piece.words for piece in pieces if piece.words]
    answers = iter(translator.translate(words, source, target, terminology))
    return "".join(piece.kept + (next(answers) if piece.words else "") for piece in pieces)


def _lines(markdown: str) -> Iterator[tuple[str, bool]]:
    """The lines, those of one paragraph put together, and whether each is text and not code."""
    fenced, held = False, list[str]()
    for line in markdown.splitlines():
        fence = bool(FENCE.match(line))
        code = fenced or fence
        if held and not code and _goes_on(held[-1], line):
            held[-1] += f" {line.strip()}"
            continue
        yield from ((each, True) for each in held)
        held = [] if code else [line]
        if code:
            yield line, False
        fenced = fenced != fence
    yield from ((each, True) for each in held)


def _goes_on(line: str, following: str) -> bool:
    """Whether the second line is the same paragraph as the first."""
    marked = any(mark in (MARKS.match(following) or [""])[0] for mark in "#-*+.)>")
    apart = line.lstrip().startswith("#") or line.endswith(HARD_BREAK)
    wordless = WORDLESS.fullmatch(line) or WORDLESS.fullmatch(following)
    return not (marked or apart or wordless or "|" in line or "|" in following)


def _pieces(line: str, is_text: bool) -> Iterator[Piece]:
    if not is_text or WORDLESS.fullmatch(line):
        yield Piece(f"{line}\n")
        return
    marks = (MARKS.match(line) or [""])[0]
    for part in re.split(r"(\|)", line[len(marks) :]):
        words = part.strip()
        before, after = (part[: part.index(words)], part[part.index(words) + len(words) :])
        yield Piece(marks + before, "" if WORDLESS.fullmatch(words) else words)
        yield Piece((words if WORDLESS.fullmatch(words) else "") + after)
        marks = ""
    yield Piece("\n")


def compare(desk: Desk, documents: Documents, translation: Summary) -> list[dict[str, str | None]]:
    """The paragraphs of the source and of its translation side by side. Raises NotFound without a source.

    None stands where one of them has no more paragraphs.
    """
    if translation.source is None:
        raise NotFound("this version is no translation")
    source = find(desk, translation.event_id, translation.source.language, translation.source.version)
    before, after = (_paragraphs(documents.get(each.source_key)) for each in (source, translation))
    return [{"source": one, "translation": other} for one, other in zip_longest(before, after)]


def _paragraphs(markdown: str) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n\s*\n", markdown) if part.strip()]
