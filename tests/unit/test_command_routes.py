"""Every command asks routes that the admin endpoint has, and prints their answers with --json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.commanding import Wire, told
from typer.main import get_command

from kallelse.cli import app
from kallelse.handlers.admin.routing import ROUTES

COMMANDS = [
    ("events list", "--all"),
    ("events show", "a"),
    ("events apply", "FILE"),
    ("events apply", "FILE --dry-run"),
    ("events publish", "a"),
    ("events cancel", "a --yes"),
    ("events archive", "a --yes"),
    ("events duplicate", "a b --starts 2027-03-01T13:00"),
    ("tours show", "a"),
    ("tours apply", "FILE"),
    ("registrations list", "a --all"),
    ("registrations show", "a b"),
    ("registrations add", "a --set name=Ada"),
    ("registrations edit", "a b --set name=Ada"),
    ("registrations cancel", "a b --yes"),
    ("registrations promote", "a b"),
    ("registrations move", "a b --mode online"),
    ("mails list", "a"),
    ("mails resend", "a b"),
    ("mails decide", "a b --again"),
    ("summary hand-in", "a sv FILE"),
    ("summary list", "a"),
    ("summary review", "a sv 1"),
    ("summary approve", "a sv 1 --yes"),
    ("summary withdraw", "a sv 1 --yes"),
    ("person find", "a@example.org"),
    ("person export", "a@example.org --yes"),
    ("webhooks list", "a"),
    ("webhooks secret", "a b --yes"),
    ("export", "a"),
    ("message", "a --subject sv=Hej --body sv=FILE --yes"),
    ("message", "a --subject sv=Hej --body sv=FILE --dry-run"),
    ("figures", "a"),
    ("erase", "a@example.org --yes"),
    ("audit", "a"),
    ("open", "a"),
]


def names_of(command: Any, before: str = "") -> Iterator[str]:
    """The names of all commands."""
    for name, each in command.commands.items():
        if hasattr(each, "commands"):
            yield from names_of(each, f"{before}{name} ")
        else:
            yield before + name


def test_every_command_is_tried() -> None:
    # That one asks the public pages: see tests/integration/test_checking.py.
    assert {name for name, _ in COMMANDS} | {"check"} == set(names_of(get_command(app)))


@pytest.mark.parametrize(("name", "arguments"), COMMANDS)
def test_a_command_asks_routes_that_are_there_and_prints_the_last_answer(
    name: str, arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KALLELSE_TOKEN", "right")
    (tmp_path / "file.yaml").write_text("id: a")
    answer = told(200, {"who": "åäö", "next": None}, ETag='"1"')
    wire = Wire(lambda event, context: {})
    wire.fail(*[answer] * 5)
    given = arguments.replace("FILE", str(tmp_path / "file.yaml"))
    result = wire.run(*name.split(), *given.split(), "--json")
    assert result.stdout_bytes.rstrip(b"\n") == json.dumps(json.loads(answer.body)).encode()
    assert wire.sent
    for each in wire.sent:
        routes = [route for route in ROUTES if route.leads_to(urlsplit(each.url).path)]
        [route] = [route for route in routes if route.method == each.method]
        # What has a state is only changed with it, or if it is new.
        needed = route.target is not None and each.method != "GET"
        assert ("If-Match" in each.headers) == needed
