"""Breaking a flow off at every call of AWS, and looking at what is left when the sweep has been there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from tests.guarantees import by_name
from tests.simulation.checks import ambiguous, lost_and_overtaken, mail_troubles, seat_troubles
from tests.simulation.faults import Fault, Stopped
from tests.simulation.flows import Flow
from tests.simulation.world import EVENT, World

from kallelse.errors import KallelseError, Refused

SECOND = timedelta(seconds=1)


class Point(NamedTuple):
    """Where a flow is broken off, how, and whether a person does the same again afterwards."""

    at: int
    call: str
    fault: Fault
    again: bool


@dataclass
class Broken:
    """One flow, broken off wherever it can be. ``calls``: those that it makes when all goes well.

    ``_swept``: what was found already, by what a point left behind.
    """

    flow: Flow
    world: World
    calls: list[str] = field(default_factory=list)
    _swept: dict[object, list[str]] = field(default_factory=dict)

    @classmethod
    def ready(cls, flow: Flow) -> Broken:
        """The flow in its world, having seen once which calls it makes."""
        world = flow.prepare()
        broken = cls(flow, world)
        broken._prepared = world.snapshot()
        world.faults.spare()
        flow.run(world, flow.now)
        broken.calls = world.faults.calls
        return broken

    def points(self) -> list[Point]:
        """Every call with every fault, and the crash after the last one."""
        ways = (False, True) if self.flow.again else (False,)
        last = len(self.calls)
        return [
            *(
                Point(at, call, fault, again)
                for at, call in enumerate(self.calls)
                for fault in Fault
                for again in ways
            ),
            *(Point(last, "the end", Fault.CRASH, again) for again in ways),
        ]

    def troubles(self) -> Iterator[tuple[Point, str]]:
        """Everything that is wrong after the sweep, with the point that led to it."""
        for point in self.points():
            for trouble in self.after(point):
                yield point, trouble

    def after(self, point: Point) -> list[str]:
        """What is wrong after one point."""
        world, now = self.world, self.flow.now
        world.restore(self._prepared)
        world.faults.strike(point.at, point.fault)
        answered = self._goes_well()
        assert len(world.faults.calls) >= point.at, f"{point} was not reached"
        world.faults.spare()
        doubtful = frozenset(ambiguous(world))
        if self.flow.newcomer:
            world.register("Nea", now + SECOND)
        if point.again:
            self._do_again()
        key = (world.trace(), answered, point.again, doubtful)
        if key not in self._swept:
            self._swept[key] = self._sweep(answered, point.again, doubtful)
        return self._swept[key]

    def _goes_well(self) -> bool:
        try:
            self.flow.run(self.world, self.flow.now)
        except (Stopped, KallelseError, BotoCoreError, ClientError):
            return False
        return True

    def _do_again(self) -> None:
        assert self.flow.again
        try:
            self.flow.again(self.world, self.flow.now + 2 * SECOND)
        except Refused:
            # It has happened already, as the flow's own check will find.
            pass

    def _sweep(self, answered: bool, again: bool, doubtful: frozenset[str]) -> list[str]:
        world, flow = self.world, self.flow
        end = world.sweep(flow.now)
        happened = flow.happened(world)
        unsure = frozenset() if answered else frozenset({"Eva"})
        found = seat_troubles(world, end)
        found += lost_and_overtaken(world, flow.leaving, flow.ahead | unsure)
        found += mail_troubles(world, flow.owed if happened else frozenset(), doubtful)
        found += summary_troubles(world)
        if not happened:
            return found + (["it did not happen"] if answered or again or not flow.again else [])
        people = by_name(world.desk, EVENT)
        return found + [
            f"{name} is {people[name].state} instead of {state}"
            for name, state in flow.states.items()
            if people[name].state is not state
        ]


def summary_troubles(world: World) -> list[str]:
    """Summaries whose text is not the one that was handed in."""
    latest = world.desk.summaries.latest(EVENT, "sv")
    if latest is None:
        return []
    text = world.documents.get(latest.source_key)
    handed_in = sha256(text.encode()).hexdigest() == latest.checksum
    return [] if handed_in else [f"version {latest.version} has another text than was handed in"]
