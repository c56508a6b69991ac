"""What `sam package` would hand to AWS: archives of the functions and of the layers."""

from __future__ import annotations

from pathlib import Path

from ..build import artefact, templates, typesetter, zipped


def functions_archive() -> Path:
    """The archive of the package kallelse with its runtime dependencies."""
    return zipped(artefact())


def typesetter_archive() -> Path:
    """The archive of the layer that sets PDFs."""
    return zipped(typesetter())


def templates_archive() -> Path:
    """The archive of the templates layer."""
    return zipped(templates())
