"""Compiles the templates for the functions: a folder beside them holds what Jinja2 makes of each.

``python -m infra.compile_templates FOLDER`` does it for the Python that functions have in template.yaml, and
``FOLDER RUNTIME ARCHITECTURE`` for another. Compiling takes a cold start longer than all else that a page
does. What is missing or does not fit is compiled by the function itself, see
:class:`kallelse.rendering.Compiled`.
"""

from __future__ import annotations

import pickle  # what Jinja2 keeps compiled templates as, of our own making # nosec B403
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2.bccache import bc_version

from kallelse.rendering import COMPILED, Compiled, Renderer

from .build import HERE, Target, deployed, interpreter

FOLDERS = ("document", "email", "organiser", "web")
SUFFIXES = (".css", ".html", ".md", ".svg", ".txt", ".xml")

HEAD = 16
"""Bytes that Python puts before its code (PEP 552), where Jinja2 has a mark of its own."""


def compile_templates(templates: Path, target: Target = HERE) -> list[str]:
    """Compile all templates of a folder; give their names.

    Jinja2 makes Python of them here, which the target's own Python compiles. Raises RuntimeError when that is
    missing.
    """
    files = [path for folder in FOLDERS for path in sorted((templates / folder).rglob("*"))]
    names = [path.relative_to(templates).as_posix() for path in files if path.suffix in SUFFIXES]
    cache = Compiled(templates)
    cache.folder.mkdir(exist_ok=True)
    # Beside the templates, as Python for Node sees the repository only.
    with TemporaryDirectory(dir=templates.parent) as folder:
        for name in names:
            (Path(folder) / f"{cache.get_cache_key(name)}.py").write_text(_as_python(templates, name))
        options = ["-q", "-s", folder, "-p", COMPILED, folder]
        subprocess.run([*interpreter(target), "-m", "compileall", *options], check=True)  # noqa: S603 # nosec B603
        for name in names:
            key, source = cache.get_cache_key(name), (templates / name).read_text()
            [code] = Path(folder, "__pycache__").glob(f"{key}.cpython-*.pyc")
            marked = mark(target) + pickle.dumps(cache.get_source_checksum(source), 2)
            (cache.folder / key).write_bytes(marked + code.read_bytes()[HEAD:])
    return names


def _as_python(templates: Path, name: str) -> str:
    # Any language will do: what is said in it is looked up when the template is rendered.
    environment = Renderer(templates).environment(name, "en")
    return environment.compile((templates / name).read_text(), name, str(templates / name), raw=True)


def mark(target: Target) -> bytes:
    """What Jinja2 reads first, so that no Python is given the code of another (jinja2.bccache.bc_magic)."""
    major, minor = map(int, target.runtime.removeprefix("python").split("."))
    return b"j2" + pickle.dumps(bc_version, 2) + pickle.dumps(major << 24 | minor, 2)


if __name__ == "__main__":
    folder, *named = sys.argv[1:]
    target = Target(*named) if named else deployed()
    print(f"{len(compile_templates(Path(folder), target))} templates compiled")  # noqa: T201
