"""What organisers ask for when they take data away."""

from __future__ import annotations

from enum import StrEnum

from .text import Model


class What(StrEnum):
    """What a table is of."""

    REGISTRATIONS = "registrations"
    MAILS = "mails"
    SURVEY = "survey"
    FIGURES = "figures"


class FileFormat(StrEnum):
    """What a table can be taken away as; also the end of the file's name."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


MEDIA_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8; header=present",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.JSON: "application/json",
}
"""RFC 4180 registers that of CSV."""


class Export(Model):
    """A table as a file. ``bom``: begin CSV with a mark by which Excel knows that it is UTF-8."""

    what: What
    format: FileFormat = FileFormat.CSV
    bom: bool = False
