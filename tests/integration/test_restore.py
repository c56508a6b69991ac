"""A backup is restored as the runbook says, on AWS's engine: nobody comes back, nothing goes out twice."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from infra.restore import exported, load
from tests.conftest import table_definition
from tests.desks import Desks
from tests.dynamodb_local import running_table
from tests.guarantees import breaches
from tests.lives import lived
from tests.people import found, registered
from tests.visiting import MINUTE, NOW, Time, make_bucket, opened

from kallelse import dispatching, erasing, figures, mailing
from kallelse.adapters import ledger, s3
from kallelse.adapters.dynamodb import Table, open_desk
from kallelse.finding import all_events
from kallelse.models import MailKind, MailState, Mode, Registration
from kallelse.ports import Desk
from kallelse.seating import GRACE

BACKUP = NOW + 10 * MINUTE
FAILURE = NOW + timedelta(hours=2)
PREFIX = "backup/AWSDynamoDB/01600000000000-abcdef01"
Ask = Callable[[dict[str, Any]], dict[str, int] | None]


@pytest.fixture(scope="module")
def engine() -> Iterator[Table]:
    with running_table(4) as table:
        yield table


@pytest.fixture
def table(cloud: None, engine: Table) -> Iterator[Table]:
    """The empty table of the stack, and an empty bucket."""
    make_bucket()
    yield engine
    load(engine.client, engine.name, [])


def scanned(table: Table) -> list[dict[str, Any]]:
    pages = table.client.get_paginator("scan").paginate(TableName=table.name)
    return [item for page in pages for item in page["Items"]]


def export(table: Table, files: int = 3) -> None:
    """What ExportTableToPointInTime writes; DynamoDB Local has no such operation."""
    items = scanned(table)
    for number in range(files):
        lines = [json.dumps({"Item": item}, default=_base64) for item in items[number::files]]
        key = f"{PREFIX}/data/{number}.json.gz"
        boto3.client("s3").put_object(Bucket="bucket", Key=key, Body=gzip.compress("\n".join(lines).encode()))
    boto3.client("s3").put_object(Bucket="bucket", Key=f"{PREFIX}/manifest-summary.json", Body=b"{}")


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


@pytest.fixture
def new_table(engine: Table) -> Iterator[Table]:
    """The table of a stack that was deployed anew."""
    engine.client.create_table(**table_definition() | {"TableName": "anew"})
    yield Table(engine.client, "anew")
    engine.client.delete_table(TableName="anew")


@pytest.fixture
def ask(new_table: Table, time: Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Invokes the dispatcher of that stack."""
    settings = {"KALLELSE_TABLE": new_table.name, "KALLELSE_BUCKET": "bucket"}
    endpoint = {"AWS_ENDPOINT_URL_DYNAMODB": new_table.client.meta.endpoint_url}
    for name, value in (settings | endpoint).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("kallelse.config.system_clock", time)
    # The engine keeps the tables of each access key apart, and the session its key.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    from kallelse.handlers import dispatcher

    dispatcher._wiring.cache_clear()
    yield lambda event: dispatcher.handler(event, None)
    dispatcher._wiring.cache_clear()


def erased_by_the_clock(desk: Desk, registration: Registration) -> None:
    """Somebody is erased, and the next minutes enter it in the ledger."""
    at = NOW + timedelta(hours=1)
    erasing.erase(desk, desk.events.get("seminarium"), registration, at)
    dispatching.tick(desk, at + 2 * MINUTE)
    for erasure in desk.agenda.to_publish().erasures:
        erasing.enter(desk, ledger.connect("bucket"), s3.connect("bucket"), erasure)


def counts(desk: Desk) -> dict[str, Any]:
    """Events, registrations, seats taken, and the figures."""
    records = sorted(all_events(desk), key=lambda record: record.event.id)
    ids = [record.event.id for record in records]
    return {
        "events": ids,
        "registrations": Counter(each.state for name in ids for each in desk.registrations.of_event(name)),
        "seats": {name: taken(desk, name) for name in ids},
        "figures": [figures.figures(desk, record) for record in records],
    }


def taken(desk: Desk, event_id: str) -> int:
    return sum(len(block.holders) for block in desk.seats.blocks(event_id, Mode.ONLINE))


def test_a_restored_table_has_what_the_backup_had_without_those_erased_since_and_mails_nobody_twice(
    table: Table, new_table: Table, ask: Ask, time: Time
) -> None:
    desk = open_desk(table)
    record = lived(desk, seats=7, seats_per_organisation=10)
    opened(desk, id="other")
    desks = Desks(desk)
    desks.tick(BACKUP - MINUTE)
    registered(desk, record, "Eva", at=BACKUP - timedelta(seconds=1))  # whose mail has not gone out
    before, ada = counts(desk), found(desk, record, "ada@example.org")
    export(table)

    desks.tick(BACKUP + MINUTE)  # the mail to Eva
    registered(desk, record, "Fia", at=BACKUP + 2 * MINUTE)  # is lost
    desks.tick(BACKUP + 3 * MINUTE)
    erased_by_the_clock(desk, ada)
    sent = [(who, kind) for _, who, kind in desks.sent]
    assert {("eva", "confirmed"), ("fia", "confirmed")} <= set(sent)

    time.now = FAILURE
    restored = open_desk(new_table)
    put, deleted = load(new_table.client, "anew", exported(boto3.client("s3"), "bucket", PREFIX))
    assert (put, deleted) == (len(scanned(new_table)), 0)
    assert counts(restored) == before
    assert restored.registrations.find("seminarium", ada.id) == ada, "the backup knows her"

    assert ask({"replay": True}) == {"seminarium": 1}
    assert ask({"replay": True}) == {}
    assert ask({"hold": True}) == {"seminarium": 1}
    assert ask({"hold": True}) == {}

    after = counts(restored)
    assert restored.registrations.find("seminarium", ada.id) is None
    assert after["events"] == before["events"]
    assert after["registrations"].total() == before["registrations"].total() - 1
    assert after["seats"] == before["seats"] | {"seminarium": before["seats"]["seminarium"] - 1}
    later = Desks(restored)
    for minutes in (1, 2, 60 * 24):
        later.tick(FAILURE + minutes * MINUTE)
    assert breaches(restored, "seminarium", later.time.now) == []
    assert later.sent == []
    eva = found(restored, record, "eva@example.org")
    [held] = [each for each in restored.mails.to_recipient("seminarium", eva.mailbox) if each.stuck]
    assert (held.kind, held.state) == (MailKind.CONFIRMED, MailState.UNKNOWN)


def test_without_holding_mails_the_restored_table_would_send_what_went_out_after_the_backup(
    table: Table, new_table: Table
) -> None:
    desk = open_desk(table)
    registered(desk, opened(desk), "Ada")
    export(table)
    desks = Desks(desk)
    desks.tick(BACKUP)
    load(new_table.client, "anew", exported(boto3.client("s3"), "bucket", PREFIX))
    later = Desks(open_desk(new_table))
    later.tick(FAILURE)
    assert [each[1:] for each in later.sent] == [each[1:] for each in desks.sent] == [("ada", "confirmed")]


def test_what_fell_due_after_the_backup_is_held_too_and_what_falls_due_later_goes_out(
    table: Table, new_table: Table, ask: Ask, time: Time
) -> None:
    desk = open_desk(table)
    record = opened(desk, reminders=["P3D"])
    registered(desk, record, "Ada")
    Desks(desk).tick(BACKUP)
    export(table)
    reminded = Desks(desk)
    reminded.tick(record.event.starts_at - timedelta(days=3) + MINUTE)
    assert [kind for *_, kind in reminded.sent] == [MailKind.REMINDER]
    load(new_table.client, "anew", exported(boto3.client("s3"), "bucket", PREFIX))
    time.now = record.event.starts_at - timedelta(days=2)
    assert ask({"hold": True}) == {"seminarium": 1}
    later = Desks(open_desk(new_table))
    later.tick(time.now + MINUTE)
    assert later.sent == []
    later.tick(record.event.join_link_at)
    assert [kind for *_, kind in later.sent] == [MailKind.JOIN_LINK]


def test_an_operator_sends_what_is_held_after_all(table: Table) -> None:
    desk = open_desk(table)
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    dispatching.tick(desk, NOW + GRACE + MINUTE)
    assert mailing.hold(desk, NOW + 2 * MINUTE) == {"seminarium": 1}
    [mail] = desk.mails.to_recipient("seminarium", ada.mailbox)
    mailing.decide(desk, mail.id, again=True, now=NOW + 3 * MINUTE)
    desks = Desks(desk)
    desks.tick(NOW + 4 * MINUTE)
    assert [who for _, who, _ in desks.sent] == ["ada"]
    assert mailing.hold(desk, NOW + 5 * MINUTE) == {}


def test_restoring_over_a_table_that_is_in_use_leaves_what_the_backup_had_and_nothing_else(
    table: Table,
) -> None:
    desk = open_desk(table)
    record = lived(desk, seats_per_organisation=100)
    made_up: Any = {"pk": {"S": "EVENT#made-up"}, "sk": {"S": "BYTES"}, "words": {"SS": ["a", "b"]}}
    table.client.put_item(TableName=table.name, Item=made_up | {"value": {"B": bytes(range(256))}})
    export(table)
    items = scanned(table)
    for number in range(60):  # more than one batch each way
        registered(desk, record, f"Person{number}")
    opened(desk, title={"sv": "En annan titel"})
    put, deleted = load(table.client, table.name, exported(boto3.client("s3"), "bucket", PREFIX))
    assert put == len(items)
    assert deleted >= 60
    assert sorted(map(repr, scanned(table))) == sorted(map(repr, items))
