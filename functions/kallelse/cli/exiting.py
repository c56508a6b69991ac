"""How the command ends: the table of exit codes, and what is said when something goes wrong."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NoReturn

import typer


class ExitCode(IntEnum):
    """What scripts can tell apart. The epilogue of the help and the README say it in words."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    NOT_ALLOWED = 5
    CHANGED = 6
    UNAVAILABLE = 7


STATUS = {
    401: ExitCode.NOT_ALLOWED,
    403: ExitCode.NOT_ALLOWED,
    404: ExitCode.NOT_FOUND,
    412: ExitCode.CHANGED,
    428: ExitCode.CHANGED,
    502: ExitCode.UNAVAILABLE,
    503: ExitCode.UNAVAILABLE,
    504: ExitCode.UNAVAILABLE,
}
"""The statuses with a code of their own; the rest of 4xx is refused, and any other unexpected."""


def exit_code(status: int) -> ExitCode:
    """How the command ends after an answer with this status, which is no success."""
    rest = ExitCode.REFUSED if 400 <= status < 500 else ExitCode.UNEXPECTED
    return STATUS.get(status, rest)


def say(*lines: str) -> None:
    """Tell a person. On stderr, so that stdout holds data alone."""
    for line in lines:
        typer.echo(printable(line), err=True)


def fail(code: ExitCode, *lines: str) -> NoReturn:
    """Say why, and end the command."""
    say(*lines)
    raise typer.Exit(code)


def told(problem: Any, status: int) -> list[str]:
    """What an answer says went wrong: problem details (RFC 9457), or what API Gateway says by itself."""
    problem = problem if isinstance(problem, dict) else {}
    if errors := problem.get("errors"):
        return [f"{each['field']}: {each['detail']}" for each in errors]
    return [str(problem.get("detail") or problem.get("message") or f"the answer was {status}")]


def printable(text: str) -> str:
    """The text with a space for whatever could end a line or steer the terminal."""
    return "".join(each if each.isprintable() else " " for each in text)
