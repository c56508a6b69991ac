"""Handing a table out as a file: a small one at once, a large one through the bucket.

The file is written row by row to the disk of the function (512 MB in Lambda), and from there to the
bucket in parts, so that memory does not grow with it.
"""

from __future__ import annotations

import csv
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import SEEK_END, TextIOWrapper
from itertools import chain
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from .models import MEDIA_TYPES, Event, Export, FileFormat
from .ports import Exports
from .tabling import Cell, Table

SMALL = 1_000_000
"""Bytes that are answered at once. An answer of Lambda has at most 6 MB, in base64 and JSON:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

VALID = timedelta(minutes=5)
"""How long the address of a large file works."""


@dataclass(frozen=True)
class Download:
    """A file to take away: ``content``, or the ``address`` that it can be fetched from for five minutes."""

    name: str
    media_type: str
    content: str | bytes = ""
    address: str | None = None


def hand_out(exports: Exports, event: Event, wanted: Export, table: Table, now: datetime) -> Download:
    """The table as a file. Raises Unavailable when the bucket does not keep up."""
    zone, end, media_type = ZoneInfo(event.timezone), wanted.format, MEDIA_TYPES[wanted.format]
    name = f"{event.id}-{wanted.what}-{now.astimezone(zone).date()}.{end}"
    with TemporaryFile() as file:
        write(table, wanted.format, zone, file, bom=wanted.bom)
        size = file.seek(0, SEEK_END)
        file.seek(0)
        if size <= SMALL:
            content = file.read()
            return Download(name, media_type, content if end is FileFormat.XLSX else content.decode())
        key = f"exports/{event.id}/{secrets.token_urlsafe(16)}.{end}"
        exports.upload(key, file, media_type, name)
    return Download(name, media_type, address=exports.address(key, VALID))


def write(table: Table, wanted: FileFormat, zone: ZoneInfo, file: BinaryIO, *, bom: bool = False) -> None:
    """Write the table to the file. Instants are told by the clock of ``zone``, in JSON in UTC.

    ``bom``: begin CSV with a byte order mark.
    """
    if wanted is FileFormat.XLSX:
        _write_xlsx(table, zone, file)
        return
    text = TextIOWrapper(file, "utf-8-sig" if bom and wanted is FileFormat.CSV else "utf-8", newline="")
    if wanted is FileFormat.CSV:
        _write_csv(table, zone, text)
    else:
        _write_json(table, text.write)
    text.detach()  # what it closes is not its own


def _write_json(table: Table, write: Callable[[str], object]) -> None:
    before = "["
    for each in table.records:
        write(before + json.dumps(each, ensure_ascii=False))
        before = ",\n"
    write("]" if before != "[" else "[]")


def _write_csv(table: Table, zone: ZoneInfo, text: TextIOWrapper) -> None:
    """RFC 4180, as Python's own dialect is: commas, CRLF, quotes only where they are needed."""
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerows([_in_csv(cell, zone) for cell in row] for row in table.rows)


def _in_csv(cell: Cell, zone: ZoneInfo) -> str | float | None:
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return harmless(cell) if isinstance(cell, str) else cell


FORMULA = re.compile('^(?=[=+\\-@\t\r\n＝＋－＠])|(?<=[;\t\r\n"])(?=[=+\\-@＝＋－＠])')
"""Where a spreadsheet may take the rest of a cell for a formula.

The characters are those of https://owasp.org/www-community/attacks/CSV_Injection. They count not only
where the cell begins: Excel in Swedish and Finnish separates by semicolon, whatever the quotes say.
"""


def harmless(text: str) -> str:
    """The text with an apostrophe before whatever a spreadsheet may take for a formula.

    PyPI's defusedcsv leaves tabs, line ends and wide characters alone, and changes more than it must.
    """
    return FORMULA.sub("'", text)


LONGEST_CELL = 32_767
"""Characters of a cell of Excel (its specifications and limits)."""

WIDE = frozenset({"registration_id", "mail_id", "recipient", "name", "email", "organisation", "figure"})
"""The columns that are wider than others."""


def _write_xlsx(table: Table, zone: ZoneInfo, file: BinaryIO) -> None:
    # Only who asks for a spreadsheet pays for what writes one.
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(table.columns):
            sheet.set_column(number, number, 36 if column in WIDE else 20)
        for line, row in enumerate(chain([table.columns], table.rows)):
            for number, cell in enumerate(row):
                _write_cell(sheet, line, number, cell, zone)


def _write_cell(sheet: Any, line: int, number: int, cell: Cell, zone: ZoneInfo) -> None:
    """Write a cell as what it is: text is never taken for a formula, a number or a link."""
    if isinstance(cell, datetime):
        sheet.write_datetime(line, number, cell.astimezone(zone).replace(tzinfo=None))
    elif isinstance(cell, bool):
        sheet.write_boolean(line, number, cell)
    elif isinstance(cell, str):
        sheet.write_string(line, number, cell[:LONGEST_CELL])
    elif cell is not None:
        sheet.write_number(line, number, cell)
