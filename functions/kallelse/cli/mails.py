"""Mails: where each stands, and what becomes of those that are stuck."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .exiting import say
from .showing import All, Context, EventId, Json, Limit, show, table

app = typer.Typer(
    help="Mails: where each stands, and what becomes of those that are stuck.", no_args_is_help=True
)

MailId = Annotated[str, typer.Argument(metavar="MAIL", help="The id of the mail.")]
STATE = {"If-Match": "*"}
"""A mail cannot be read by itself; the endpoint refuses what its state does not allow."""


@app.command("list")
def list_mails(
    ctx: Context,
    event: EventId,
    stuck: Annotated[bool, typer.Option("--stuck", help="Only those that await a decision.")] = False,
    limit: Limit = None,
    everything: All = False,
    as_json: Json = False,
) -> None:
    """The mails of an event."""
    query = {"stuck": stuck or None, "limit": limit}
    answer = ctx.obj.listing("events", event, "mails", key="mails", query=query, everything=everything)
    show(answer, as_json, lambda content: table(content["mails"], "id", "kind", "state", "recipient"))


@app.command()
def resend(ctx: Context, event: EventId, mail: MailId, as_json: Json = False) -> None:
    """Send a mail to a participant once more."""
    answer = ctx.obj.ask("POST", "events", event, "mails", mail, "resend", headers=STATE)
    show(answer, as_json, _tell)


@app.command()
def decide(
    ctx: Context,
    event: EventId,
    mail: MailId,
    again: Annotated[bool, typer.Option("--again/--leave", help="Send it again, or leave it.")],
    as_json: Json = False,
) -> None:
    """Decide what becomes of a mail that is stuck."""
    decision = {"again": again}
    thing = ("events", event, "mails", mail, "decision")
    show(ctx.obj.ask("POST", *thing, content=decision, headers=STATE), as_json, _tell)


def _tell(mail: Any) -> None:
    say(f"{mail['id']} is {mail['state']}.")
