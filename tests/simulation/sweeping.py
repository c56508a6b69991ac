"""Breaking a flow off at every call of AWS, and looking at what is left when the sweep has been there."""

from __future__ import annotations

from collections.abc import Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from tests.guarantees import by_name, person
from tests.simulation.checks import (
    ambiguous,
    lost_and_overtaken,
    mail_troubles,
    seat_troubles,
    webhook_troubles,
)
from tests.simulation.faults import Fault, Stopped
from tests.simulation.flows import Flow
from tests.simulation.world import DAY, EVENT, PROMPT, Snapshot, World

from kallelse.errors import KallelseError, Refused
from kallelse.models import Erasure, EventEntry
from kallelse.registering import registration_id

SECOND = timedelta(seconds=1)


class Future(NamedTuple):
    """What follows when a flow was broken off.

    ``newcomer``: somebody else sends the form a second later; ``again``: a person does the same once
    more; ``late``: the mail service's feedback takes a day, so that the mailer cannot wait for it.
    """

    newcomer: bool = False
    again: bool = False
    late: bool = False


class Point(NamedTuple):
    """The call of a flow at which something goes wrong, what that is, and what follows."""

    at: int
    call: str
    fault: Fault
    future: Future


@dataclass
class Broken:
    """One flow, to be broken off wherever it can be.

    ``calls``: the names of those that it makes when all goes well. ``found``: what was wrong in the
    end, by what a point left behind; what leaves the same has the same future.
    """

    flow: Flow
    world: World
    prepared: Snapshot
    calls: list[str] = field(default_factory=list)
    found: dict[object, list[str]] = field(default_factory=dict)

    @classmethod
    def ready(cls, flow: Flow) -> Broken:
        """The flow in its world, having seen once which calls it makes."""
        world = flow.prepare()
        broken = cls(flow, world, world.snapshot())
        world.faults.spare()
        flow.run(world, flow.now)
        broken.calls = world.faults.calls
        return broken

    def futures(self) -> list[Future]:
        """What may follow."""
        newcomer = (False, True) if self.flow.newcomer else (False,)
        if self.flow.again:
            return [Future(newcomer=each, again=again) for each in newcomer for again in (False, True)]
        return [Future(late=late) for late in (False, True)]

    def points(self) -> Iterator[tuple[Point, list[str]]]:
        """Every call with every fault and every future, and what is wrong in the end."""
        for at, call in enumerate(self.calls):
            for fault in Fault:
                yield from self._after(at, call, fault)
        yield from self._after(len(self.calls), "the end", Fault.CRASH)

    def _after(self, at: int, call: str, fault: Fault) -> Iterator[tuple[Point, list[str]]]:
        world = self.world
        world.restore(self.prepared, self.flow.now)
        world.faults.strike(at, fault)
        answered = self._goes_well()
        assert len(world.faults.calls) >= at, f"{call} was not reached"
        world.faults.spare()
        left, trace = world.snapshot(), world.trace()
        for future in self.futures():
            if (trace, answered, future) not in self.found:
                world.restore(left, self.flow.now)
                self.found[trace, answered, future] = self._go_on(answered, future)
            yield Point(at, call, fault, future), self.found[trace, answered, future]

    def _goes_well(self) -> bool:
        try:
            self.flow.run(self.world, self.flow.now)
        except (Stopped, KallelseError, BotoCoreError, ClientError):
            return False
        return True

    def _do_again(self) -> None:
        assert self.flow.again
        # A refusal says that it has happened already, which the flow's own check will find.
        with suppress(Refused):
            self.flow.again(self.world, self.flow.now + 2 * SECOND)

    def _go_on(self, answered: bool, future: Future) -> list[str]:
        """What is wrong in the end."""
        world, flow = self.world, self.flow
        doubtful = ambiguous(world) if future.late else frozenset()
        world.feedback_after = DAY if future.late else PROMPT
        if future.newcomer:
            world.register("Nea", flow.now + SECOND)
        if future.again:
            self._do_again()
        end = world.sweep(flow.now)
        happened = flow.happened(world)
        unsure: frozenset[str] = frozenset() if answered else frozenset({"Eva"})
        found = seat_troubles(world, end)
        found += lost_and_overtaken(world, flow.leaving, flow.ahead | unsure, flow.erased)
        found += traces(world, flow.erased)
        found += mail_troubles(world, flow.owed if happened else frozenset(), doubtful)
        found += summary_troubles(world) + list_troubles(world) + webhook_troubles(world)
        if not happened:
            return found + (["it did not happen"] if answered or future.again or not flow.again else [])
        people = by_name(world.desk, EVENT)
        return found + [
            f"{name} is {people[name].state} instead of {state}"
            for name, state in flow.states.items()
            if people[name].state is not state
        ]


def traces(world: World, erased: Set[str]) -> list[str]:
    """What is left of those who are erased, once their registration is gone; a number may be."""
    record, found = world.record, []
    for name in erased - set(by_name(world.desk, EVENT)):
        known = registration_id(record, person(name).email)
        left = [key for key, item in world.items() if known in repr(item) and key != f"REG#{known}"]
        found += [f"of {name} is left: {key}" for key in left]
        digest = Erasure(event_id=EVENT, registration_id=known, serial=1).digest
        found += [] if digest in world.ledger.serials() else [f"{name} is not in the ledger"]
    return found


def list_troubles(world: World) -> list[str]:
    """What the list of events tells of the event beside what it is."""
    entries = [each for each in world.desk.events.listed(None, 9) if each.id == EVENT]
    return [] if entries == [EventEntry.of(world.record)] else [f"the event is listed as {entries}"]


def summary_troubles(world: World) -> list[str]:
    """Summaries whose text is not the one that was handed in."""
    latest = world.desk.summaries.latest(EVENT, "sv")
    if latest is None:
        return []
    text = world.documents.get(latest.source_key)
    handed_in = sha256(text.encode()).hexdigest() == latest.checksum
    return [] if handed_in else [f"version {latest.version} has another text than was handed in"]
