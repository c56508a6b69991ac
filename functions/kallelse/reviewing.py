"""The life of a summary from its draft to its readers: who may move it, and what was changed.

| from      | to                                | by                                                   |
|-----------|-----------------------------------|------------------------------------------------------|
| draft     | in-review, withdrawn              | an organiser                                         |
| in-review | approved, draft, withdrawn        | an organiser, who is recorded                        |
| approved  | published                         | the publisher, at once                               |
| approved  | in-review                         | the publisher, when it is a translation out of date  |
| approved  | withdrawn                         | an organiser; what is not sent yet stays unsent      |
| published | withdrawn                         | an organiser, likewise; no page shows it any more    |
| withdrawn | (stays; hand in a new version)    |                                                      |

Moving a version to where it stands changes nothing, so a request whose answer was lost can be repeated.
A version that comes after one that reached its readers corrects it, and says so. An older version than
one that is approved is not approved any more, nor is a translation of what has changed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from difflib import unified_diff
from itertools import islice

from .errors import AlreadyChanged, Refused, SummaryNotFound
from .models import FOR_READERS, Language, Summary, SummaryState
from .ports import Desk

DRAFT, IN_REVIEW, APPROVED, PUBLISHED, WITHDRAWN = SummaryState

ALLOWED: dict[SummaryState, tuple[SummaryState, ...]] = {
    DRAFT: (IN_REVIEW, WITHDRAWN),
    IN_REVIEW: (APPROVED, DRAFT, WITHDRAWN),
    APPROVED: (WITHDRAWN,),
    PUBLISHED: (WITHDRAWN,),
    WITHDRAWN: (),
}
"""The moves of organisers."""

KINDS = {"@": "place", " ": "kept", "-": "removed", "+": "added"}
"""What the first character of a line of a unified diff means; a place tells where what follows is."""

HEADER = 2
"""How many lines a unified diff has before the first place; they name the files."""


def find(desk: Desk, event_id: str, language: Language, version: int) -> Summary:
    """One version. Raises SummaryNotFound."""
    summary = desk.summaries.get(event_id, language, version)
    if summary is None:
        raise SummaryNotFound(f"there is no version {version} of the summary in {language!r}")
    return summary


def move(desk: Desk, summary: Summary, to: SummaryState, by: str, now: datetime) -> Summary:
    """Move a version as an organiser. Raises Refused, or AlreadyChanged when another was faster."""
    if to is summary.state:
        return summary
    if to not in ALLOWED[summary.state]:
        allowed = ", ".join(ALLOWED[summary.state]) or "nothing else; hand in a new version"
        raise Refused(f"the summary is {summary.state}; it can become: {allowed}")
    moved = summary.moved(to, by, now)
    if to is APPROVED:
        others = desk.summaries.of_event(summary.event_id)
        _check_newest(summary, others)
        moved = moved.model_copy(update={"corrects": corrected(summary, others)})
    if not desk.summaries.replace(summary, moved):
        raise AlreadyChanged("somebody moved the summary at the same moment; look at it again")
    return moved


def corrected(summary: Summary, others: Iterable[Summary]) -> datetime | None:
    """When the newest of the versions before this one that reached its readers was approved, if any."""
    former = [
        other
        for other in others
        if other.language == summary.language
        and other.version < summary.version
        and (other.state in FOR_READERS or other.since(PUBLISHED))
    ]
    return former[-1].since(APPROVED) if former else None


def _check_newest(summary: Summary, others: Iterable[Summary]) -> None:
    if summary.is_stale(others) and summary.source:
        source = f"version {summary.source.version} in {summary.source.language!r}"
        raise Refused(f"it translates {source}, which is out of date; translate the newer version")
    for other in others:
        newer = other.language == summary.language and other.version > summary.version
        if newer and other.state in FOR_READERS:
            raise Refused(f"version {other.version} is {other.state} already, and it is the newer one")


def difference(before: str, after: str) -> list[dict[str, str]]:
    """The lines that differ between two texts, and some around them, as ``diff -u`` has them.

    Each has its ``text`` and its ``kind``, see KINDS.
    """
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="")
    return [
        {"kind": KINDS[line[0]], "text": line if line[0] == "@" else line[1:]}
        for line in islice(lines, HEADER, None)
    ]
