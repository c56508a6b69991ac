"""Prints the tables: ``python -m tests.benchmarks.simulation``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .model import (
    EASED,
    ONE_PARTITION,
    SPLIT,
    Layout,
    Outcome,
    Path,
    claim_paths,
    simulate,
    transaction_paths,
)

BLOCKS = (1, 10, 400, 1_600)
SECONDS = {50: 200, 1_000: 40, 10_000: 20}
"""Arrivals per second, and how many seconds to simulate of them."""

HEAD = """
### {}

| Seats kept in | Arrivals/s | Accepted/s | Attempts per write | p99 (ms) | Turned away |
|---|--:|--:|--:|--:|--:|
"""


def rows(layout: Layout) -> Iterator[str]:
    """The lines of the table of one layout."""
    for name, paths in _designs(layout):
        for rate, seconds in SECONDS.items():
            yield _row(name, rate, simulate(paths, rate, seconds))


def _designs(layout: Layout) -> Iterator[tuple[str, list[Path]]]:
    for blocks in BLOCKS:
        yield f"{blocks:,} block{'s' if blocks > 1 else ''}", claim_paths(blocks, layout)
    yield "one counter, in transactions", transaction_paths(layout)


def _row(name: str, rate: int, outcome: Outcome) -> str:
    figures = f"{outcome.accepted:,.0f} | {outcome.attempts:.2f} | {1_000 * outcome.p99:,.0f}"
    return f"| {name} | {rate:,} | {figures} | {outcome.refused:.0%} |\n"


if __name__ == "__main__":
    for each in (ONE_PARTITION, SPLIT, EASED):
        sys.stdout.write(HEAD.format(each.name))
        sys.stdout.writelines(rows(each))
