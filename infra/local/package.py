"""What `sam build` and `sam package` would make: one archive of the functions, one of the templates."""

from __future__ import annotations

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / ".local"
LAYER = LOCAL / "layer"


def functions_archive() -> Path:
    """The archive of the package kallelse with its runtime dependencies."""
    build = LOCAL / "functions"
    _install_dependencies(build)
    shutil.rmtree(build / "kallelse", ignore_errors=True)
    shutil.copytree(
        ROOT / "functions/kallelse", build / "kallelse", ignore=shutil.ignore_patterns("__pycache__")
    )
    return Path(shutil.make_archive(str(LOCAL / "functions"), "zip", build))


def _install_dependencies(build: Path) -> None:
    requirements = ROOT / "functions/requirements.txt"
    stamp = LOCAL / "functions.sha256"
    digest = sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    shutil.rmtree(build, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*command, "--target", build, "--requirement", requirements], check=True)  # noqa: S603
    stamp.write_text(digest)


def templates_archive() -> Path:
    """The archive of the templates layer, which is unpacked in LAYER too: the emulator has no /opt."""
    shutil.rmtree(LAYER, ignore_errors=True)
    shutil.copytree(ROOT / "templates", LAYER)
    return Path(shutil.make_archive(str(LOCAL / "templates"), "zip", LAYER))
