"""Prints how large each function and layer is that `sam build` made, beside what Lambda takes."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from rich.console import Console
from rich.table import Table

from .build import ROOT

MEGABYTE = 2**20
ZIPPED, UNPACKED = 50 * MEGABYTE, 250 * MEGABYTE
"""An archive that is handed to Lambda itself rather than by way of S3, as SAM does; a function unpacked, with
its layers (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


class Size(NamedTuple):
    """Bytes of a function or layer. ``loaded``: unpacked, with the layers of the function."""

    name: str
    zipped: int
    unpacked: int
    loaded: int


def sizes(template: Path) -> list[Size]:
    """The sizes of what a template that SAM built is made of."""
    resources: dict[str, Any] = yaml.safe_load(template.read_text())["Resources"]
    properties = {name: each["Properties"] for name, each in resources.items()}
    folders = {
        name: template.parent / (each.get("CodeUri") or each["ContentUri"])
        for name, each in properties.items()
        if {"CodeUri", "ContentUri"} & each.keys()
    }
    archives: dict[frozenset[int], int] = {}
    own = {name: unpacked(folder) for name, folder in folders.items()}

    def size(name: str) -> Size:
        # Functions share their files, so that one archive need not be made eight times.
        files = frozenset(path.stat().st_ino for path in _files(folders[name]))
        archives[files] = archives.get(files) or zipped(folders[name])
        layers = properties[name].get("Layers", [])
        return Size(name, archives[files], own[name], own[name] + sum(own[each["Ref"]] for each in layers))

    return [size(name) for name in folders]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def unpacked(folder: Path) -> int:
    """The bytes of a folder's files."""
    return sum(path.stat().st_size for path in _files(folder))


def zipped(folder: Path) -> int:
    """The bytes of a folder's archive."""
    with tempfile.TemporaryDirectory() as temporary:
        return Path(shutil.make_archive(f"{temporary}/code", "zip", folder)).stat().st_size


def too_large(found: list[Size]) -> list[str]:
    """The names of what Lambda does not take."""
    return [each.name for each in found if each.loaded > UNPACKED]


def main() -> int:
    """Print the table, and give 1 if Lambda does not take something."""
    found = sizes(ROOT / ".aws-sam/build/template.yaml")
    table = Table("MB", "zipped", "unpacked", "with layers")
    for each in found:
        table.add_row(each.name, *(f"{size / MEGABYTE:.1f}" for size in each[1:]))
    table.add_section()
    table.add_row("Lambda takes", f"{ZIPPED / MEGABYTE:.0f}, or more by S3", "", f"{UNPACKED / MEGABYTE:.0f}")
    Console().print(table)
    for name in too_large(found):
        print(f"{name} is too large", file=sys.stderr)  # noqa: T201
    return int(bool(too_large(found)))


if __name__ == "__main__":
    sys.exit(main())
