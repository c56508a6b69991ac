"""Tours: their series files."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .exiting import say
from .files import File, hand_in, id_in
from .showing import Context, Json, Yes, confirm, details, in_terminal, show

app = typer.Typer(help="Tours: their series files.", no_args_is_help=True)


@app.command("show")
def show_tour(
    ctx: Context,
    tour: Annotated[str, typer.Argument(metavar="TOUR", help="The id of the tour.")],
    as_json: Json = False,
) -> None:
    """A tour as it is stored, and where its stops stand."""
    show(ctx.obj.ask("GET", "tours", tour), as_json, details)


@app.command("apply")
def apply_file(ctx: Context, file: File, yes: Yes = False, as_json: Json = False) -> None:
    """Create or change every stop of a tour from its series file."""
    tour = id_in(file)
    state = ctx.obj.state("tours", tour)
    if in_terminal():
        confirm(f"Apply {file.name} to {tour} and its stops?", yes)
    show(hand_in(ctx.obj, file, state, "tours", tour), as_json, _tell_stored)


def _tell_stored(stored: Any) -> None:
    say(f"{stored['series']['id']} is at revision {stored['revision']}.")
    for stop in stored["stops"]:
        say(f"{stop['id']} is at revision {stop['revision']}.", *stop["notices"])
