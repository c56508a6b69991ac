"""Figures: an event in numbers, and how they came to be from day to day."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from .showing import Context, EventId, Json, facts, show, table

WIDTH = 16
"""The longest bar, in characters; two of them with their numbers fit into a line of 80."""


def figures(ctx: Context, event: EventId, as_json: Json = False) -> None:
    """An event in numbers, with a chart of registrations and seats by day."""
    show(ctx.obj.ask("GET", "events", event, "figures"), as_json, _show)


def _show(content: Any) -> None:
    seats, days = content["seats"], content["days"]
    facts({name: seats[name] for name in ("total", "taken", "free", "waiting")}, "seats")
    for mode in seats["modes"]:
        facts(seats["modes"][mode], f"seats {mode}")
    facts(content["registrations"], "registrations")
    facts({"joined": content["joined"]})
    if not Console().is_terminal:
        table(days, "day", "arrived", "cancelled", "confirmed")
    elif days:
        _chart(days, seats["total"])


def _chart(days: list[dict[str, Any]], seats: int) -> None:
    """Bars with their numbers before them, so that nothing rests on colour, nor on the bars.

    The longest bar of seats is all seats of the event.
    """
    most = {name: max(day[name] for day in days) for name in ("arrived", "confirmed")}
    most["confirmed"] = max(most["confirmed"], seats)
    chart = Table("day", "registered", "", "with a seat", "", box=box.SIMPLE)
    for day in days:
        cells = [
            text for name in most for text in (str(day[name]), bar(day[name], most[name]))
        ]  # fmt: skip
        chart.add_row(day["day"], *cells)
    Console().print(chart)


def bar(number: int, most: int) -> str:
    """A bar in proportion to the longest; whatever is there at all shows."""
    return "█" * (max(1, round(WIDTH * number / most)) if number > 0 else 0)
