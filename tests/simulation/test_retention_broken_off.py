"""Erasing by rule, and following a moved event, are broken off at every call; the next ticks finish it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from tests.conftest import an_event
from tests.guarantees import HOSTS
from tests.simulation.faults import Fault, Stopped
from tests.simulation.steps import NOW, peopled
from tests.simulation.world import EVENT, World

from kallelse import dispatching, editing
from kallelse.adapters.dynamodb.expiry import kept_until
from kallelse.adapters.dynamodb.keys import PERSONAL
from kallelse.errors import KallelseError
from kallelse.retaining import figures_of

LATER = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=62), timedelta(minutes=63))
FIELDS = {"seats": 2, "seats_per_organisation": 4}
MOVED = an_event(**FIELDS, retention="P120D")


@pytest.fixture(autouse=True)
def without_waiting(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore tries again at once."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


def broken_off(world: World, run: Callable[[], object], now: datetime) -> Iterator[str]:
    """Run it with each fault at each call; what comes after each is for the caller to see."""
    prepared = world.snapshot()
    world.faults.spare()
    run()
    calls = list(world.faults.calls)
    for at, call in enumerate(calls):
        for fault in Fault:
            world.restore(prepared, now)
            world.faults.strike(at, fault)
            with suppress(Stopped, KallelseError, BotoCoreError, ClientError):
                run()
            world.faults.spare()
            yield f"{fault} at {call}, call {at}"


def test_erasing_by_rule_is_finished_by_the_next_ticks_and_leaves_nothing() -> None:
    world = peopled("Ada", "Bo", "Cia", **FIELDS)
    now, figures = world.event.erased_at, figures_of(world.desk, world.record)
    points = 0
    for where in broken_off(world, lambda: dispatching.tick(world.desk, now), now):
        points += 1
        for later in LATER:
            dispatching.tick(world.desk, now + later)
        assert [key for key, _ in world.items() if key.startswith(("TOKEN", *PERSONAL))] == [], where
        assert world.desk.figures.get(EVENT) == figures, where
        assert EVENT not in world.desk.agenda.due(now + timedelta(days=1000)).events, where
    assert points > 100


def test_a_moved_event_keeps_what_it_has_wherever_the_move_is_broken_off() -> None:
    """Until the move is done nothing is due before its time; afterwards all of it is due at the new one."""
    world = peopled("Ada", "Bo", **FIELDS)
    old, new = (kept_until(each.erased_at) for each in (world.event, MOVED))

    def move() -> None:
        editing.apply(world.desk, MOVED, HOSTS, NOW)
        dispatching.tick(world.desk, NOW)

    points = 0
    for where in broken_off(world, move, NOW):
        points += 1
        assert untils(world) <= {tuple(old.values()), tuple(new.values())}, where
        for later in LATER:
            dispatching.tick(world.desk, NOW + later)
        wanted = kept_until(world.event.erased_at)
        assert untils(world) == {tuple(wanted.values())}, where
    assert points > 100


def untils(world: World) -> set[tuple[int, ...]]:
    """When the items about participants are erased, and deleted by DynamoDB."""
    personal = [item for key, item in world.items() if key.startswith(("TOKEN", *PERSONAL))]
    return {(int(item["erased_at"]["N"]), int(item["expires"]["N"])) for item in personal}
