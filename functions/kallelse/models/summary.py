"""Summaries of an event's discussions."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime

from .text import Language, Model, Slug


class SummaryState(StrEnum):
    """Where a summary stands."""

    HANDED_IN = "handed-in"
    PUBLISHED = "published"


class Summary(Model):
    """A version of the summary of an event's discussions in one language.

    ``source_key`` and ``document_key``: where its Markdown and its HTML are stored.
    ``checksum``: SHA-256 of the Markdown in hexadecimal.
    """

    event_id: Slug
    language: Language
    version: int
    state: SummaryState = SummaryState.HANDED_IN
    author: str
    handed_in_at: AwareDatetime
    checksum: str

    @property
    def source_key(self) -> str:
        """The object that keeps the Markdown.

        The checksum tells it from another text that was stored for this version and never recorded.
        """
        name = f"{self.language}-{self.checksum[:16]}"
        return f"events/{self.event_id}/summaries/v{self.version:04}/{name}.md"

    @property
    def document_key(self) -> str:
        """The object that keeps the HTML document."""
        return f"events/{self.event_id}/summaries/v{self.version:04}/{self.language}.html"
