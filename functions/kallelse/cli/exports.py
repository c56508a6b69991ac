"""Exports: tables of an event as files."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

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
from .showing import Context, EventId, Json, write


class What(StrEnum):
    """What a table is of."""

    REGISTRATIONS = "registrations"
    MAILS = "mails"
    SURVEY = "survey"
    FIGURES = "figures"


class Format(StrEnum):
    """What it is written in."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


def export(
    ctx: Context,
    event: EventId,
    what: Annotated[What, typer.Option(help="What to take away.")] = What.REGISTRATIONS,
    written_in: Annotated[Format, typer.Option("--format", help="What to write it in.")] = Format.CSV,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV with a mark by which Excel knows it.")
    ] = False,
    text: Text = None,
    state: State = None,
    waiting: Waiting = False,
    mode: Mode = None,
    group: Group = None,
    organisation_kind: OrganisationKind = None,
    answer: Answered = None,
    joined: Joined = None,
    undeliverable: Undeliverable = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="A file, instead of stdout.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take registrations, mails, the survey or the figures of an event away as a file.

    The conditions choose among registrations, as in their list.
    """
    written_in = Format.JSON if as_json else written_in
    if written_in is Format.XLSX and output is None and sys.stdout.isatty():
        raise typer.BadParameter("a workbook cannot be shown here: name a file, -o FILE")
    form = {"what": what.value, "format": written_in.value, "bom": bom or None}
    query = form | conditions_in(ctx)
    write(ctx.obj.ask("GET", "events", event, "export", query=query).body, output)
    if output:
        say(f"{output} is written.")
