"""What `sam build` and `sam package` would make: archives of the functions and of the layers."""

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
    _install(ROOT / "functions/requirements.txt", build, build)
    shutil.rmtree(build / "kallelse", ignore_errors=True)
    shutil.copytree(
        ROOT / "functions/kallelse", build / "kallelse", ignore=shutil.ignore_patterns("__pycache__")
    )
    return Path(shutil.make_archive(str(LOCAL / "functions"), "zip", build))


def typesetter_archive() -> Path:
    """The archive of the layer that sets PDFs."""
    build = LOCAL / "typesetter"
    _install(ROOT / "infra/typesetter/requirements.txt", build, build / "python")
    return Path(shutil.make_archive(str(LOCAL / "typesetter"), "zip", build))


def _install(requirements: Path, build: Path, target: Path) -> None:
    stamp = build.with_suffix(".sha256")
    digest = sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    shutil.rmtree(build, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*command, "--target", target, "--requirement", requirements], check=True)  # noqa: S603
    stamp.write_text(digest)


def templates_archive() -> Path:
    """The archive of the templates layer, which is unpacked in LAYER too: the emulator has no /opt."""
    shutil.rmtree(LAYER, ignore_errors=True)
    shutil.copytree(ROOT / "templates", LAYER)
    return Path(shutil.make_archive(str(LOCAL / "templates"), "zip", LAYER))
