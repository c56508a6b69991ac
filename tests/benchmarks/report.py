"""The tables of the benchmarks, as Markdown: what is printed is what BENCHMARKS.md holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """A heading, what is to be known, and a table, or lines of a program in place of it; and its parts."""

    title: str
    about: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    lines: str = ""
    parts: Sequence[Section] = ()

    def __str__(self) -> str:
        parts = [f"## {self.title}", self.about]
        if self.rows:
            aligned = ["---", *["--:"] * (len(self.heads) - 1)]
            parts.append("\n".join(_row(each) for each in (self.heads, aligned, *self.rows)))
        if self.lines:
            parts.append(f"```text\n{self.lines.rstrip()}\n```")
        return "\n\n".join([*parts, *(f"#{each}" for each in self.parts)])


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def ms(seconds: float) -> str:
    """Seconds in milliseconds."""
    return f"{seconds * 1000:,.1f}" if seconds < 0.1 else f"{seconds * 1000:,.0f}"


def ratio(ours: float, theirs: float, goal: float | None = None) -> str:
    """How ours compares, and whether that is the goal."""
    told = f"{ours / theirs:.2f}"
    if goal is None:
        return told
    return f"{told} ({'goal' if ours / theirs <= goal else 'goal not reached:'} ≤ {goal})"
