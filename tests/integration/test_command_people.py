"""The command ``kallelse`` for people: what is kept about them at all events, and erasing it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commanding import Wire
from tests.people import registered
from tests.visiting import opened

from kallelse.ports import Desk

EVENT = "seminarium"
ADA = "ada@example.org"


def test_a_person_is_found_taken_away_and_erased_once_it_is_meant(
    wire: Wire, desk: Desk, tmp_path: Path
) -> None:
    ada = registered(desk, opened(desk), "Ada")
    assert ada.id in wire.run("person", "find", ADA).stdout
    wire.run("person", "export", ADA, "-o", str(tmp_path / "ada.json"), typed="y\n")
    assert ADA in json.dumps(json.loads((tmp_path / "ada.json").read_text()))
    kept = wire.run("erase", ADA, typed="no\n", code=1)
    assert EVENT in kept.stderr
    assert kept.stderr.endswith(
        f"Erase everything about {ADA}? It cannot be undone. [y/N] Nothing was changed.\n"
    )
    assert desk.registrations.of_event(EVENT)[0].participant.email == ADA
    assert wire.json("erase", ADA, "--yes") == {"events": [EVENT]}
    assert ADA not in wire.run("person", "find", ADA).stdout
