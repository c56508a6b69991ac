"""Notes that facilitators take of the discussion in their group."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime

from .privacy import Personal
from .text import Model, Slug


class Note(Model):
    """A version of the notes of one group, in Markdown. It is never changed; a new one comes after it.

    Notes may tell who said what, so they are erased with the registrations; the summary is what stays.
    """

    event_id: Slug
    group: Slug
    version: int
    author: Annotated[str, Personal("to know whom to ask")]
    handed_in_at: Annotated[AwareDatetime, Personal("to know whom to ask")]
    markdown: Annotated[str, Personal("what the group said; may name people")]
    erased_at: AwareDatetime | None = None
