"""Every flow is broken off at each of its calls of AWS. What it leaves, the sweep puts right."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.simulation.flows import FLOWS
from tests.simulation.sweeping import Broken


@pytest.fixture(autouse=True)
def without_waiting(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore tries again at once."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


@pytest.mark.parametrize("name", FLOWS)
def test_whatever_call_goes_wrong_the_guarantees_hold_after_the_sweep(
    name: str, tried: dict[str, tuple[int, int]]
) -> None:
    broken = Broken.ready(FLOWS[name])
    points = broken.points()
    tried[name] = len(broken.calls), len(points)
    found = list(broken.troubles())
    import collections

    print(collections.Counter(broken.calls))
    print(len(broken._swept), "distinct")
    for each in found:
        print(each)
    assert not found
