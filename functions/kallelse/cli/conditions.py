"""The conditions by which registrations are chosen, for lists and exports."""

from __future__ import annotations

from typing import Annotated, Any

import typer

Text = Annotated[str | None, typer.Option(help="A part of a name, an address or an organisation.")]
State = Annotated[str | None, typer.Option(help="unconfirmed, confirmed, waiting, offered or cancelled.")]
Waiting = Annotated[bool, typer.Option("--waiting", help="The same as --state waiting.")]
Mode = Annotated[str | None, typer.Option(help="online or on-site, where the event has both.")]
Group = Annotated[str | None, typer.Option(help="The id of a dialogue group.")]
OrganisationKind = Annotated[str | None, typer.Option(help="Such as municipality.")]
Answered = Annotated[
    str | None, typer.Option("--answer", metavar="QUESTION:ANSWER", help="Who answered this to a question.")
]
Joined = Annotated[bool | None, typer.Option(help="Whether they joined the meeting.")]
Undeliverable = Annotated[bool, typer.Option("--undeliverable", help="Only those whom a mail did not reach.")]

NAMES = ("text", "state", "mode", "group", "organisation_kind", "answer", "joined")


def conditions_in(ctx: typer.Context) -> dict[str, Any]:
    """The conditions that the command was given, as the endpoint reads them.

    Each command has to have them as parameters of its own, which is how typer knows its options.
    """
    given = ctx.params
    return {
        **{name: given[name] for name in NAMES},
        "state": "waiting" if given["waiting"] else given["state"],
        "undeliverable": given["undeliverable"] or None,
    }
