"""How large the functions are that are deployed, once a build has made them."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import ROOT

from .report import Section

BUILT = {
    "functions": ROOT / ".local/functions",
    "typesetter layer": ROOT / ".local/typesetter",
    "templates layer": ROOT / "templates",
}
"""What is measured, where the local cloud's build leaves it."""


def section() -> Section:
    """The table, of what is there."""
    rows = [[name, f"{size(path) / 1e6:,.1f}"] for name, path in BUILT.items() if path.exists()]
    about = (
        "Unpacked, as the local cloud's build leaves them, of the 250 MB that Lambda takes for a function"
        " with"
        " its layers. Before botocore's data are trimmed."
    )
    return Section("Size of the artefact", about, ("Part", "MB"), rows)


def size(folder: Path) -> int:
    """The bytes of all files below a folder, without what Python keeps compiled there."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in files)
