"""Registrations: looking for them, and doing for participants what they cannot do themselves."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .conditions import (
    Answered,
    Group,
    Joined,
    Mode,
    OrganisationKind,
    State,
    Text,
    Undeliverable,
    Waiting,
    conditions_in,
)  # fmt: skip
from .exiting import say
from .showing import All, Context, EventId, Json, Limit, Yes, confirm, details, show, table

app = typer.Typer(help="Registrations: looking for them, and helping participants.", no_args_is_help=True)

RegistrationId = Annotated[str, typer.Argument(metavar="REGISTRATION", help="The id of the registration.")]
Fields = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="name, email, organisation, organisation_kind, role, accessibility, greeting, language, or "
        "answers.QUESTION with its choices between commas. Without a value it is taken away. "
        "May be repeated.",
    ),
]


@app.command("list")
def list_registrations(
    ctx: Context,
    event: EventId,
    text: Text = None,
    state: State = None,
    waiting: Waiting = False,
    mode: Mode = None,
    group: Group = None,
    organisation_kind: OrganisationKind = None,
    answer: Answered = None,
    joined: Joined = None,
    undeliverable: Undeliverable = False,
    sort: Annotated[
        str | None, typer.Option(help="arrived, name, organisation or state; -name is the other way round.")
    ] = None,
    limit: Limit = None,
    everything: All = False,
    as_json: Json = False,
) -> None:
    """The registrations of an event that meet every condition."""
    query = conditions_in(ctx) | {"sort": sort, "limit": limit}
    found = ctx.obj.listing(
        "events", event, "registrations", key="registrations", query=query, everything=everything
    )
    show(found, as_json, _list)


def _list(content: Any) -> None:
    shown = [f"participant.{name}" for name in ("name", "organisation", "email")]
    table(content["registrations"], "id", "state", "mode", *shown, "registered_at", "undeliverable")
    if content.get("next"):
        say(f"There are {content['total']} in all: --all shows them.")


@app.command("show")
def show_registration(
    ctx: Context, event: EventId, registration: RegistrationId, as_json: Json = False
) -> None:
    """A registration."""
    show(ctx.obj.ask("GET", "events", event, "registrations", registration), as_json, details)


@app.command()
def add(
    ctx: Context, event: EventId, fields: Fields = None, mode: Mode = None, as_json: Json = False
) -> None:
    """Register somebody: --set name=Ada --set email=ada@example.org --set language=sv."""
    answer = ctx.obj.ask("POST", "events", event, "registrations", content=_by_hand(fields, mode))
    show(answer, as_json, _tell)


@app.command()
def edit(
    ctx: Context,
    event: EventId,
    registration: RegistrationId,
    fields: Fields = None,
    mode: Mode = None,
    as_json: Json = False,
) -> None:
    """Change what is known of a participant: --set organisation=Vasa."""
    changed = ctx.obj.change(
        "PATCH", "events", event, "registrations", registration, content=_by_hand(fields, mode)
    )
    show(changed, as_json, _tell)


@app.command()
def cancel(
    ctx: Context, event: EventId, registration: RegistrationId, yes: Yes = False, as_json: Json = False
) -> None:
    """Cancel a registration; the seat goes to the first in line."""
    confirm(f"Cancel {registration}?", yes)
    _act(ctx, event, registration, "cancel", None, as_json)


@app.command()
def promote(ctx: Context, event: EventId, registration: RegistrationId, as_json: Json = False) -> None:
    """Let one who waits come next."""
    _act(ctx, event, registration, "promote", None, as_json)


@app.command()
def move(
    ctx: Context,
    event: EventId,
    registration: RegistrationId,
    mode: Mode = None,
    stop: Annotated[str | None, typer.Option(help="The id of the event of another stop of the tour.")] = None,
    as_json: Json = False,
) -> None:
    """Move a registration to another mode of the event, or to another stop of its tour."""
    if not mode and not stop:
        raise typer.BadParameter("say where to: --mode, --stop or both")
    _act(ctx, event, registration, "move", {"mode": mode, "event": stop}, as_json)


def _act(ctx: Context, event: str, registration: str, action: str, content: Any, as_json: bool) -> None:
    thing = ("events", event, "registrations", registration)
    show(ctx.obj.change("POST", *thing, action=(action,), content=content), as_json, _tell)


def _tell(registration: Any) -> None:
    say(f"{registration['id']} is {registration['state']} ({registration['mode']}).")
    if there := registration.get("moved_to"):
        say(f"At {there['event_id']}, {there['id']} is {there['state']} ({there['mode']}).")


def _by_hand(fields: list[str] | None, mode: str | None) -> dict[str, Any]:
    """What was told of a participant, as the endpoint reads it."""
    participant: dict[str, Any] = {}
    for name, value in map(_pair, fields or []):
        owner, _, question = name.partition(".")
        if owner == "answers" and question:
            participant.setdefault("answers", {})[question] = value.split(",") if value else None
        else:
            participant[name] = value or None
    return {"participant": participant} | ({"mode": mode} if mode else {})


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"write --set FIELD=VALUE, not {text!r}")
    return name, value
