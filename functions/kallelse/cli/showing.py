"""Showing answers: as JSON, as tables, as plain facts.

In a terminal tables are set with rich; anywhere else they are lines of cells between tabs, after a line
of their names, which programs and screen readers take as they come.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .client import Answer
from .exiting import ExitCode, fail, printable

Context = typer.Context
Json = Annotated[bool, typer.Option("--json", help="Print the answer of the endpoint as it is, in JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")]
All = Annotated[bool, typer.Option("--all", help="Follow the pages to the end.")]
Limit = Annotated[int | None, typer.Option(help="How many a page has.")]
EventId = Annotated[str, typer.Argument(metavar="EVENT", help="The id of the event.")]

Row = Mapping[str, Any]


def show(answer: Answer, as_json: bool, plainly: Callable[[Any], None]) -> None:
    """Show an answer to a program, or plainly to a person."""
    if as_json:
        write(answer.body.rstrip(b"\n") + b"\n")
    else:
        plainly(answer.content)


def write(content: bytes, file: Path | None = None) -> None:
    """Write bytes as they are, to a file or to stdout."""
    if file is not None:
        file.write_bytes(content)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


def table(rows: Iterable[Row], *columns: str) -> None:
    """Rows under the names of their columns. ``participant.name`` is a field of a field."""
    cells = [[cell(_at(row, column)) for column in columns] for row in rows]
    names = [column.rpartition(".")[2] for column in columns]
    console = Console()
    if not console.is_terminal:
        _tabs([names, *cells])
        return
    shown = Table(box=box.SIMPLE)
    for name in names:
        # Folded where there is no room, as half an id is none.
        shown.add_column(name, overflow="fold")
    for row in cells:
        shown.add_row(*(Text(each) for each in row))
    console.print(shown)


def facts(content: Mapping[str, Any], of: str = "") -> None:
    """A name and a value to a line. ``of``: what they are facts of."""
    _tabs([[f"{of} {name}".lstrip(), cell(content[name])] for name in content])


def details(content: Any) -> None:
    """Everything that an answer holds, indented."""
    lines(json.dumps(content, indent=2, ensure_ascii=False))


def lines(content: str) -> None:
    """Lines of text, with nothing in them that steers the terminal."""
    for line in content.split("\n"):
        typer.echo(printable(line))


def cell(value: Any) -> str:
    """A value in a line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return printable(", ".join(f"{name}: {cell(value[name])}" for name in value))
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(each) for each in value)
    return printable(str(value))


def first_language(texts: Mapping[str, str] | None) -> str:
    """A text in the first of its languages."""
    return next(iter((texts or {}).values()), "")


def confirm(question: str, yes: bool) -> None:
    """Go on only if it is meant."""
    if yes:
        return
    # Not typer's: it leaves a space on stdout, which is for data.
    typer.echo(f"{printable(question)} [y/N] ", err=True, nl=False)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        fail(ExitCode.UNEXPECTED, "Nothing was changed.")


def in_terminal() -> bool:
    """Whether somebody is there to answer a question."""
    return sys.stdin.isatty()


def _at(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = row.get(name) if isinstance(row, Mapping) else None
    return row


def _tabs(lines: Sequence[Sequence[str]]) -> None:
    for line in lines:
        typer.echo("\t".join(line))
