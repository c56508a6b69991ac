"""Pages of a list that is at hand as a whole: some of it, and where the next page begins.

A page begins after the place of the last one shown. So whatever comes or goes between two pages neither
hides nor doubles anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

T = TypeVar("T")
P = TypeVar("P", str, tuple[str, str])


def page(
    items: Iterable[T], place: Callable[[T], P], after: P | None, limit: int, *, backwards: bool = False
) -> tuple[list[T], P | None]:
    """A page of the items in the order of their places, which all differ; and its last place if more follow.

    ``after``: the place that the page before ended with.
    """

    def follows(item: T) -> bool:
        return after is None or (place(item) < after if backwards else place(item) > after)

    rest = sorted(filter(follows, items), key=place, reverse=backwards)
    shown = rest[:limit]
    return shown, place(shown[-1]) if len(rest) > len(shown) else None


def place_by_time(at: datetime, unique: str) -> str:
    """The place of something in the order of time; ``unique`` tells apart what is of one moment."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}_{unique}"
