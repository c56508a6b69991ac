"""What the tests of the command share."""

from __future__ import annotations

import pytest
from tests.commanding import OK, Wire


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A wire to a handler that says yes to everything, and a token."""
    monkeypatch.setenv("KALLELSE_TOKEN", "right")
    return Wire(lambda event, context: OK)
