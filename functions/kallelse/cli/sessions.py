"""The organisers' page: asking for an address that signs in to it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .exiting import say
from .showing import Context, EventId, Json, show


def open_page(
    ctx: Context,
    event: EventId,
    browser: Annotated[
        bool, typer.Option("--browser", help="Open it in the browser instead of printing it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask for an address that signs in to the organisers' pages. It works once, and for five minutes."""

    def lead(session: Any) -> None:
        address = session["address"]
        say(f"Then look at {address.partition('/organiser/')[0]}/organiser/events/{event}/today")
        if browser:
            typer.launch(address)
        else:
            typer.echo(address)

    show(ctx.obj.ask("POST", "sessions"), as_json, lead)
