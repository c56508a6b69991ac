"""What `sam package` would hand to AWS: archives of the functions and of the layers."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..build import LOCAL, ROOT, artefact, typesetter, zipped

LAYER = LOCAL / "layer"


def functions_archive() -> Path:
    """The archive of the package kallelse with its runtime dependencies."""
    return zipped(artefact())


def typesetter_archive() -> Path:
    """The archive of the layer that sets PDFs."""
    return zipped(typesetter())


def templates_archive() -> Path:
    """The archive of the templates layer, which is unpacked in LAYER too: the emulator has no /opt."""
    shutil.rmtree(LAYER, ignore_errors=True)
    shutil.copytree(ROOT / "templates", LAYER)
    return Path(shutil.make_archive(str(LOCAL / "templates"), "zip", LAYER))
