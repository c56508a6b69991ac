"""The command ``kallelse`` for the organisers' pages."""

from __future__ import annotations

import pytest
from tests.commanding import Wire

EVENT = "seminarium"


def test_the_organisers_pages_are_opened_by_an_address_that_signs_in(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[str] = []
    monkeypatch.setattr("typer.launch", launched.append)
    printed = wire.run("open", EVENT)
    assert printed.stdout.startswith("https://api.example/organiser/enter/")
    assert printed.stderr == "Then look at https://api.example/organiser/events/seminarium/today\n"
    assert wire.run("open", EVENT, "--browser").stdout == ""
    assert launched[0].startswith("https://api.example/organiser/enter/")
