"""What registering costs in write units, by what DynamoDB Local reports and by the documented rule.

One unit for each started kilobyte of an item, and as much again for its entry in an index; a write
whose condition does not hold is charged too. So "nothing" means that no write was sent at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.benchmarks.seats import READS, Meter, metered
from tests.conftest import an_event, utc
from tests.dynamodb_local import running_table
from tests.guarantees import HOSTS, form, opened
from tests.hooks import WEBHOOK_HOSTS, a_hook

from kallelse import connecting, editing, notifying, registering, tracing
from kallelse.adapters.dynamodb import Table, keys, open_desk
from kallelse.errors import EventFull
from kallelse.models import EventRecord, Mode, RegistrationState
from kallelse.ports import Desk

NOW = utc("2020-08-20T09:00")
SLUG = "fortroendebygge-abo-2020-09-16"
KILOBYTE = 1024


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    with running_table(4) as table:
        yield table


@pytest.fixture(autouse=True)
def _answering_a_request() -> Iterator[None]:
    """With the id that each registration keeps of its request, as long as API Gateway makes it."""
    with tracing.answering("JKJaXmPLvHcESHA="):
        yield


def filled(table: Table, desk: Desk, record: EventRecord, free: int = 0) -> None:
    """Take all seats but ``free`` in each block, under names as long as those of real holders."""
    for block in desk.seats.blocks(record.event.id, Mode.ONLINE):
        strangers = {f"aaaaaaaa{number:02}.{number % 9 + 1}" for number in range(block.seats - free)}
        key = keys.seat_block(record.event.id, Mode.ONLINE, block.number)
        table.update(key, "ADD holders :strangers", {":strangers": strangers})


def size(item: dict[str, Any]) -> int:
    """The size of an item by the rule of the Developer Guide, for the types that a block has."""
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(value: Any) -> int:
    if isinstance(value, set):
        return 3 + sum(1 + _size(each) for each in value)
    if isinstance(value, str):
        return len(value.encode())
    return (len(str(value).strip("0")) + 1) // 2 + 1  # a number: one byte for two digits, and one


def writes(meter: Meter) -> dict[str, int]:
    return {name: number for name, number in meter.operations.items() if name not in READS}


@pytest.mark.parametrize("seats", [50, 64, 500, 5_000])
def test_a_registration_costs_at_most_three_write_units_however_large_the_event(
    table: Table, seats: int
) -> None:
    desk = open_desk(table)
    record = opened(desk, NOW, id=f"{SLUG}-{seats}", seats=seats, seats_per_organisation=None)
    filled(table, desk, record, free=2)
    desk.seats.audited(record.event.id, Mode.ONLINE, desk.seats.blocks(record.event.id, Mode.ONLINE))
    # One for the block, one for the registration; the first after a quiet time puts the block in the index.
    for name, units in (("Ada", 3), ("Pia", 2)):
        if name == "Pia":
            for block in desk.seats.blocks(record.event.id, Mode.ONLINE):
                desk.seats.announce(record.event.id, Mode.ONLINE, block.number, NOW)
        with metered(table) as meter:
            answer = registering.register(desk, record, form(name, "Vasa stad"), NOW)
        assert answer.state is RegistrationState.CONFIRMED
        assert writes(meter) == {"UpdateItem": 1, "PutItem": 1}
        assert meter.written == units


def test_a_registration_of_an_event_with_webhooks_costs_no_more(table: Table) -> None:
    desk = open_desk(table)
    event = an_event(id="with-webhooks", seats=50, webhooks=[a_hook()])
    record = editing.apply(desk, event, HOSTS, NOW, webhook_hosts=WEBHOOK_HOSTS)
    connecting.new_secret(desk, record, "diariet", NOW)
    desk.seats.announce(record.event.id, Mode.ONLINE, 0, NOW)
    with metered(table) as meter:
        registering.register(desk, record, form("Ada", "Vasa stad"), NOW)
    assert meter.written == 2
    # What the clock writes for it once: the delivery, and its entry in the index.
    with metered(table) as meter:
        notifying.catch_up(desk, record, desk.registrations.of_event(record.event.id), NOW)
    assert (writes(meter), meter.written) == ({"PutItem": 1}, 2)
    with metered(table) as meter:
        notifying.catch_up(desk, record, desk.registrations.of_event(record.event.id), NOW)
    assert writes(meter) == {}


@pytest.mark.parametrize("seats", [50, 500, 5_000])
def test_a_refusal_of_a_full_event_writes_nothing(table: Table, seats: int) -> None:
    desk = open_desk(table)
    record = opened(desk, NOW, id=f"full-{seats}", seats=seats, waiting_list=False)
    filled(table, desk, record)
    with pytest.raises(EventFull):  # the first one finds out that all blocks are full
        registering.register(desk, record, form("First"), NOW)
    with metered(table) as meter:
        for number in range(10):
            with pytest.raises(EventFull):
                registering.register(desk, record, form(f"P{number}"), NOW)
    assert writes(meter) == {}
    assert meter.read / 10 <= 4


def test_a_block_with_64_holders_stays_below_a_kilobyte(table: Table) -> None:
    desk = open_desk(table)
    record = opened(desk, NOW, id=SLUG, seats=64, registration_opens="2020-08-01T12:00")
    filled(table, desk, record)
    # The longest that it becomes: before the sweep, and with others in line.
    for _ in range(100):
        desk.seats.close_to_newcomers(SLUG, Mode.ONLINE)
    item = table.get(keys.seat_block(SLUG, Mode.ONLINE, 0)) or {}
    assert set(item) >= {"queue", "due", "due_at", "touched_at", "opens_at", "closes_at"}
    assert len(item["holders"]) == 64
    assert size(item) <= KILOBYTE, f"{size(item) - KILOBYTE} bytes too long"
    with metered(table) as meter:
        desk.seats.announce(SLUG, Mode.ONLINE, 0, NOW)
    assert meter.written == 1
