"""The files of events and tours: what they are called inside, and handing them in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from .client import JSON, Answer, Endpoint
from .exiting import ExitCode, fail

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A file, YAML or JSON.")
]


def id_in(file: Path) -> str:
    """The id that the file gives its event or tour. Ends the command when there is none."""
    try:
        content: Any = yaml.safe_load(file.read_bytes())
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        fail(
            ExitCode.REFUSED,
            f"{file}: this is not valid YAML" + (f" at line {mark.line + 1}" if mark else ""),
        )
    if not isinstance(content, dict) or not isinstance(content.get("id"), str) or not content["id"]:
        fail(ExitCode.REFUSED, f"{file}: id: give it an id")
    return str(content["id"])


def kind_of(file: Path) -> dict[str, str]:
    """The header that tells what the file is written in."""
    return {"Content-Type": JSON if file.suffix == ".json" else "application/yaml"}


def hand_in(endpoint: Endpoint, file: Path, state: dict[str, str], *thing: str) -> Answer:
    """Create or change the thing from the file, if it is in that state."""
    return endpoint.ask("PUT", *thing, body=file.read_bytes(), headers=kind_of(file) | state)
