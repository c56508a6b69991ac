"""Summaries: handing versions in, and moving them to their readers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .exiting import say
from .showing import Context, EventId, Json, Yes, confirm, show, table

app = typer.Typer(
    help="Summaries: handing versions in, and moving them to their readers.", no_args_is_help=True
)

Language = Annotated[str, typer.Argument(metavar="LANGUAGE", help="Such as sv.")]
Version = Annotated[int, typer.Argument(metavar="VERSION", min=1, help="The number of the version.")]
Markdown = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A file, Markdown in UTF-8.")
]


@app.command("hand-in")
def hand_in(ctx: Context, event: EventId, language: Language, file: Markdown, as_json: Json = False) -> None:
    """Hand a version in: a draft, which nobody gets until it is approved."""
    answer = ctx.obj.ask(
        "POST", "events", event, "summaries",
        query={"language": language}, body=file.read_bytes(), headers={"Content-Type": "text/markdown"},
    )  # fmt: skip
    show(answer, as_json, _tell)


@app.command("list")
def list_summaries(ctx: Context, event: EventId, as_json: Json = False) -> None:
    """All versions, by language."""
    answer = ctx.obj.ask("GET", "events", event, "summaries")
    show(answer, as_json, lambda found: table(found["summaries"], "language", "version", "state", "stale"))


@app.command()
def review(ctx: Context, event: EventId, language: Language, version: Version, as_json: Json = False) -> None:
    """Put a draft in review."""
    _move(ctx, event, language, version, "in-review", as_json)


@app.command()
def approve(
    ctx: Context,
    event: EventId,
    language: Language,
    version: Version,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Approve a version, which publishes it and sends it out."""
    confirm(f"Approve version {version} in {language}, which sends it out?", yes)
    _move(ctx, event, language, version, "approved", as_json)


@app.command()
def withdraw(
    ctx: Context,
    event: EventId,
    language: Language,
    version: Version,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Withdraw a version, which is then not sent any more."""
    confirm(f"Withdraw version {version} in {language}?", yes)
    _move(ctx, event, language, version, "withdrawn", as_json)


def _move(ctx: Context, event: str, language: str, version: int, to: str, as_json: bool) -> None:
    thing = ("events", event, "summaries", language, str(version))
    show(ctx.obj.change("POST", *thing, action=("state",), content={"to": to}), as_json, _tell)


def _tell(summary: Any) -> None:
    say(f"Version {summary['version']} in {summary['language']} is {summary['state']}.")
