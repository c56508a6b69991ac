"""Many people for few seats, and a process that serves for long, while the table is in trouble: `make soak`.

Every request goes through the public handler, in processes that serve one request at a time, as Lambda's do,
on DynamoDB Local. Of the calls of the table, 5 % are throttled and 1 % carried out without an answer; each
further attempt of such a call goes wrong with even odds again, so that some fail for good. Who is answered
503 sends the same form again. Ends with 1 when a promise is broken.
"""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from statistics import quantiles

from rich.console import Console
from rich.table import Table as Grid
from tests.benchmarks.soak.crowd import Crowd, Outcome, register
from tests.benchmarks.soak.memory import Life, serve
from tests.dynamodb_local import running_table

CROWDS = (Crowd(10_000, 1_000, waiting_list=False), Crowd(1_000, 100, waiting_list=True))
WORKERS = 8
REQUESTS = 10_000
SHOWN = 10
"""How many lines the curve of the memory has, and how many broken promises are told of each kind."""

HEADS = (
    "People", "Seats", "Seated", "Waiting", "Refused", "By the sweep", "200", "409", "503", "Requests/s",
    "p50 ms", "p95 ms", "p99 ms", "Calls", "Throttled", "Lost", "Retries",
)  # fmt: skip


def row(crowd: Crowd, outcome: Outcome) -> list[str]:
    """What came of a crowd."""
    told, statuses = Counter(outcome.told.values()), Counter(each.status for each in outcome.answers)
    faults = outcome.faults
    hundredths = quantiles([1000 * each.seconds for each in outcome.answers], n=100)
    values = (
        crowd.people, crowd.seats, told["seated"], told["waiting"], told["refused"], outcome.given_back,
        statuses[200], statuses[409], statuses[503], round(len(outcome.answers) / outcome.seconds),
        *(round(hundredths[at - 1]) for at in (50, 95, 99)), faults["calls"], faults["throttled"],
        faults["lost"], faults["attempts"] - faults["calls"],
    )  # fmt: skip
    return [f"{value:,}" for value in values]


def figures(rows: list[list[str]]) -> Grid:
    """What came of each crowd, in a column of its own."""
    grid = Grid(title="Registrations", show_header=False)
    for head, *values in zip(HEADS, *rows, strict=True):
        grid.add_row(head, *values)
    return grid


def curve(life: Life) -> Grid:
    """The memory of a process over its requests."""
    answers = ", ".join(f"{times:,} times {status}" for status, times in sorted(life.statuses.items()))
    grid = Grid("Requests", "MB", "", "Objects", title=f"One process, {answers}")
    most = max(each.bytes for each in life.samples)
    for each in life.samples[:: max(1, len(life.samples) // SHOWN)]:
        bar = "█" * round(40 * each.bytes / most)
        grid.add_row(f"{each.requests:,}", f"{each.bytes / 1e6:.1f}", bar, f"{each.objects:,}")
    return grid


def main() -> None:
    """Print the figures, and what is broken."""
    rows, console, broken = list[list[str]](), Console(), list[str]()
    with running_table() as table, ThreadPoolExecutor(1) as meanwhile:
        living = meanwhile.submit(serve, table, REQUESTS)
        for crowd in CROWDS:
            outcome = register(table, crowd, WORKERS)
            rows.append(row(crowd, outcome))
            broken += outcome.broken
        life = living.result()
    objects, octets = life.growth()
    console.print(
        figures(rows), curve(life), f"Each request leaves {objects:.3f} objects and {octets:.0f} bytes."
    )
    for promise in chain(broken[:SHOWN], life.broken()):
        console.print(f"Broken: {promise}", style="red")
    sys.exit(bool(broken) or any(life.broken()))


if __name__ == "__main__":
    main()
