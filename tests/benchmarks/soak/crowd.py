"""Many people register for few seats at once; what was promised to them is read back afterwards."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from tests.benchmarks.soak.serving import Answer, address, processes, server, source
from tests.guarantees import breaches, opened
from tests.visiting import MINUTE, NOW

from kallelse import dispatching
from kallelse.adapters.dynamodb import Table, open_desk
from kallelse.models import SEATED, Mode
from kallelse.ports import Desk

AT_ONCE = 25
"""How many people a process takes up at once. Who is answered 503 comes again after the others."""

TIRED = 20
"""How often one comes again at most."""

SWEEPS = 5
"""Minutes after which the sweep has found every claim that broke off: it looks at them after 40 seconds."""

AFTER = timedelta(hours=1)
"""Later than the last request."""


@dataclass(frozen=True)
class Crowd:
    """So many people for so many seats. ``waiting_list``: whether the rest waits or is refused."""

    people: int
    seats: int
    waiting_list: bool

    @property
    def event_id(self) -> str:
        """Of the event that they register for."""
        return f"soak-{self.people}"


@dataclass
class Outcome:
    """What came of it. ``told``: by number of person; ``seconds``: that it took; ``broken``: promises."""

    answers: list[Answer] = field(default_factory=list)
    told: dict[int, str] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    given_back: int = 0
    broken: list[str] = field(default_factory=list)


Visit = tuple[dict[int, str], list[Answer], Counter[str]]


def come(event_id: str, numbers: list[int]) -> Visit:
    """Serve these people in this process until each knows where they are."""
    serves, told, answers = server(), dict[int, str](), list[Answer]()
    forms = {number: serves.form(event_id, number) for number in numbers}
    serves.trouble.counts.clear()
    path = f"/events/{event_id}/en/registrations"
    for _ in range(TIRED):
        for number in [each for each in numbers if each not in told]:
            answer = serves.ask("POST", path, forms[number], source(number))
            answers.append(answer)
            if answer.status != 503:
                told[number] = what(answer)
    return told, [each.without_body() for each in answers], serves.trouble.counts


def what(answer: Answer) -> str:
    """What the page says."""
    if answer.status == 409:
        return "refused"
    if answer.status == 200 and "You have a seat" in answer.body:
        return "seated"
    return "waiting" if answer.status == 200 and "in line" in answer.body else f"{answer.status}"


def register(table: Table, crowd: Crowd, workers: int) -> Outcome:
    """Let them all register, sweep, and check."""
    desk, outcome = open_desk(table), Outcome()
    opened(desk, NOW, id=crowd.event_id, seats=crowd.seats, waiting_list=crowd.waiting_list)
    with processes(workers, table) as pool:
        list(pool.map(come, [crowd.event_id] * workers, [[]] * workers))  # they are warm
        began = time.monotonic()
        _let_in(pool, crowd, range(crowd.people), outcome)
        outcome.seconds = time.monotonic() - began
        for number in range(SWEEPS):
            at = NOW + AFTER + number * SWEEPS * MINUTE
            sweep(desk, at)
            # What a claim that broke off kept from everybody is for who comes next.
            refused = [each for each, told in outcome.told.items() if told == "refused"]
            free = sum(block.free for block in desk.seats.blocks(crowd.event_id, Mode.ONLINE))
            outcome.given_back += free
            _let_in(pool, crowd, refused[:free], outcome)
    sweep(desk, at + AFTER)
    outcome.broken = list(broken(desk, crowd, outcome, at + AFTER))
    return outcome


def _let_in(pool: ProcessPoolExecutor, crowd: Crowd, numbers: Iterable[int], outcome: Outcome) -> None:
    wanted = list(numbers)
    parts = [wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE)]
    for told, answers, faults in pool.map(come, [crowd.event_id] * len(parts), parts):
        outcome.told |= told
        outcome.answers += answers
        outcome.faults += faults


def sweep(desk: Desk, now: datetime) -> None:
    """The dispatcher, for as many minutes as it takes."""
    for minute in range(SWEEPS):
        dispatching.tick(desk, now + minute * MINUTE)


def broken(desk: Desk, crowd: Crowd, outcome: Outcome, now: datetime) -> Iterator[str]:
    """Each promise that does not hold, in a sentence."""
    there = desk.registrations.of_event(crowd.event_id)
    addresses = Counter(each.participant.email for each in there)
    seated = {each.participant.email for each in there if each.state in SEATED}
    told = {
        word: {address(number) for number, each in outcome.told.items() if each == word}
        for word in ("seated", "waiting", "refused")
    }
    if len(seated) != min(crowd.seats, crowd.people):
        yield f"{len(seated)} are seated, not {min(crowd.seats, crowd.people)}"
    yield from (f"{each} is there {times} times" for each, times in addresses.items() if times > 1)
    yield from (f"{each} was told of a seat and has none" for each in told["seated"] - seated)
    yield from (f"{each} was told to wait and is not there" for each in told["waiting"] - set(addresses))
    yield from (f"{each} was refused and is there" for each in told["refused"] & set(addresses))
    lost = {address(number) for number in range(crowd.people)} - set(chain.from_iterable(told.values()))
    yield from (f"{each} was never told anything" for each in lost)
    yield from breaches(desk, crowd.event_id, now)
    yield from wrong_answers(outcome.answers)


def wrong_answers(answers: list[Answer]) -> Iterator[str]:
    """Those that nobody should get: an error, or a 503 that does not say when to come again."""
    for answer in answers:
        if answer.status not in (200, 409, 503):
            yield f"a request was answered {answer.status}"
        if answer.status == 503 and not answer.headers.get("Retry-After", "").isdecimal():
            yield "a 503 does not say when to come again"
