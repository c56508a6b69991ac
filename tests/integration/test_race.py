"""Races on DynamoDB Local, whose conditional writes are atomic: nobody sits on another's seat.

``KALLELSE_RACE_ROUNDS``: how many rounds of pairs of operations are raced; ``make race`` sets 1,000.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations_with_replacement

import pytest
from tests.conftest import table_definition
from tests.dynamodb_local import running_table
from tests.guarantees import HOSTS, breaches, by_name, form, opened
from tests.integration.races import NOW, OPERATIONS, Round, judged

from kallelse import editing, managing, registering, seating
from kallelse.adapters.dynamodb import Table, arranging, keys, open_desk
from kallelse.adapters.dynamodb.seats import TableSeats
from kallelse.errors import EventFull, OrganisationFull, Refused
from kallelse.models import EventRecord, Mode, RegistrationState
from kallelse.ports import Desk, NoSeat

PAIRS = list(combinations_with_replacement(OPERATIONS, 2))
ROUNDS = int(os.environ.get("KALLELSE_RACE_ROUNDS", len(PAIRS)))
THREADS = 32

CONFIRMED, WAITING = RegistrationState.CONFIRMED, RegistrationState.WAITING


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    with running_table(THREADS) as table:
        yield table


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_operations_at_the_same_moment_keep_every_guarantee(
    table: Table, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = PAIRS.index(pair)
    for round_ in range(len(range(number, ROUNDS, len(PAIRS)))):
        own = Table(table.client, f"round-{number}-{round_}")
        table.client.create_table(**table_definition() | {"TableName": own.name})
        race = Round(own, "race", f"{pair} {round_}")
        # Half of the rounds spread their few seats over several blocks.
        monkeypatch.setattr(arranging, "BLOCK_SEATS", race.random.choice((2, 64)))
        race.prepare(held="expire" in pair or race.random.random() < 0.3)
        told = race.run(*pair, *pair)
        race.sweep()
        found = judged(race, told)
        assert not found, (race.seed, found, told)
        table.client.delete_table(TableName=own.name)


def all_at_once(
    attempt: Callable[[int], registering.Answer], numbers: range
) -> Counter[RegistrationState | type[Refused]]:
    """How many were told what, by 32 threads."""

    def told(number: int) -> RegistrationState | type[Refused]:
        try:
            return attempt(number).state
        except Refused as refusal:
            return type(refusal)

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(told, numbers))


def rush(desk: Desk, record: EventRecord, attempts: int) -> Counter[RegistrationState | type[Refused]]:
    return all_at_once(
        lambda number: registering.register(desk, record, form(f"P{number}"), NOW), range(attempts)
    )


def test_500_attempts_by_32_threads_for_50_seats_seat_exactly_50(table: Table) -> None:
    desk = open_desk(table)
    record = opened(desk, NOW, id="race", seats=50)
    assert rush(desk, record, 500) == {CONFIRMED: 50, WAITING: 450}
    assert Counter(each.state for each in desk.registrations.of_event("race")) == {
        CONFIRMED: 50,
        WAITING: 450,
    }
    assert not breaches(desk, "race", NOW)


def test_500_attempts_for_150_seats_in_three_blocks_seat_exactly_150(table: Table) -> None:
    desk = open_desk(table)
    record = opened(desk, NOW, id="blocks", seats=150, waiting_list=False)
    assert rush(desk, record, 500) == {CONFIRMED: 150, EventFull: 350}
    assert [len(block.holders) for block in desk.seats.blocks("blocks", Mode.ONLINE)] == [50, 50, 50]
    assert not breaches(desk, "blocks", NOW)


def test_of_32_of_one_organisation_at_once_exactly_its_3_are_registered(table: Table) -> None:
    desk = open_desk(table)
    record = opened(desk, NOW, id="quota", seats=50, seats_per_organisation=3)
    told = all_at_once(
        lambda number: registering.register(desk, record, form(f"P{number}", "Vasa"), NOW), range(32)
    )
    assert told == {CONFIRMED: 3, OrganisationFull: 29}
    seating.audit(desk, record, NOW + 2 * seating.GRACE)
    assert not breaches(desk, "quota", NOW)


def test_an_address_that_races_with_itself_stays_one(table: Table) -> None:
    desk = open_desk(table)
    record = opened(desk, NOW, id="double", seats=50)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: registering.register(desk, record, form("Ada"), NOW), range(64)))
    seating.audit(desk, record, NOW + 2 * seating.GRACE)
    assert len(desk.registrations.of_event("double")) == 1
    assert not breaches(desk, "double", NOW)


def test_concurrent_automatic_and_manual_promotion_do_not_overbook(table: Table) -> None:
    desk = open_desk(table)
    record = opened(desk, NOW, id="promotion", seats=4)
    for number in range(16):
        registering.register(desk, record, form(f"P{number}"), NOW + timedelta(seconds=number))
    people = by_name(desk, record.event.id)

    def act(number: int) -> None:
        if number < 3:
            managing.cancel(desk, record, people[f"P{number}"], NOW)
        elif number == 3:
            editing.apply(desk, record.event.model_copy(update={"seats": 7}), HOSTS, NOW)
        else:
            try:
                seating.promote(desk, record, people[f"P{number}"], NOW)
            except Refused:
                return

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(act, range(16)))
    seating.audit(desk, record, NOW + 2 * seating.GRACE)
    assert not breaches(desk, record.event.id, NOW)
    assert sum(each.state is CONFIRMED for each in by_name(desk, record.event.id).values()) == 7


@dataclass(frozen=True)
class ReadingThenWriting(TableSeats):
    """Looks whether a seat is free, and then takes one without looking again."""

    def _claim_in(self, event_id: str, mode: Mode, number: int, holder: str, now: datetime) -> int | NoSeat:
        key = keys.seat_block(event_id, mode, number)
        item = self.table.get(key) or {}
        if len(item.get("holders", ())) >= item["seats"]:
            return NoSeat.FULL
        self.table.update(key, "ADD holders :holder", {":holder": {holder}})
        return number


def test_reading_before_writing_oversells_so_the_race_is_real(table: Table) -> None:
    desk = replace(open_desk(table), seats=ReadingThenWriting(table))
    record = opened(desk, NOW, id="control", seats=50, waiting_list=False)
    assert rush(desk, record, 500)[CONFIRMED] > 50
    assert any("oversold" in each for each in breaches(desk, "control", NOW))
