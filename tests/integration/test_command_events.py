"""The command ``kallelse`` for events: their stages, their list, and trying a file out."""

from __future__ import annotations

from pathlib import Path

from tests.commanding import Wire, rows
from tests.conftest import an_event
from tests.visiting import opened

from kallelse.ports import Desk

EVENT = "seminarium"


def test_an_event_lives_from_draft_to_archive(wire: Wire, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "seminarium.json"
    file.write_text(an_event(draft=True).model_dump_json())
    wire.run("events", "apply", str(file))
    assert rows(wire.run("events", "list").stdout)[1:] == [
        [EVENT, "draft", "2020-09-16T10:00:00Z", "Seminarium"]
    ]
    wire.run("events", "publish", EVENT)
    assert wire.json("events", "list", "--state", "draft")["events"] == []
    wire.run("events", "duplicate", EVENT, "nytt", "--starts", "2021-09-16T13:00")
    page = wire.json("events", "list")
    assert [each["id"] for each in page["events"]] == ["nytt", EVENT]
    wire.run("events", "cancel", EVENT, "--yes")
    assert desk.events.get(EVENT).event.cancelled
    wire.run("events", "archive", EVENT, "--yes")
    assert [each["id"] for each in wire.json("events", "list")["events"]] == ["nytt"]
    assert len(wire.json("events", "list", "--archived")["events"]) == 2


def test_events_are_listed_to_the_end(wire: Wire, desk: Desk) -> None:
    for number in range(3):
        opened(desk, id=f"e{number}")
    assert len(wire.json("events", "list", "--limit", "2")["events"]) == 2
    whole = wire.json("events", "list", "--limit", "2", "--all")
    assert sorted(each["id"] for each in whole["events"]) == ["e0", "e1", "e2"]
    assert whole["next"] is None


def test_a_dry_run_tells_what_a_file_would_change(wire: Wire, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "seminarium.json"
    opened(desk)
    file.write_text(an_event(seats=5).model_dump_json())
    assert wire.run("events", "apply", str(file), "--dry-run").stderr.splitlines() == ["changes: seats"]
    assert desk.events.get(EVENT).event.seats == 2
