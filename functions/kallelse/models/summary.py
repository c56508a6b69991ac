"""Summaries of an event's discussions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from .event import Format
from .privacy import Personal
from .text import Language, Model, Slug


class SummaryState(StrEnum):
    """Where a version of a summary stands. See the table of moves in :mod:`kallelse.reviewing`."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


FOR_READERS = frozenset({SummaryState.APPROVED, SummaryState.PUBLISHED})
"""The states in which a summary may reach its readers."""


class Move(Model):
    """A change of state: by whom, when, and to which."""

    by: Annotated[str, Personal("to answer for what was published")]
    at: Annotated[AwareDatetime, Personal("to answer for what was published")]
    to: SummaryState


class Source(Model):
    """The version of a summary that another one is the translation of."""

    language: Language
    version: int

    @classmethod
    def of(cls, summary: Summary) -> Source:
        """This version as a source."""
        return cls(language=summary.language, version=summary.version)


class Summary(Model):
    """A version of the summary of an event's discussions in one language. Its text never changes.

    ``author`` and ``handed_in_at``: who handed it in, and when. ``history``: its moves, the last one last.
    ``corrects``: when the version was approved that this one corrects; None when it corrects none.
    ``source``: what it is a translation of, if it is one; ``machine``: whether a machine translated it.
    ``source_key`` and ``document_key``: where its text and its documents are stored.
    ``checksum``: SHA-256 of the text in hexadecimal. ``documents``: that of each document once it is
    published, by its form (md, html, pdf).
    """

    event_id: Slug
    language: Language
    version: int
    state: SummaryState = SummaryState.DRAFT
    author: Annotated[str, Personal("to answer for what was published")]
    handed_in_at: Annotated[AwareDatetime, Personal("to answer for what was published")]
    history: tuple[Move, ...] = ()
    corrects: AwareDatetime | None = None
    source: Source | None = None
    machine: bool = False
    checksum: str
    documents: dict[str, str] = Field(default_factory=dict)

    def moved(self, to: SummaryState, by: str, at: datetime) -> Summary:
        """The summary after a move."""
        return self.model_copy(update={"state": to, "history": (*self.history, Move(by=by, at=at, to=to))})

    def since(self, state: SummaryState) -> datetime | None:
        """When it came to the state last; None when it never did."""
        return next((move.at for move in reversed(self.history) if move.to is state), None)

    def is_stale(self, others: Iterable[Summary]) -> bool:
        """Whether it translates a version that is not the one for readers any more.

        That is when a newer version in the language of its source was approved, or the source withdrawn.
        """
        source = self.source
        return source is not None and any(
            other.state in FOR_READERS
            if other.version > source.version
            else other.version == source.version and other.state is SummaryState.WITHDRAWN
            for other in others
            if other.language == source.language
        )

    @property
    def source_key(self) -> str:
        """The object that keeps the Markdown.

        The checksum tells it from another text that was stored for this version and never recorded.
        """
        name = f"{self.language}-{self.checksum[:16]}"
        return f"events/{self.event_id}/summaries/v{self.version:04}/{name}.md"

    def document_key(self, form: str) -> str:
        """The object that keeps the document in a form: md, html or pdf."""
        return f"events/{self.event_id}/summaries/v{self.version:04}/{self.language}.{form}"

    def key_in(self, wanted: Format) -> str:
        """The object that keeps it in a format."""
        return self.document_key("md" if wanted is Format.MARKDOWN else wanted)
