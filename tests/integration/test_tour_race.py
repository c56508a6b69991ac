"""One person at several stops at the same moment, on DynamoDB Local; and what the rule costs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.benchmarks.seats import metered
from tests.conftest import a_participant, table_definition
from tests.dynamodb_local import running_table
from tests.tours import alive, toured
from tests.visiting import MINUTE, NOW

from kallelse import claiming, seating
from kallelse.adapters.dynamodb import Table, open_desk
from kallelse.errors import AlreadyChanged
from kallelse.models import EventRecord, Mode, RegistrationState
from kallelse.ports import Desk
from kallelse.registering import Submission, register

THREADS = 12
ROUNDS = 10


@pytest.fixture(scope="module")
def engine() -> Iterator[Table]:
    with running_table(THREADS) as table:
        yield table


@pytest.fixture
def table(engine: Table, request: pytest.FixtureRequest) -> Iterator[Table]:
    """A table of its own for each test."""
    own = Table(engine.client, f"own-{abs(hash(request.node.name))}")
    own.client.create_table(**table_definition() | {"TableName": own.name})
    yield own
    own.client.delete_table(TableName=own.name)


def attempt(desk: Desk, record: EventRecord, name: str) -> RegistrationState | None:
    """What is told; None when one is asked to try again."""
    try:
        return register(desk, record, Submission(a_participant(name), Mode.ONLINE), NOW).state
    except AlreadyChanged:
        return None


def all_at_once(desk: Desk, stops: list[EventRecord], name: str) -> list[RegistrationState | None]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda n: attempt(desk, stops[n % len(stops)], name), range(THREADS)))


def test_a_person_who_is_everywhere_at_once_is_at_one_stop(table: Table) -> None:
    desk = open_desk(table)
    stops = toured(desk, {"seats": 50})
    for round_ in range(ROUNDS):
        all_at_once(desk, list(stops.values()), f"P{round_}")
    assert len(alive(desk, stops)) == ROUNDS
    for record in stops.values():
        seating.audit(desk, record, NOW + 2 * seating.GRACE)
    held = sum(len(desk.seats.blocks(each, Mode.ONLINE)[0].holders) for each in stops)
    assert held == ROUNDS


def test_without_claims_the_same_person_sits_at_several_stops_so_the_race_is_real(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(table)
    stops = toured(desk, {"seats": 50})
    unclaimed = replace(desk, tours=Unclaimed(desk))
    for round_ in range(ROUNDS):
        all_at_once(unclaimed, list(stops.values()), f"P{round_}")
    assert len(alive(desk, stops)) > ROUNDS


class Unclaimed:
    """Tours at which every claim succeeds."""

    def __init__(self, desk: Desk) -> None:
        self.find, self.apply, self.forget = desk.tours.find, desk.tours.apply, desk.tours.forget
        self.forget_event = desk.tours.forget_event

    def claim_of(self, tour_id: str, person: str) -> None:
        return None

    def claim(self, seen: object, claim: object) -> bool:
        return True


def test_a_form_that_is_sent_many_times_at_once_is_answered_with_a_seat_each_time(table: Table) -> None:
    desk = open_desk(table)
    stops = toured(desk, {"seats": 50})
    assert set(all_at_once(desk, [stops["vasa"]], "Ada")) == {RegistrationState.CONFIRMED}
    assert alive(desk, stops) == ["vasa"]


def test_the_rule_costs_one_write_unit_and_without_it_a_tour_costs_none(table: Table) -> None:
    desk = open_desk(table)
    costs = []
    for several in (False, True):
        stops = toured(desk, {"seats": 50}, one_stop_each=not several)
        attempt(desk, stops["vasa"], f"First{several}")  # puts the block before the sweep
        with metered(table) as meter:
            attempt(desk, stops["vasa"], f"Second{several}")
        costs.append(meter.written)
    assert costs == [3, 2]


def test_one_who_is_bound_elsewhere_costs_a_claim_nowhere(table: Table) -> None:
    desk = open_desk(table)
    stops = toured(desk, {"seats": 50})
    attempt(desk, stops["vasa"], "Ada")
    attempt(desk, stops["abo"], "Ada")
    tour = desk.tours.find("turne")
    assert tour
    kept = desk.tours.claim_of("turne", claiming.address_id(tour.key, "ada@example.org"))
    assert kept
    assert (kept.event_id, kept.since < NOW + MINUTE) == ("vasa", True)
