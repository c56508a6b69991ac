"""Tables as files: what a spreadsheet or a program finds in them, and that no cell is a formula."""

from __future__ import annotations

import csv
import json
import re
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from tempfile import TemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from tests.conftest import utc

from kallelse.downloading import harmless, write
from kallelse.models import FileFormat
from kallelse.tabling import Cell, Table

HELSINKI = ZoneInfo("Europe/Helsinki")
DANGEROUS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]


def a_table(*rows: Sequence[Cell]) -> Table:
    columns = tuple(f"column_{number}" for number in range(len(rows[0]))) if rows else ("column_0",)
    return Table(
        columns, [tuple(row) for row in rows], [dict(zip(columns, row, strict=True)) for row in rows]
    )


def written(wanted: FileFormat, *rows: Sequence[Cell], bom: bool = False) -> bytes:
    file = BytesIO()
    write(a_table(*rows), wanted, HELSINKI, file, bom=bom)
    return file.getvalue()


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode(), newline=""), strict=True))[1:]


def read_xlsx(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


TEXTS = [
    "Åsa Öberg, Vasa",
    'sade "hej"',
    "två\nrader",
    '"',
    ",",
    "a,b;c",
    "",
    "'",
    "日本語 🎉",
    "_x000D_",
    "http://example.org/",
    "007",
    "1e5",
    "TRUE",
    "2020-09-16",
]


def test_csv_has_crlf_and_quotes_only_where_rfc_4180_asks_for_them() -> None:
    content = written(FileFormat.CSV, ["Ada", 'sade "hej"', "a,b", "två\nrader"])
    assert (
        content == b'column_0,column_1,column_2,column_3\r\nAda,"sade ""hej""","a,b","tv\xc3\xa5\nrader"\r\n'
    )


def test_what_is_written_as_csv_is_read_again() -> None:
    assert read_csv(written(FileFormat.CSV, TEXTS, TEXTS[::-1])) == [TEXTS, TEXTS[::-1]]


def test_csv_begins_with_a_byte_order_mark_only_when_it_is_asked_for() -> None:
    plain, marked = written(FileFormat.CSV, ["Ä"]), written(FileFormat.CSV, ["Ä"], bom=True)
    assert marked == b"\xef\xbb\xbf" + plain
    assert plain.startswith(b"column_0\r\n")
    assert not written(FileFormat.JSON, ["Ä"], bom=True).startswith(b"\xef")


@pytest.mark.parametrize("start", DANGEROUS)
def test_a_cell_of_csv_that_begins_like_a_formula_is_text(start: str) -> None:
    # What a participant wrote in the form cannot begin with white space; here anything may.
    assert read_csv(written(FileFormat.CSV, [f"{start}1+1", "x"]))[0][0].startswith("'")


@pytest.mark.parametrize("start", "=+-@＝＋－＠")
@pytest.mark.parametrize("before", ["a;", "a\n", "a\t", 'a"', 'a;"', ";", '"'])
def test_a_formula_within_a_cell_is_text_too_where_excel_separates_by_semicolon(
    before: str, start: str
) -> None:
    assert harmless(f"{before}{start}1") == f"{before}'{start}1"


@pytest.mark.parametrize("dialect", [",", ";", "\t"])
@pytest.mark.parametrize("quotes", [csv.QUOTE_MINIMAL, csv.QUOTE_NONE])
def test_however_the_file_is_separated_no_cell_begins_like_a_formula(dialect: str, quotes: Any) -> None:
    attacks = [
        f'{before}{start}cmd|"/c calc"!A0'
        for before in ("", "a;", 'a"', 'a;"', "a\n", ";;")
        for start in DANGEROUS
    ]
    text = written(FileFormat.CSV, *([attack, "x"] for attack in attacks)).decode()
    cells = [
        cell
        for row in csv.reader(StringIO(text, newline=""), delimiter=dialect, quoting=quotes)
        for cell in row
    ]
    assert len(cells) > len(attacks)
    assert not [cell for cell in cells if re.match(r"[=+\-@＝＋－＠]", cell.strip('"'))]


@pytest.mark.parametrize("text", ["Ada", "a-b", "a=b", "ada@example.org", "1+1", "Bo - Cia", "'=1"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_numbers_of_our_own_are_no_text_in_csv() -> None:
    assert read_csv(written(FileFormat.CSV, [-1, 0.25, True, None])) == [["-1", "0.25", "true", ""]]


# The clocks of Helsinki are put back on 25 October 2020 at 01:00 UTC, from 04:00 to 03:00.
INSTANTS = [
    utc("2020-10-25T00:30"),
    utc("2020-10-25T01:30"),
    utc("2020-09-16T10:00"),
    utc("2020-12-31T22:00"),
]


def test_csv_tells_instants_by_the_events_clock_with_its_offset() -> None:
    assert read_csv(written(FileFormat.CSV, INSTANTS))[0] == [
        "2020-10-25T03:30:00+03:00",
        "2020-10-25T03:30:00+02:00",
        "2020-09-16T13:00:00+03:00",
        "2021-01-01T00:00:00+02:00",
    ]


def test_xlsx_has_real_dates_by_the_events_clock() -> None:
    assert read_xlsx(written(FileFormat.XLSX, INSTANTS))[0] == [
        datetime(2020, 10, 25, 3, 30),
        datetime(2020, 10, 25, 3, 30),
        datetime(2020, 9, 16, 13),
        datetime(2021, 1, 1),
    ]


def test_xlsx_keeps_text_as_text_and_has_no_formula_and_no_link() -> None:
    attacks = [f'{start}HYPERLINK("https://evil.example","x")' for start in DANGEROUS]
    texts = [text for text in TEXTS if text] + attacks + ["{=1+1}", "\x7f", "\ufffe"]
    sheet = load_workbook(BytesIO(written(FileFormat.XLSX, *([text] for text in texts)))).worksheets[0]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert [unescape(str(cell.value)) for cell in cells] == texts


def test_xlsx_has_numbers_and_truths_and_leaves_out_what_there_is_not() -> None:
    assert read_xlsx(written(FileFormat.XLSX, [3, 0.25, True, None, "x"])) == [[3, 0.25, True, None, "x"]]


def test_the_head_of_the_sheet_stays_in_sight_above_columns_wide_enough_for_dates() -> None:
    sheet = load_workbook(BytesIO(written(FileFormat.XLSX, INSTANTS))).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == ["column_0", "column_1", "column_2", "column_3"]
    assert sheet.column_dimensions["A"].width > len("2020-10-25 03:30:00")


def test_a_text_that_is_too_long_for_a_cell_is_cut_and_not_lost() -> None:
    assert read_xlsx(written(FileFormat.XLSX, ["å" * 32_768])) == [["å" * 32_767]]


def test_json_is_a_list_of_the_records() -> None:
    assert json.loads(written(FileFormat.JSON, ["Åsa", None, 1], ["=1", "x", 2])) == [
        {"column_0": "Åsa", "column_1": None, "column_2": 1},
        {"column_0": "=1", "column_1": "x", "column_2": 2},
    ]


@pytest.mark.parametrize("wanted", FileFormat)
def test_a_table_without_rows_is_a_file_too(wanted: FileFormat) -> None:
    file = BytesIO()
    write(Table(("column_0",), [], []), wanted, HELSINKI, file)
    content = file.getvalue()
    if wanted is FileFormat.JSON:
        assert json.loads(content) == []
    else:
        assert (read_csv if wanted is FileFormat.CSV else read_xlsx)(content) == []


def many(number: int) -> Iterator[tuple[Cell, ...]]:
    return (
        (f"{each:032x}", utc("2020-08-20T09:00"), "Ada Åberg", f"{each}@example.org", "å" * 100)
        for each in range(number)
    )


def memory_for(number: int, wanted: FileFormat) -> int:
    """The most bytes that were allocated at one time while a table of so many rows was written."""
    columns = ("a", "b", "c", "d", "e")
    records = ({"name": row[2], "greeting": row[4]} for row in many(number))
    with TemporaryFile() as file:
        tracemalloc.start()
        write(Table(columns, many(number), records), wanted, HELSINKI, file)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@pytest.mark.parametrize("wanted", FileFormat)
def test_ten_times_as_many_rows_take_hardly_more_memory(wanted: FileFormat) -> None:
    memory_for(10, wanted)  # what is made only once
    assert memory_for(10_000, wanted) < 1.5 * memory_for(1_000, wanted)
