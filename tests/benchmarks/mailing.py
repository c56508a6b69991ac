"""How close to the account's rate 10,000 mails go out, on a virtual clock: `make pace`.

The mailers are the real code, the world around them is that of tests/simulation/mailing.py. Neither the
processor's time nor the table's limits are part of it.
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from tests.simulation.mailing import Mailing

from kallelse.pacing import WORKERS

from .report import Section

MAILS = 10_000
RUNS = ((1, 1), (14, 1), (14, 8), (100, 1), (100, 2), (100, 8), (500, 4), (500, 8))
"""Mails a second that the account may send, and mailers that start each minute and work for 85 seconds."""

GOAL = 0.95

HEADS = (
    "Mails/s allowed", "Mailers a minute", "Workers each", "Ideal, s", "Taken, s", "Slowest minute, %",
    "Most in a second", "Throttled", "Doubled", "Left out", "Leases lost",
)  # fmt: skip


def row(rate: int, mailers: int) -> list[str]:
    """One run."""
    outcome = Mailing(rate, MAILS, mailers).run()
    values = (
        rate, mailers, min(WORKERS, 1 + rate), f"{outcome.ideal:.1f}", f"{outcome.seconds:.1f}",
        f"{100 * outcome.least:.1f}", outcome.most_in_a_second, outcome.refused, outcome.doubled,
        outcome.unsettled, outcome.lost_leases,
    )  # fmt: skip
    return [str(value) for value in values]


def section() -> Section:
    """The table for BENCHMARKS.md: at the rate that most accounts begin with, and at a higher one."""
    rows = []
    for rate, mailers in ((14, 1), (100, 2)):
        outcome = Mailing(rate, MAILS, mailers).run()
        reached = outcome.ideal / outcome.seconds
        told = "goal" if reached >= GOAL else "goal not reached:"
        rows.append([rate, f"{MAILS / outcome.seconds:.1f}", f"{reached:.1%} ({told} ≥ {GOAL:.0%})"])
    about = (
        f"{MAILS:,} mails that are due at once, by the real mailers on a virtual clock against a mail service"
        " that refuses whatever exceeds the rate in any second (`make pace` prints more)."
    )
    return Section("Mails a second", about, ("Allowed", "Sent", "Of the ideal"), rows)


def main() -> None:
    """Print the table."""
    grid = Table(title=f"{MAILS:,} mails that are due at once")
    for head in HEADS:
        grid.add_column(head, justify="right")
    for rate, mailers in RUNS:
        grid.add_row(*row(rate, mailers))
    Console().print(grid)


if __name__ == "__main__":
    main()
