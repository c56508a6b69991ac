"""The tables that organisers take away, and how large ones come by way of the bucket."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from io import BytesIO, StringIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import boto3
import pytest
from openpyxl import load_workbook
from tests.conftest import an_event, utc
from tests.people import registered
from tests.simulation.faults import Fault, Faults
from tests.visiting import DIET, NOW, make_bucket, opened

from kallelse import dialogues, surveying, tabling
from kallelse.adapters import s3
from kallelse.downloading import SMALL, Download, hand_out, write
from kallelse.errors import NotFound, TooFewAnswers, Unavailable
from kallelse.models import EventRecord, Export, FileFormat, Mail, MailKind, MailState, Registration, What
from kallelse.ports import Desk
from kallelse.tabling import Table

LUNCH = {"id": "lunch", "kind": "yes-no", "label": {"sv": "Lunch?"}}
WORD = {"id": "word", "kind": "text", "label": {"sv": "Ett ord"}}
SURVEY = {"questions": [LUNCH, DIET, WORD]}


def as_csv(table: Table) -> list[dict[str, str]]:
    file = BytesIO()
    write(table, FileFormat.CSV, ZoneInfo("Europe/Helsinki"), file)
    return list(csv.DictReader(StringIO(file.getvalue().decode(), newline="")))


def as_json(table: Table) -> list[dict[str, Any]]:
    file = BytesIO()
    write(table, FileFormat.JSON, ZoneInfo("Europe/Helsinki"), file)
    found: list[dict[str, Any]] = json.loads(file.getvalue())
    return found


def remind(desk: Desk, registration: Registration, **fate: Any) -> Mail:
    """A reminder, and what became of it."""
    mail = Mail(
        event_id="seminarium",
        kind=MailKind.REMINDER,
        recipient=registration.mailbox,
        version=1,
        created_at=NOW,
        **fate,
    )
    desk.mails.create(mail)
    return mail


def of_registrations(desk: Desk, record: EventRecord) -> Table:
    return tabling.of_registrations(desk, record, desk.registrations.of_event(record.event.id))


def test_a_row_tells_what_the_participant_told_under_columns_that_keep_their_names(desk: Desk) -> None:
    record = opened(desk, form={"questions": [LUNCH, DIET]})
    answers = {"lunch": ("yes",), "diet": ("vegetarian", "gluten-free")}
    ada = registered(desk, record, "Ada", role="Direktör", greeting="=1\nHej", answers=answers)
    remind(desk, ada, state=MailState.BOUNCED)
    assert as_csv(of_registrations(desk, record)) == [
        {
            "registration_id": ada.id,
            "arrived_at": "2020-08-20T12:00:00+03:00",
            "state": "confirmed",
            "mode": "online",
            "group": "",
            "name": "Ada",
            "email": "ada@example.org",
            "organisation": "Vasa",
            "organisation_kind": "municipality",
            "role": "Direktör",
            "language": "sv",
            "accessibility": "",
            "greeting": "'=1\nHej",
            "answers.lunch": "yes",
            "answers.diet": "vegetarian, gluten-free",
            "joined_at": "",
            "undeliverable": "bounced",
            "cancelled_at": "",
        }
    ]


def test_json_has_the_fields_of_the_registration_itself(desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada", greeting="=1")
    [told] = as_json(of_registrations(desk, record))
    assert told["participant"] == ada.participant.model_dump(mode="json")
    assert (told["id"], told["registered_at"]) == (ada.id, "2020-08-20T09:00:00Z")
    assert (told["group"], told["undeliverable"]) == (None, None)
    assert not {"outbox", "nonce"} & set(told)


def test_the_group_of_a_participant_is_told(desk: Desk) -> None:
    record = opened(desk, seats=4, dialogue={"size": {"least": 2, "most": 4}})
    for name in ("Ada", "Bo"):
        registered(desk, record, name)
    dialogues.make(desk, record, NOW)
    assert [row["group"] for row in as_csv(of_registrations(desk, record))] == ["1", "1"]


def test_answers_to_a_question_that_the_event_no_longer_asks_are_not_lost(desk: Desk) -> None:
    record = opened(desk, form={"questions": [LUNCH, DIET]})
    registered(desk, record, "Ada", answers={"lunch": ("yes",), "diet": ("vegetarian",)})
    record = opened(desk, form={"questions": [WORD, {**DIET, "shown_when": None}]})
    table = of_registrations(desk, record)
    assert [name for name in table.columns if "." in name] == [
        "answers.word",
        "answers.diet",
        "answers.lunch",
    ]
    [row] = as_csv(table)
    assert (row["answers.word"], row["answers.diet"], row["answers.lunch"]) == ("", "vegetarian", "yes")


def test_only_the_registrations_that_were_asked_for_are_in_the_table_in_their_order(desk: Desk) -> None:
    record = opened(desk)
    ada, bo, cia = [registered(desk, record, name) for name in ("Ada", "Bo", "Cia")]
    table = tabling.of_registrations(desk, record, [cia, ada])
    assert [row["name"] for row in as_csv(table)] == ["Cia", "Ada"]
    assert bo.id not in json.dumps(as_json(table))


def test_mails_are_told_with_where_each_stands_and_without_names(desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    mail = remind(desk, ada, state=MailState.UNKNOWN, stuck=True, attempt=2)
    assert as_csv(tabling.of_mails(desk, record)) == [
        {
            "mail_id": f"seminarium_reminder_r-{ada.id}_1",
            "kind": "reminder",
            "recipient": f"r-{ada.id}",
            "version": "1",
            "state": "unknown",
            "stuck": "true",
            "attempt": "2",
            "created_at": "2020-08-20T12:00:00+03:00",
            "due_at": "",
        }
    ]
    [told] = as_json(tabling.of_mails(desk, record))
    assert (told["id"], told["stuck"], told["created_at"]) == (mail.id, True, "2020-08-20T09:00:00Z")


def answered(desk: Desk, record: EventRecord, number: int) -> None:
    for each in range(number):
        answers = {"lunch": ["yes"], "diet": ["vegetarian", "gluten-free"], "word": [f"Hemligt {each}"]}
        surveying.take(desk, record, answers, f"nonce {each}", record.event.ends_at)


def test_answers_to_the_survey_are_told_from_the_fifth_on_without_what_was_written(desk: Desk) -> None:
    record = opened(desk, survey=SURVEY)
    answered(desk, record, 4)
    with pytest.raises(TooFewAnswers):
        tabling.of_survey(desk, record)
    answered(desk, record, 5)
    row = {"answers.lunch": "yes", "answers.diet": "vegetarian, gluten-free"}
    assert as_csv(tabling.of_survey(desk, record)) == [row] * 5
    record_told = {"lunch": ["yes"], "diet": ["vegetarian", "gluten-free"]}
    assert as_json(tabling.of_survey(desk, record)) == [record_told] * 5


def test_an_event_without_a_survey_has_no_table_of_it(desk: Desk) -> None:
    with pytest.raises(NotFound):
        tabling.of_survey(desk, opened(desk))


def test_each_figure_stands_under_its_path(desk: Desk) -> None:
    record = opened(desk)
    registered(desk, record, "Ada")
    told = {row["figure"]: row["value"] for row in as_csv(tabling.of_figures(desk, record))}
    assert (told["seats.taken"], told["seats.modes.online.free"]) == ("1", "1")
    assert (told["registrations.confirmed"], told["attendance.share"]) == ("1", "0.0")
    assert (told["days.0.day"], told["days.0.confirmed"], told["survey"]) == ("2020-08-20", "1", "")
    assert as_json(tabling.of_figures(desk, record))[0]["seats"]["taken"] == 1


@pytest.fixture
def bucket(desk: Desk) -> s3.BucketDocuments:
    make_bucket()
    return s3.connect("bucket")


def long(rows: int) -> Table:
    """A table of about a megabyte for each ten thousand rows."""
    columns = ("name", "greeting")
    return Table(columns, ((f"Ada {each}", "å" * 43) for each in range(rows)), [])


def taken(
    bucket: s3.BucketDocuments,
    what: What,
    table: Table,
    wanted: FileFormat,
    at: datetime = NOW,
    bom: bool = False,
) -> Download:
    return hand_out(bucket, an_event(), Export(what=what, format=wanted, bom=bom), table, at)


def stored() -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket="bucket").get("Contents", [])]


def test_a_small_file_is_handed_out_at_once_and_never_stored(bucket: s3.BucketDocuments) -> None:
    made = taken(bucket, What.REGISTRATIONS, long(2), FileFormat.CSV)
    assert (made.name, made.address) == ("seminarium-registrations-2020-08-20.csv", None)
    assert str(made.content).splitlines()[1] == f"Ada 0,{'å' * 43}"
    assert stored() == []


def test_the_name_of_a_file_has_the_day_in_the_events_zone(bucket: s3.BucketDocuments) -> None:
    late = utc("2020-08-20T21:00")
    made = taken(bucket, What.MAILS, long(1), FileFormat.XLSX, at=late)
    assert made.name == "seminarium-mails-2020-08-21.xlsx"
    assert isinstance(made.content, bytes)
    assert load_workbook(BytesIO(made.content)).worksheets[0]["A2"].value == "Ada 0"


def test_a_large_file_comes_in_parts_by_way_of_the_bucket(bucket: s3.BucketDocuments) -> None:
    called: list[str] = []
    bucket.client.meta.events.register("before-call.s3", lambda model, **_: called.append(model.name))
    made = taken(bucket, What.REGISTRATIONS, long(100_000), FileFormat.CSV, bom=True)
    assert called == [
        "CreateMultipartUpload",
        "UploadPart",
        "UploadPart",
        "CompleteMultipartUpload",
        "HeadObject",
    ]
    [key] = stored()
    assert key.startswith("exports/seminarium/")
    assert key.endswith(".csv")
    kept = boto3.client("s3").get_object(Bucket="bucket", Key=key)
    assert kept["ContentType"].startswith("text/csv; charset=utf-8")
    assert kept["ContentDisposition"] == 'attachment; filename="seminarium-registrations-2020-08-20.csv"'
    rows = list(csv.reader(StringIO(kept["Body"].read().decode("utf-8-sig"), newline="")))
    assert (len(rows), rows[0], rows[-1]) == (100_001, ["name", "greeting"], ["Ada 99999", "å" * 43])
    assert made.content == ""
    address = urlsplit(made.address or "")
    assert address.path == f"/{key}"
    assert parse_qs(address.query)["X-Amz-Expires"] == ["300"]


def test_two_exports_never_have_one_key(bucket: s3.BucketDocuments) -> None:
    for _ in range(2):
        taken(bucket, What.REGISTRATIONS, long(12_000), FileFormat.CSV)
    assert len(stored()) == 2


def test_a_file_of_just_the_size_that_is_small_is_handed_out_at_once(bucket: s3.BucketDocuments) -> None:
    def of_size(size: int) -> Table:
        return Table(("a",), iter([("x" * (size - len("a\r\n\r\n")),)]), [])

    made = taken(bucket, What.MAILS, of_size(SMALL), FileFormat.CSV)
    assert (len(made.content), made.address) == (SMALL, None)
    assert taken(bucket, What.MAILS, of_size(SMALL + 1), FileFormat.CSV).address


def test_a_bucket_that_does_not_keep_up_is_told_as_unavailable(
    bucket: s3.BucketDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    faults = Faults()
    faults.attach(bucket.client)
    faults.strike(0, Fault.LOST_FOR_GOOD)
    with pytest.raises(Unavailable):
        taken(bucket, What.REGISTRATIONS, long(12_000), FileFormat.CSV)
