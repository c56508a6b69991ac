"""People: what is kept about an address across all events, and erasing it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .exiting import say
from .showing import Context, Json, Yes, cell, confirm, details, show, write

app = typer.Typer(help="People: what is kept about an address.", no_args_is_help=True)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="A mail address.")]


@app.command("find")
def find(ctx: Context, address: Address, as_json: Json = False) -> None:
    """Where something is kept about a person."""
    show(ctx.obj.ask("POST", "people", "find", content={"address": address}), as_json, details)


@app.command("export")
def export_person(
    ctx: Context,
    address: Address,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="A file, instead of stdout.")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Everything that is kept about a person, as JSON."""
    confirm(f"Take away everything that is kept about {address}?", yes)
    answer = ctx.obj.ask("POST", "people", "export", content={"address": address})
    if output:
        write(answer.body, output)
        say(f"{output} is written.")
    else:
        show(answer, as_json, details)


def erase(ctx: Context, address: Address, yes: Yes = False, as_json: Json = False) -> None:
    """Erase everything that is kept about a person, at all events. It cannot be undone."""
    if not yes:
        found = ctx.obj.ask("POST", "people", "find", content={"address": address}).content
        say(*(f"{name}: {cell(found[name])}" for name in found))
    confirm(f"Erase everything about {address}? It cannot be undone.", yes)
    show(ctx.obj.ask("POST", "people", "erase", content={"address": address}), as_json, details)
