"""The public handler on the table of the desk, and its clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.visiting import Ask, Time, request

from kallelse.ports import Desk


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def ask(desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Calls the public handler."""
    monkeypatch.setenv("KALLELSE_TABLE", "kallelse")
    monkeypatch.setenv("KALLELSE_TEMPLATES", str(ROOT / "templates"))
    monkeypatch.setattr("kallelse.config.system_clock", time)
    from kallelse.handlers import public
    from kallelse.handlers.public.wiring import wiring

    def call(method: str, path: str, fields: dict[str, Any] | None = None, source: str = "192.0.2.1") -> Any:
        return public.handler(request(method, path, fields or {}, source), None)

    wiring.cache_clear()
    yield call
    wiring.cache_clear()
