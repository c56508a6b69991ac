"""Summaries of an event's discussions."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, Field

from .text import Language, Model, Slug


class SummaryState(StrEnum):
    """Where a summary stands."""

    HANDED_IN = "handed-in"
    PUBLISHED = "published"


class Summary(Model):
    """A version of the summary of an event's discussions in one language.

    ``source_key`` and ``document_key``: where its text and its documents are stored.
    ``checksum``: SHA-256 of the text in hexadecimal. ``documents``: that of each document once it is
    published, by its form (md, html, pdf).
    """

    event_id: Slug
    language: Language
    version: int
    state: SummaryState = SummaryState.HANDED_IN
    author: str
    handed_in_at: AwareDatetime
    checksum: str
    documents: dict[str, str] = Field(default_factory=dict)

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
