"""Which part of a long list is wanted."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from .text import Model

Cursor = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""Where a page begins: ``next`` of the page before."""


class Paged(Model):
    """A page of a list. ``limit``: how many it has at most; ``cursor``: ``next`` of the page before."""

    limit: int = Field(100, ge=1, le=500)
    cursor: Cursor | None = None
