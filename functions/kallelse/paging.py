"""Pages of a list that is at hand as a whole: some of it, and where the next page begins.

A cursor is the place of the last one shown, so whatever comes or goes between two pages neither hides
nor doubles anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from .models import Paged

T = TypeVar("T")


def page(
    items: Iterable[T], place: Callable[[T], str], wanted: Paged, *, backwards: bool = False
) -> tuple[list[T], str | None]:
    """A page of the items in the order of their places, which all differ; and the cursor of the next one."""

    def follows(item: T) -> bool:
        if wanted.cursor is None:
            return True
        return place(item) < wanted.cursor if backwards else place(item) > wanted.cursor

    rest = sorted(filter(follows, items), key=place, reverse=backwards)
    shown = rest[: wanted.limit]
    return shown, place(shown[-1]) if len(rest) > len(shown) else None
