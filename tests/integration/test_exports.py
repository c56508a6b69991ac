"""The route by which organisers take data away."""

from __future__ import annotations

import csv
import json
from base64 import b64decode
from io import BytesIO, StringIO
from typing import Any

import boto3
import pytest
from openpyxl import load_workbook
from tests.conftest import utc
from tests.people import registered
from tests.visiting import MINUTE, NOW, Ask, Time, opened

from kallelse.models import EventRecord
from kallelse.ports import Desk

CSV = "text/csv; charset=utf-8; header=present"


@pytest.fixture
def record(desk: Desk) -> EventRecord:
    """The example event, where Ada and Bo have the seats and Cia waits."""
    record = opened(desk)
    for number, name in enumerate(("Ada", "Bo", "Cia")):
        registered(desk, record, name, at=NOW + number * MINUTE)
    return record


def names(answer: dict[str, Any]) -> list[str]:
    return [row["name"] for row in csv.DictReader(StringIO(answer["body"], newline=""))]


def refused(answer: dict[str, Any]) -> list[str]:
    assert answer["statusCode"] == 422
    return [each["field"] for each in json.loads(answer["body"])["errors"]]


@pytest.mark.usefixtures("record")
def test_registrations_are_handed_out_as_csv_to_be_saved_under_a_good_name(organise: Ask, time: Time) -> None:
    time.now = utc("2020-08-20T22:00")
    answer = organise("GET", "/export", what="registrations")
    headers = answer["headers"]
    assert (answer["statusCode"], headers["Content-Type"]) == (200, CSV)
    assert headers["Content-Disposition"] == 'attachment; filename="seminarium-registrations-2020-08-21.csv"'
    assert headers["Cache-Control"] == "no-store"
    assert names(answer) == ["Ada", "Bo", "Cia"]


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("state", "waiting", ["Cia"]),
        ("state", "confirmed", ["Ada", "Bo"]),
        ("state", "cancelled", []),
        ("text", "ada", ["Ada"]),
        ("joined", "true", []),
    ],
)
def test_registrations_are_chosen_by_the_conditions_of_the_list(
    organise: Ask, condition: str, value: str, expected: list[str]
) -> None:
    assert names(organise("GET", "/export", what="registrations", **{condition: value})) == expected


@pytest.mark.usefixtures("record")
def test_csv_has_its_mark_for_excel_when_it_is_asked_for(organise: Ask) -> None:
    answer = organise("GET", "/export", what="registrations", bom="true")
    assert answer["body"].startswith("\ufeffregistration_id,")


@pytest.mark.usefixtures("record")
def test_a_spreadsheet_comes_as_bytes(organise: Ask) -> None:
    answer = organise("GET", "/export", what="registrations", format="xlsx")
    assert answer["isBase64Encoded"] is True
    sheet = load_workbook(BytesIO(b64decode(answer["body"]))).worksheets[0]
    assert [row[5].value for row in sheet.iter_rows()] == ["name", "Ada", "Bo", "Cia"]


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize(("what", "number"), [("registrations", 3), ("mails", 0), ("figures", 1)])
def test_whatever_can_be_taken_away_comes_as_json_too(organise: Ask, what: str, number: int) -> None:
    answer = organise("GET", "/export", what=what, format="json")
    assert answer["headers"]["Content-Type"] == "application/json"
    assert len(json.loads(answer["body"])) == number


def test_a_large_export_is_led_to_for_five_minutes(organise: Ask, desk: Desk) -> None:
    # Each has at most 10,000 letters, so that 60 make more than a megabyte in UTF-8.
    question = {"id": "life", "kind": "long-text", "label": {"sv": "Berätta"}}
    record = opened(desk, seats=100, form={"questions": [question]})
    for number in range(60):
        registered(desk, record, f"Ada{number}", answers={"life": ("å" * 10_000,)})
    answer = organise("GET", "/export", what="registrations")
    assert (answer["statusCode"], answer["body"]) == (303, "")
    [kept] = boto3.client("s3").list_objects_v2(Bucket="bucket")["Contents"]
    assert kept["Key"].startswith("exports/seminarium/")
    assert f"/{kept['Key']}?" in answer["headers"]["Location"]
    assert "X-Amz-Expires=300" in answer["headers"]["Location"]


@pytest.mark.usefixtures("record")
def test_who_took_what_away_is_in_the_audit_log_and_what_was_refused_is_not(organise: Ask) -> None:
    organise("GET", "/export", what="registrations", format="xlsx")
    organise("GET", "/export", what="survey")
    [entry] = json.loads(organise("GET", "/audit")["body"])["entries"]
    assert (entry["action"], entry["by"], entry["done"]) == ("get_export", "local organiser", True)
    assert entry["about"] == {"what": "registrations", "format": "xlsx"}
    assert (entry["before"], entry["after"]) == ({}, {})


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "what"),
        ({"what": "everything"}, "what"),
        ({"what": "mails", "format": "ods"}, "format"),
        ({"what": "mails", "bom": "perhaps"}, "bom"),
        ({"what": "mails", "states": "waiting"}, "states"),
        ({"what": "registrations", "state": "seated"}, "state"),
        ({"what": "mails", "state": "waiting"}, "state"),
    ],
)
def test_what_cannot_be_exported_is_named(organise: Ask, query: dict[str, str], field: str) -> None:
    assert refused(organise("GET", "/export", **query)) == [field]


def test_a_survey_that_too_few_answered_is_not_handed_out(organise: Ask, desk: Desk) -> None:
    lunch = {"id": "lunch", "kind": "yes-no", "label": {"sv": "Lunch?"}}
    opened(desk, survey={"questions": [lunch]})
    assert organise("GET", "/export", what="survey")["statusCode"] == 409


def test_an_unknown_event_has_no_export(organise: Ask) -> None:
    assert organise("GET", "/export", what="mails")["statusCode"] == 404
