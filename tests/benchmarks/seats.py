"""What a registration costs in write and read units, from 50 to 100,000 seats, on DynamoDB Local.

The registrations are spread over the blocks of the event; afterwards every seat is taken, and
refusals are counted. Units are those that the engine reports (ReturnConsumedCapacity), indexes
included; a person more costs the same however large the event is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.conftest import a_participant, an_event, utc
from tests.dynamodb_local import running_table

from kallelse import editing
from kallelse.adapters.dynamodb import Table, keys, open_desk
from kallelse.errors import EventFull
from kallelse.models import EventRecord, Mode
from kallelse.ports import Desk
from kallelse.registering import Submission, register

from .report import Section

SIZES = (50, 500, 5_000, 50_000, 100_000)
PEOPLE = 200
NOW = utc("2020-08-20T09:00")
READS = frozenset({"GetItem", "BatchGetItem", "Query"})


@dataclass
class Meter:
    """Units and calls since the meter was read last."""

    written: float = 0
    read: float = 0
    calls: int = 0
    operations: dict[str, int] = field(default_factory=dict)

    def note(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        """Add what one answer says that it consumed."""
        # A write whose condition does not hold is charged too (Developer Guide), and not told of; ours are
        # of items of a kilobyte at most.
        consumed = parsed.get("ConsumedCapacity", {"CapacityUnits": 1})
        units = sum(
            each["CapacityUnits"] for each in ([consumed] if isinstance(consumed, dict) else consumed)
        )
        if model.name in READS:
            self.read += units
        else:
            self.written += units
        self.calls += 1
        self.operations[model.name] = self.operations.get(model.name, 0) + 1

    def taken(self) -> tuple[float, float, int]:
        """Written units, read units and calls; starts anew."""
        found = (self.written, self.read, self.calls)
        self.written, self.read, self.calls = 0, 0, 0
        return found


@contextmanager
def metered(table: Table) -> Iterator[Meter]:
    """A meter on the table's client."""
    meter = Meter()
    events = table.client.meta.events

    def ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    events.register("before-parameter-build.dynamodb", ask)
    events.register("after-call.dynamodb", meter.note)
    yield meter
    events.unregister("before-parameter-build.dynamodb", ask)
    events.unregister("after-call.dynamodb", meter.note)


def opened(desk: Desk, seats: int) -> EventRecord:
    """An event without a waiting list, so that a refusal is final."""
    event = an_event(id=f"seats-{seats}", seats=seats, waiting_list=False)
    return editing.apply(desk, event, frozenset({"webbseminarium.example"}), NOW)


def attempt(desk: Desk, record: EventRecord, name: str) -> bool:
    """Whether one more person got a seat."""
    try:
        register(desk, record, Submission(a_participant(name), Mode.ONLINE), NOW)
    except EventFull:
        return False
    return True


def fill(table: Table, desk: Desk, record: EventRecord) -> None:
    """Take every seat that is left, without registrations."""
    for block in desk.seats.blocks(record.event.id, Mode.ONLINE):
        strangers = {f"stranger{n:02}" for n in range(block.free)}
        key = keys.seat_block(record.event.id, Mode.ONLINE, block.number)
        if strangers:
            table.update(key, "ADD holders :more", {":more": strangers})


def measure(table: Table, seats: int) -> list[str]:
    """One row of the table."""
    desk = open_desk(table)
    record = opened(desk, seats)
    people = min(PEOPLE, seats)
    with metered(table) as meter:
        accepted = sum(attempt(desk, record, f"P{number}") for number in range(people))
        written, read, calls = meter.taken()
        fill(table, desk, record)
        attempt(desk, record, "First")  # this one finds out that all blocks are full
        meter.taken()
        refused = sum(not attempt(desk, record, f"Late{number}") for number in range(20))
        for_nothing, _, _ = meter.taken()
    blocks = desk.seats.blocks(record.event.id, Mode.ONLINE)
    used = len({each.block for each in desk.registrations.of_event(record.event.id)})
    row = (seats, len(blocks), accepted, used, written / accepted, read / accepted, calls / accepted)
    return [f"{value:g}" for value in (*row, for_nothing / refused)]


def section(sizes: tuple[int, ...] = SIZES) -> Section:
    """The table."""
    heads = ("Seats", "Blocks", "Registered", "in blocks", "Written", "Read", "Calls", "Written when full")
    with running_table() as table:
        rows = [measure(table, seats) for seats in sizes]
    about = "Units per registration, and per refusal once full, by ReturnConsumedCapacity of DynamoDB Local."
    return Section("Units per registration by the size of the event", about, heads, rows)
