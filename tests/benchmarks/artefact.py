"""How large the functions are that are deployed, once a build has made them."""

from __future__ import annotations

from pathlib import Path

from infra.build import HERE, LOCAL

from .report import Section

BUILT = {"functions": "functions", "typesetter layer": "typesetter", "templates layer": "templates"}
"""What infra/build.py makes, by the name of its folder."""


def section() -> Section:
    """The table, of what is there."""
    built = LOCAL / "build" / "-".join(HERE)
    parts = {name: built / folder for name, folder in BUILT.items()}
    rows = [[name, f"{size(path) / 1e6:,.1f}"] for name, path in parts.items() if path.exists()]
    about = (
        "Unpacked, as infra/build.py has left them for this machine, of the 250 MB that Lambda takes for a"
        " function with its layers; without what Python keeps compiled. What was not built is left out."
    )
    return Section("Size of the artefact", about, ("Part", "MB"), rows)


def size(folder: Path) -> int:
    """The bytes of all files below a folder, without what Python keeps compiled there."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in files)
