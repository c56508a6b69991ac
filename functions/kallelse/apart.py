"""Doing many things of which none may stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .errors import Unfinished

Task = tuple[str, Callable[[], int]]
"""Some work, by a name without personal data; it gives how much it did."""


def each_apart(tasks: Iterable[Task]) -> int:
    """Do each of the named tasks, whatever becomes of the others; gives the sum of what they give.

    Raises Unfinished, at the end, with the names of those that failed.
    """
    done, failed = 0, []
    for name, task in tasks:
        try:
            done += task()
        except Exception as error:
            # One poisonous record must not stop the others. The text of the error may hold its content.
            failed.append(f"{name} ({type(error).__name__})")
    if failed:
        raise Unfinished(failed)
    return done
