"""The soak in small, so that the command cannot rot, and what it would find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.benchmarks.soak.crowd import Crowd, Outcome, broken, register, wrong_answers
from tests.benchmarks.soak.memory import Life, Sample, serve
from tests.benchmarks.soak.serving import Answer
from tests.dynamodb_local import running_table
from tests.guarantees import opened
from tests.visiting import NOW

from kallelse.adapters.dynamodb import Table, open_desk


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    with running_table() as table:
        yield table


@pytest.mark.parametrize("crowd", [Crowd(80, 10, waiting_list=False), Crowd(40, 5, waiting_list=True)])
def test_every_seat_is_given_once_and_everybody_knows_where_they_are(table: Table, crowd: Crowd) -> None:
    outcome = register(table, crowd, workers=2)
    assert outcome.broken == []
    assert outcome.faults["throttled"] > 0
    assert len(outcome.told) == crowd.people


def test_what_is_promised_and_not_kept_is_told(table: Table) -> None:
    crowd = Crowd(3, 1, waiting_list=False)
    desk = open_desk(table)
    opened(desk, NOW, id=crowd.event_id, seats=1, waiting_list=False)
    assert list(broken(desk, crowd, Outcome(told={0: "seated", 1: "waiting"}), NOW)) == [
        "0 are seated, not 1",
        "p0@example.org was told of a seat and has none",
        "p1@example.org was told to wait and is not there",
        "p2@example.org was never told anything",
    ]


def test_a_503_says_when_to_come_again_and_no_other_error_is_met() -> None:
    told = {"Retry-After": "5"}
    good = [Answer(200, {}, "", 0), Answer(409, {}, "", 0), Answer(503, told, "", 0)]
    assert list(wrong_answers(good)) == []
    assert len(list(wrong_answers([Answer(503, {}, "", 0), Answer(500, told, "", 0)]))) == 2


def line(objects: float, octets: float) -> Life:
    """A process that grows so much with each request, from a warm start."""
    at = range(100, 1_100, 100)
    return Life([Sample(each, 600_000 + round(each * objects), round(1e8 + each * octets)) for each in at])


def test_memory_that_grows_with_the_requests_is_told() -> None:
    assert list(line(0, 0).broken()) == []
    assert list(line(1, 0).broken()) == ["each request leaves 1.00 objects behind"]
    assert list(line(0, 4_000).broken()) == ["each request leaves 4,000 bytes behind"]


def test_a_planted_leak_is_found_in_a_process_that_serves(table: Table) -> None:
    sound, leaking = serve(table, 40), serve(table, 40, leak=200_000)
    assert not sound.wrong
    assert leaking.growth()[1] > 100_000 > sound.growth()[1]
