"""What a process remembers of the networks that registered."""

from __future__ import annotations

from tests.fakes import fake_desk
from tests.visiting import NOW

from kallelse.limiting import NETWORKS, Tally


def test_a_process_remembers_only_the_networks_that_came_last() -> None:
    desk, tally = fake_desk(), Tally()
    for number in range(NETWORKS + 20):
        tally.add(desk, "seminarium", f"10.0.{number >> 8}.{number & 255}", NOW)
    assert len(tally.counts) == NETWORKS
    assert "network#seminarium#10.0.0.19/32" not in tally.counts
    assert "network#seminarium#10.0.0.20/32" in tally.counts
