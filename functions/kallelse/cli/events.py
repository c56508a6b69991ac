"""Events: their list, their files, and their stages."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .client import Answer, Endpoint
from .exiting import say
from .files import File, hand_in, id_in, kind_of
from .showing import (
    All,
    Context,
    EventId,
    Json,
    Limit,
    Yes,
    confirm,
    details,
    first_language,
    in_terminal,
    show,
    table,
)

app = typer.Typer(help="Events: their list, their files, and their stages.", no_args_is_help=True)


@app.command("list")
def list_events(
    ctx: Context,
    tour: Annotated[str | None, typer.Option(help="Only the stops of this tour.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those in this state, such as draft.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="Also those put away.")] = False,
    limit: Limit = None,
    everything: All = False,
    as_json: Json = False,
) -> None:
    """The events that you may look at."""
    query = {"tour": tour, "state": state, "archived": archived or None, "limit": limit}
    answer = ctx.obj.listing("events", key="events", query=query, everything=everything)
    show(answer, as_json, _list)


def _list(content: Any) -> None:
    rows = [each | {"title": first_language(each.get("title"))} for each in content["events"]]
    table(rows, "id", "state", "starts_at", "title")
    if content.get("next"):
        say("There are more: --all shows them.")


@app.command("show")
def show_event(ctx: Context, event: EventId, as_json: Json = False) -> None:
    """An event as it is stored."""
    show(ctx.obj.ask("GET", "events", event), as_json, details)


@app.command("apply")
def apply_file(
    ctx: Context,
    file: File,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would change, and whom it would reach.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Create or change an event from its file.

    In a terminal it tells first what would change, and asks. If the event is changed meanwhile, nothing
    is done, and the exit code is 6.
    """
    event = id_in(file)
    state = ctx.obj.state("events", event)
    if dry_run:
        show(_validated(ctx.obj, event, file), as_json, _tell_changes)
        return
    if in_terminal() and not yes:
        _tell_changes(_validated(ctx.obj, event, file).content)
        confirm(f"Apply {file.name} to {event}?", yes)
    show(hand_in(ctx.obj, file, state, "events", event), as_json, _tell_stored)


def _validated(endpoint: Endpoint, event: str, file: Any) -> Answer:
    return endpoint.ask("POST", "events", event, "validate", body=file.read_bytes(), headers=kind_of(file))


def _tell_changes(trial: Any) -> None:
    say(*(f"changes: {each}" for each in trial["changes"]), *trial["notices"])
    if not trial["changes"]:
        say("Nothing would change.")


def _tell_stored(stored: Any) -> None:
    say(f"{stored['event']['id']} is at revision {stored['revision']}.", *stored.get("notices", []))


@app.command()
def publish(ctx: Context, event: EventId, as_json: Json = False) -> None:
    """Show a draft to everybody, and take registrations."""
    show(ctx.obj.change("POST", "events", event, action=("publish",)), as_json, _tell_stored)


@app.command()
def cancel(ctx: Context, event: EventId, yes: Yes = False, as_json: Json = False) -> None:
    """Cancel an event, and tell everybody registered."""
    confirm(f"Cancel {event} and tell everybody registered?", yes)
    show(ctx.obj.change("POST", "events", event, action=("cancel",)), as_json, _tell_stored)


@app.command()
def archive(ctx: Context, event: EventId, yes: Yes = False, as_json: Json = False) -> None:
    """Put an event away that is over or cancelled."""
    confirm(f"Put {event} away, so that nobody changes it any more?", yes)
    show(ctx.obj.change("POST", "events", event, action=("archive",)), as_json, _tell_stored)


@app.command()
def duplicate(
    ctx: Context,
    event: EventId,
    new_id: Annotated[str, typer.Argument(metavar="NEW", help="The id of the copy.")],
    starts: Annotated[str, typer.Option(help="When the copy starts, such as 2027-03-01T13:00.")],
    as_json: Json = False,
) -> None:
    """Make a draft from an event, with its dates moved to another start."""
    copy = {"id": new_id, "starts": starts}
    show(ctx.obj.ask("POST", "events", event, "duplicate", content=copy), as_json, _tell_stored)
