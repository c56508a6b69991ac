"""Summaries on their way to their readers, as organisers hand them in and move them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from tests.conftest import ROOT
from tests.visiting import NOW

from kallelse import reviewing, summarising
from kallelse.models import Language, Mail, Summary, SummaryState
from kallelse.ports import Desk, Documents
from kallelse.rendering import Renderer

TO_APPROVAL = (SummaryState.IN_REVIEW, SummaryState.APPROVED)


class Bucket:
    """Documents in memory, which nothing overwrites."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, key: str, content: str | bytes, media_type: str, language: Language) -> str:
        body = content.encode() if isinstance(content, str) else content
        return sha256(self.kept.setdefault(key, body)).hexdigest()

    def get(self, key: str) -> str:
        return self.kept[key].decode()


def a_draft(
    desk: Desk, bucket: Documents, text: str, language: Language = "sv", event: str = "seminarium"
) -> Summary:
    """A version that was handed in."""
    record = desk.events.get(event)
    return summarising.hand_in(desk, bucket, record, language, text, "writer", NOW)


def moved(desk: Desk, summary: Summary, *to: SummaryState, at: datetime = NOW) -> Summary:
    """The version after an organiser moved it, once or more."""
    for each in to:
        summary = reviewing.move(desk, summary, each, "approver", at)
    return summary


def approved(
    desk: Desk,
    bucket: Documents,
    text: str,
    language: Language = "sv",
    at: datetime = NOW,
    event: str = "seminarium",
) -> Summary:
    """A version that was handed in and approved."""
    return moved(desk, a_draft(desk, bucket, text, language, event), *TO_APPROVAL, at=at)


def publish(desk: Desk, bucket: Documents, at: datetime = NOW) -> list[Mail]:
    """What the publisher does each minute; gives the new mails."""
    renderer = Renderer(ROOT / "templates")
    found: Iterable[Summary] = desk.agenda.to_publish().summaries
    return [mail for each in found for mail in summarising.publish(desk, bucket, renderer, each, at)]
