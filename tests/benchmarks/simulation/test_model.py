"""The simulation against results that follow by hand."""

from __future__ import annotations

import pytest
from tests.benchmarks.simulation.model import (
    EASED,
    ONE_PARTITION,
    SPLIT,
    Layout,
    claim_paths,
    simulate,
    transaction_paths,
)

LAYOUTS = pytest.mark.parametrize("layout", [ONE_PARTITION, SPLIT, EASED], ids=lambda each: each.name)


@LAYOUTS
def test_fifty_a_second_are_all_accepted_at_the_first_attempt(layout: Layout) -> None:
    outcome = simulate(claim_paths(1, layout), 50, 100)
    assert (outcome.attempts, outcome.refused) == (1.0, 0.0)
    assert outcome.accepted == pytest.approx(50, rel=0.1)


def test_without_contention_the_time_is_that_of_the_requests() -> None:
    # Four reads of 3 ms and two writes of 5 ms: 22 ms on average. Half is fixed, half the sum of
    # exponential times with the variance 4 * 1.5**2 + 2 * 2.5**2 = 4.6**2; its 99th percentile lies
    # about 3 standard deviations above its mean: 22 + 3 * 4.6 = 36 ms.
    assert simulate(claim_paths(1, SPLIT), 50, 200).p99 == pytest.approx(0.036, rel=0.1)


@LAYOUTS
def test_one_block_never_accepts_more_than_a_thousand_a_second(layout: Layout) -> None:
    assert simulate(claim_paths(1, layout), 3_000, 20).accepted <= 1_000 * 1.01


def test_ten_blocks_with_a_partition_each_accept_ten_times_what_one_does() -> None:
    # Each takes its 1,000 writes a second, whatever the others do.
    one = simulate(claim_paths(1, EASED), 1_500, 8).accepted
    assert simulate(claim_paths(10, EASED), 15_000, 8).accepted == pytest.approx(10 * one, rel=0.03)


@pytest.mark.parametrize("blocks", [10, 400])
def test_in_one_partition_more_blocks_accept_no_more(blocks: int) -> None:
    # A registration writes its seat and itself: 1,000 units a second are 500 registrations.
    assert simulate(claim_paths(blocks, ONE_PARTITION), 3_000, 20).accepted == pytest.approx(500, rel=0.05)


def test_after_the_split_the_reads_of_the_event_accept_fifteen_hundred_a_second() -> None:
    # Each visitor reads the event for 2 units, of which its partition gives 3,000 a second.
    assert simulate(claim_paths(400, SPLIT), 2_500, 20).accepted == pytest.approx(1_500, rel=0.03)


@pytest.mark.parametrize("rate", [1_000, 10_000])
def test_transactions_on_one_counter_saturate_at_one_per_time_that_they_take(rate: int) -> None:
    # A transaction keeps the counter for 10 ms on average, and all others that come are cancelled.
    # Then the counter is free until the next comes: with n tries a second for 1/n s, so that it
    # accepts 1 / (0.010 + 1/n) a second. n is accepted * attempts.
    outcome = simulate(transaction_paths(EASED), rate, 10)
    tries = outcome.accepted * outcome.attempts
    assert outcome.accepted == pytest.approx(1 / (0.010 + 1 / tries), rel=0.06)
    assert outcome.accepted <= 1.06 / 0.010


def test_the_same_seed_gives_the_same_outcome() -> None:
    paths = claim_paths(10, ONE_PARTITION)
    assert simulate(paths, 1_000, 4, seed=7) == simulate(paths, 1_000, 4, seed=7)
    assert simulate(paths, 1_000, 4, seed=7) != simulate(paths, 1_000, 4, seed=8)
