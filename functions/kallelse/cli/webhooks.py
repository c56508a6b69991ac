"""Webhooks: addresses that are told of what happens at an event."""

from __future__ import annotations

from typing import Annotated

import typer

from .showing import Context, EventId, Json, Yes, confirm, show, table

app = typer.Typer(help="Webhooks: addresses that are told of what happens.", no_args_is_help=True)


@app.command("list")
def list_webhooks(ctx: Context, event: EventId, as_json: Json = False) -> None:
    """The webhooks of an event, and whether they are on."""
    answer = ctx.obj.ask("GET", "events", event, "webhooks")
    show(
        answer, as_json, lambda found: table(found["webhooks"], "id", "url", "events", "state", "deliveries")
    )


@app.command()
def secret(
    ctx: Context,
    event: EventId,
    webhook: Annotated[str, typer.Argument(metavar="WEBHOOK", help="The id of the webhook.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Make a new secret that deliveries are signed with, and print it this once."""
    confirm(f"Make a new secret for {webhook}?", yes)
    made = ctx.obj.change("POST", "events", event, "webhooks", webhook, action=("secret",))
    show(made, as_json, lambda told: typer.echo(told["secret"]))
