"""Compiles the templates for the functions: a folder beside them holds what Jinja2 makes of each.

``python -m infra.compile_templates FOLDER`` does it for the version of Python that runs it, which must be
that of the functions. Compiling takes a cold start longer than all else that a page does. What is missing or
does not fit is compiled by the function itself, see :class:`kallelse.rendering.Compiled`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from jinja2.bccache import Bucket

from kallelse.rendering import Compiled, Renderer

FOLDERS = ("document", "email", "organiser", "web")
SUFFIXES = (".css", ".html", ".md", ".txt", ".xml")


class Keeping(Compiled):
    """Keeps what is compiled."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.folder.mkdir(exist_ok=True)
        with (self.folder / bucket.key).open("wb") as file:
            bucket.write_bytecode(file)


def compile_templates(templates: Path) -> list[str]:
    """Compile all templates of a folder; give their names."""
    files = [path for folder in FOLDERS for path in sorted((templates / folder).rglob("*"))]
    names = [path.relative_to(templates).as_posix() for path in files if path.suffix in SUFFIXES]
    for name in names:
        # Any language will do: what is said in it is looked up when the template is rendered.
        environment = Renderer(templates).environment(name, "en")
        environment.bytecode_cache = Keeping(templates)
        environment.get_template(name)
    return names


if __name__ == "__main__":
    print(f"{len(compile_templates(Path(sys.argv[1])))} templates compiled")  # noqa: T201
