"""Notes that facilitators take of the discussion in their group."""

from __future__ import annotations

from pydantic import AwareDatetime

from .text import Model, Slug


class Note(Model):
    """A version of the notes of one group, in Markdown. It is never changed; a new one comes after it."""

    event_id: Slug
    group: Slug
    version: int
    author: str
    handed_in_at: AwareDatetime
    markdown: str
