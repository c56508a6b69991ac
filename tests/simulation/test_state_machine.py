"""Whatever happens in whatever order, everybody is told what the model says, and every guarantee holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count

import boto3
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.conftest import table_definition
from tests.fakes import FakeSeats, fake_desk
from tests.simulation.machine import VARIANTS, Desks

from kallelse.adapters.dynamodb import Table, arranging, open_desk
from kallelse.models import Mode
from kallelse.ports import Desk

NUMBERS = count()


def runs(examples: int, steps: int) -> settings:
    """The same examples each time. Without the phases, a failure is not made smaller."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def table_desk(cloud: None) -> Callable[[], Desk]:
    """Gives an empty desk on a new table of moto's each time."""
    client = boto3.client("dynamodb")

    def fresh() -> Desk:
        name = f"kallelse-{next(NUMBERS)}"
        client.create_table(**table_definition() | {"TableName": name})
        return open_desk(Table(client, name))

    return fresh


def simulate(variant: str, desk: Callable[[], Desk], how: settings, *, swept: bool = False) -> None:
    class Simulation(Desks):
        def __init__(self) -> None:
            super().__init__(VARIANTS[variant], desk(), swept=swept)

    run_state_machine_as_test(Simulation, settings=how)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_services_do_on_plain_dictionaries_what_the_model_says(variant: str) -> None:
    simulate(variant, fake_desk, runs(120, 40))


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "everything"])
def test_the_services_do_on_the_table_what_the_model_says(
    table_desk: Callable[[], Desk], variant: str
) -> None:
    simulate(variant, table_desk, runs(2, 25))


def test_seats_spread_over_several_blocks_are_as_the_model_says_once_swept(
    table_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "BLOCK_SEATS", 2)
    simulate("everything", table_desk, runs(2, 25), swept=True)


class Unreleasing(FakeSeats):
    """Those who leave stay in their seats."""

    def release(self, event_id: str, mode: Mode, block: int, holder: str, now: datetime) -> None:
        self.announce(event_id, mode, block, now)


class Generous(FakeSeats):
    """Whoever waits gets a seat, whether or not one is free."""

    def claim_for_waiting(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int | None:
        return self._seat(event_id, mode, holder, now)


class Unmarked(FakeSeats):
    """Newcomers are let in although others wait."""

    def close_to_newcomers(self, event_id: str, mode: Mode) -> None:
        super().close_to_newcomers(event_id, mode)
        self._mark(event_id, mode, None)


@pytest.mark.parametrize(
    ("seats", "told"),
    [
        (Unreleasing, "taken for nobody"),
        (Generous, "should have been told"),
        (Unmarked, "a newcomer would overtake"),
    ],
)
def test_seats_that_break_their_promises_are_caught(seats: type[FakeSeats], told: str) -> None:
    how = settings(runs(120, 40), phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.raises(AssertionError, match=told):
        simulate("two modes", lambda: replace(fake_desk(), seats=seats()), how)
