"""Notes of groups: every version is kept, and nothing in them can run."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import an_event
from tests.visiting import NOW, Ask, everything, opened

from kallelse import noting
from kallelse.errors import AlreadyChanged
from kallelse.models import Note
from kallelse.ports import Desk


def content(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


def test_each_version_of_the_notes_is_kept(desk: Desk, upload: Ask) -> None:
    opened(desk)
    for text in ("- ett", "- två", "- två"):
        assert upload("PUT", "/notes/grupp-1", text.encode())["statusCode"] == 200
    upload("PUT", "/notes/grupp-10", b"- tio")
    newest = content(upload("GET", "/notes/grupp-1", b""))
    assert (newest["version"], newest["markdown"], newest["author"]) == (2, "- två", "local organiser")
    assert content(upload("GET", "/notes/grupp-1", b"", version="1"))["markdown"] == "- ett"


def test_notes_are_read_as_html_in_which_nothing_can_run(desk: Desk, upload: Ask) -> None:
    opened(desk)
    upload("PUT", "/notes/ledning", b"**Viktigt** <script>alert(1)</script>")
    answer = upload("GET", "/notes/ledning", b"", **{"as": "html"})
    assert answer["body"].startswith('<!doctype html>\n<html lang="sv">')
    assert "<strong>Viktigt</strong>" in answer["body"]
    assert "<script" not in answer["body"]
    assert answer["headers"]["Content-Security-Policy"].startswith("sandbox;")


def test_of_two_who_write_at_once_one_is_told(desk: Desk) -> None:
    opened(desk)
    notes = desk.notes
    noting.write(desk, an_event(), "ett", "A", "x", NOW)
    other = Note(event_id="seminarium", group="ett", version=2, author="y", handed_in_at=NOW, markdown="B")

    class Late:
        """Reads before the other writes."""

        def latest(self, event_id: str, group: str) -> Note | None:
            found = notes.latest(event_id, group)
            notes.put(other)
            return found

        get, put = notes.get, notes.put

    with pytest.raises(AlreadyChanged):
        noting.write(replace(desk, notes=Late()), an_event(), "ett", "C", "z", NOW)
    assert noting.read(desk, "seminarium", "ett") == other


@pytest.mark.parametrize(
    ("group", "text", "kind", "status"),
    [
        ("Grupp_1", b"x", "text/markdown", 422),
        ("ett", b"", "text/markdown", 422),
        ("ett", b"\xff", "text/markdown", 400),
        ("ett", b"x" * 100_001, "text/markdown", 413),
        ("ett", b"{}", "application/json", 415),
    ],
)
def test_what_are_no_notes_is_refused(
    desk: Desk, upload: Ask, group: str, text: bytes, kind: str, status: int
) -> None:
    opened(desk)
    assert upload("PUT", f"/notes/{group}", text, kind)["statusCode"] == status
    assert not [each for each in everything() if each["sk"]["S"].startswith("NOTE#")]
    assert upload("GET", f"/notes/{group}", b"")["statusCode"] == 404
