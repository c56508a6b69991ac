"""One process that serves for long: what it keeps from one request to the next, sampled on the way."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression

from tests.benchmarks.soak.crowd import wrong_answers
from tests.benchmarks.soak.serving import processes, server, source
from tests.guarantees import opened
from tests.visiting import NOW

from kallelse.adapters.dynamodb import Table, open_desk

EVENT_ID = "memory"
LOOKS = 5
"""Each so many-th request registers somebody; the others look at the page."""

SAMPLES = 20
WARM = 0.6
"""The share of the requests after which everything is loaded, and what is kept on purpose has its size."""

OBJECTS, BYTES = 0.3, 400
"""What each request may leave behind on average. Of each registration pydantic keeps one string, among the
latest 16,384 (its ``cache_strings``): 0.2 objects a request. 100,000 requests of 400 bytes are 40 MB."""


@dataclass(frozen=True)
class Sample:
    """After so many requests: blocks that Python has allocated, and bytes of memory that are in use."""

    requests: int
    objects: int
    bytes: int


@dataclass
class Life:
    """The samples of a process, how often it gave which answer, and each that nobody should get."""

    samples: list[Sample] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    def growth(self) -> tuple[float, float]:
        """Objects and bytes that each request left behind, once the process was warm."""
        warm = [each for each in self.samples if each.requests > WARM * self.samples[-1].requests]
        at = [each.requests for each in warm]
        return (
            linear_regression(at, [each.objects for each in warm]).slope,
            linear_regression(at, [each.bytes for each in warm]).slope,
        )

    def broken(self) -> Iterator[str]:
        """Each promise that does not hold, in a sentence."""
        objects, octets = self.growth()
        if objects > OBJECTS:
            yield f"each request leaves {objects:.2f} objects behind"
        if octets > BYTES:
            yield f"each request leaves {octets:,.0f} bytes behind"
        yield from (f"{what}: {times} times" for what, times in self.wrong.items())


def live(requests: int, leak: int) -> Life:
    """Serve so many requests in this process, each keeping ``leak`` bytes on purpose: a control."""
    serves, life, kept, every = server(), Life(), list[bytes](), max(1, requests // SAMPLES)
    gc.freeze()  # what is loaded by now need not be looked through with each sample
    for number in range(requests):
        if number % LOOKS == 0:
            form = serves.form(EVENT_ID, number)
            answer = serves.ask("POST", f"/events/{EVENT_ID}/en/registrations", form, source(number))
        else:
            answer = serves.ask("GET", f"/events/{EVENT_ID}/en", {}, source(number))
        life.statuses[answer.status] += 1
        life.wrong.update(wrong_answers([answer]))
        if leak:
            kept.append(bytes(leak))
        if number % every == every - 1:
            life.samples.append(sample(number + 1))
    return life


def sample(requests: int) -> Sample:
    """The process as it is now."""
    gc.collect()
    sys._clear_type_cache()  # of at most 4,096 names, which fills only slowly
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Sample(requests, sys.getallocatedblocks(), pages * os.sysconf("SC_PAGE_SIZE"))


def serve(table: Table, requests: int, leak: int = 0) -> Life:
    """Serve so many requests in a process of its own: the page, and registrations from everywhere."""
    opened(open_desk(table), NOW, id=EVENT_ID, seats=requests, waiting_list=False)
    with processes(1, table) as pool:
        return pool.submit(live, requests, leak).result()
