"""A discrete-event simulation of registering: what DynamoDB's documented limits leave of it.

Times are in seconds, capacity in DynamoDB's units: one write unit writes up to 1 kB, one read unit
reads up to 4 kB consistently. README.md explains the model and gives the address of each source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

PARTITION = {"read": 3_000, "write": 1_000}
"""Units per second of one partition, hence of one item. Source: bp-partition-key-design."""

NEW_TABLE = {"read": 12_000, "write": 4_000}
"""Units per second of a new on-demand table. Source: on-demand-capacity-mode."""

WARM_TABLE = {"read": 40_000, "write": 40_000}
"""Units per second that a table may reach unless the quota is raised. Source: ServiceQuotas."""

BURST_SECONDS = 0.2
"""How many seconds of unused capacity are at hand. Assumed; DynamoDB promises none (README)."""

EVENT_UNITS = 2
"""Read units of the item ``EVENT``: the file of the seed event is 5.5 kB as stored."""

READ_SECONDS = 0.003
WRITE_SECONDS = 0.005
"""Mean time of a request. Assumed; dynamodb-high-latency says single-digit milliseconds."""

TRANSACTION_SECONDS = 2 * WRITE_SECONDS
"""Mean time of a transaction, two writes on end: prepare and commit (transaction-apis). Assumed."""

REFUSAL_SECONDS = 0.003
"""How long DynamoDB takes to say no. Assumed."""

ITEM_SECONDS = 0.0005
"""How long a write keeps the next one to the same item waiting. Assumed: half of 1/1,000 s."""

ATTEMPTS = 4
"""``total_max_attempts`` of the client in ``kallelse.adapters.dynamodb.table``."""

THROTTLED_BACKOFF = 1.0
CONFLICT_BACKOFF = 0.025
"""Bases of the wait ``rand(0, 1) * base * 2 ** i`` after try ``i`` (from 0).

Source: botocore 1.44.8, ``retries/standard.py``; the first is for throttling errors, the second for all
others of DynamoDB. botocore does not try a cancelled transaction again, so the application would have
to: assumed, with the same formula.
"""

TIMEOUT = 10.0
"""When Lambda ends the public function. Source: template.yaml."""

REGISTRATION = "registration"
"""Stands for any registration: each is another item, with a random key."""


@dataclass(frozen=True)
class Layout:
    """How the items of the event lie in DynamoDB."""

    name: str
    split: bool
    """Whether each item may use a whole partition (split for heat), or all share one."""
    eased: bool = False
    """Whether only blocks limit: a warm table, and the event cached."""


ONE_PARTITION = Layout("One partition: before any split", split=False)
SPLIT = Layout("Split for heat: each item may use a whole partition", split=True)
EASED = Layout("Split for heat, and everything but the blocks eased", split=True, eased=True)


@dataclass(frozen=True)
class Step:
    """One request to DynamoDB."""

    seconds: float
    needs: tuple[tuple[str, float], ...]
    """What it takes: a limit, and for how many seconds the units asked for use up that limit."""
    item: str = ""
    """The item that it writes, if others write it too."""
    write: bool = False
    transaction: bool = False


Path = tuple[Step, ...]
"""The requests of one registration, one after another."""


@dataclass(frozen=True)
class Outcome:
    """What the second half of a run came to."""

    accepted: float
    """Registrations per second."""
    attempts: float
    """Write requests sent for each that was needed, those of visitors turned away included."""
    p99: float
    """Seconds from arrival to answer that 99 of 100 accepted registrations took at most."""
    refused: float
    """Share of visitors turned away with an error: no attempt or no time left."""


def claim_paths(blocks: int, layout: Layout) -> list[Path]:
    """A seat in one of the blocks, then the registration; one path for each block."""
    register = Step(WRITE_SECONDS, _needs(layout, "write", {REGISTRATION: 1}), write=True)
    start = (*_preamble(layout), _read(layout, REGISTRATION))
    return [(*start, *_claim(f"block {number}", layout), register) for number in range(blocks)]


def transaction_paths(layout: Layout) -> list[Path]:
    """The rival: one counter and the registration in one transaction, two units for each item."""
    needs = _needs(layout, "write", {"counter": 2, REGISTRATION: 2})
    step = Step(TRANSACTION_SECONDS, needs, "counter", write=True, transaction=True)
    return [(*_preamble(layout), step)]


def _preamble(layout: Layout) -> Path:
    event = () if layout.eased else (_read(layout, "event", EVENT_UNITS),)
    return (*event, _read(layout, REGISTRATION))


def _claim(block: str, layout: Layout) -> Path:
    seat = Step(WRITE_SECONDS, _needs(layout, "write", {block: 1}), block, write=True)
    return (_read(layout, block), seat)


def _read(layout: Layout, item: str, units: int = 1) -> Step:
    return Step(READ_SECONDS, _needs(layout, "read", {item: units}))


def _needs(layout: Layout, kind: str, units: dict[str, int]) -> tuple[tuple[str, float], ...]:
    total = sum(units.values())
    table = WARM_TABLE if layout.eased else NEW_TABLE
    places = units if layout.split else {"partition": total}
    needs = {place: each / PARTITION[kind] for place, each in places.items() if place != REGISTRATION}
    needs["table"] = total / table[kind]
    if "counter" in units and not layout.eased:
        # Without a block to find it through, the registration needs an entry under one ever growing key.
        needs["index"] = 1 / PARTITION[kind]
    return tuple((f"{kind} {place}", seconds) for place, seconds in needs.items())


@dataclass(slots=True)
class _Visitor:
    arrived: float
    path: Path
    step: int = 0
    tries: int = 0
    writes: int = 0


@dataclass
class _Run:
    random: Random
    events: list[tuple[float, int, _Visitor]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)
    used_until: dict[str, float] = field(default_factory=dict)
    """Up to when each limit is used up in advance, which may lie ``BURST_SECONDS`` ahead."""
    busy_until: dict[str, float] = field(default_factory=dict)
    ended: list[tuple[float, bool, _Visitor]] = field(default_factory=list)

    def later(self, when: float, visitor: _Visitor) -> None:
        heappush(self.events, (when, next(self.order), visitor))


def simulate(paths: list[Path], rate: float, seconds: float, seed: int = 1) -> Outcome:
    """Let visitors arrive at random, ``rate`` a second (Poisson), each on a path drawn evenly.

    The first half of the time fills the system; the second half is measured.
    """
    run = _Run(Random(seed))  # noqa: S311
    arrived = run.random.expovariate(rate)
    while arrived < seconds:
        while run.events and run.events[0][0] <= arrived:
            when, _, visitor = heappop(run.events)
            _attempt(run, when, visitor)
        _attempt(run, arrived, _Visitor(arrived, run.random.choice(paths)))
        arrived += run.random.expovariate(rate)
    return _outcome(run, seconds / 2, seconds)


def _attempt(run: _Run, now: float, visitor: _Visitor) -> None:
    if now > visitor.arrived + TIMEOUT:
        run.ended.append((now, False, visitor))
        return
    step = visitor.path[visitor.step]
    visitor.tries += 1
    visitor.writes += step.write
    if step.transaction and run.busy_until.get(step.item, 0.0) > now:
        _refuse(run, now, visitor, CONFLICT_BACKOFF)
    elif not _take(run.used_until, step.needs, now):
        _refuse(run, now, visitor, THROTTLED_BACKOFF)
    else:
        _advance(run, _serve(run, step, now), visitor)


def _refuse(run: _Run, now: float, visitor: _Visitor, base: float) -> None:
    answered = now + REFUSAL_SECONDS
    if visitor.tries == ATTEMPTS:
        run.ended.append((answered, False, visitor))
    else:
        run.later(answered + run.random.random() * base * 2 ** (visitor.tries - 1), visitor)


def _take(used_until: dict[str, float], needs: tuple[tuple[str, float], ...], now: float) -> bool:
    """Use up the capacity if all limits have it; a throttled request uses none."""
    for name, seconds in needs:
        if used_until.get(name, 0.0) + seconds > now + BURST_SECONDS:
            return False
    for name, seconds in needs:
        used_until[name] = max(used_until.get(name, 0.0), now) + seconds
    return True


def _serve(run: _Run, step: Step, now: float) -> float:
    """When the answer comes. Half of the mean time is fixed, half exponential: assumed."""
    service = step.seconds * (1 + run.random.expovariate(1)) / 2
    if not step.item:
        return now + service
    start = max(now, run.busy_until.get(step.item, 0.0))
    run.busy_until[step.item] = start + (service if step.transaction else ITEM_SECONDS)
    return start + service


def _advance(run: _Run, answered: float, visitor: _Visitor) -> None:
    visitor.step += 1
    visitor.tries = 0
    if visitor.step < len(visitor.path):
        run.later(answered, visitor)
    else:
        run.ended.append((answered, True, visitor))


def _outcome(run: _Run, start: float, end: float) -> Outcome:
    ended = [each for each in run.ended if start <= each[0] < end]
    times = sorted(when - visitor.arrived for when, accepted, visitor in ended if accepted)
    needed = sum(step.write for step in ended[0][2].path) * len(times)
    return Outcome(
        accepted=len(times) / (end - start),
        attempts=sum(visitor.writes for _, _, visitor in ended) / needed,
        p99=times[int(0.99 * len(times))],
        refused=1 - len(times) / len(ended),
    )
