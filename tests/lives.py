"""An event at which everything happened that leaves personal data behind, and what is left of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from tests.people import registered
from tests.tours import TOUR, toured
from tests.visiting import NOW, everything, opened

from kallelse import dialogues, dispatching, noting, surveying
from kallelse.links import issue
from kallelse.models import EventRecord, Purpose, Summary
from kallelse.ports import Desk

MINUTE = timedelta(minutes=1)
EVERYTHING: dict[str, Any] = {
    "seats": 3,
    "seats_per_organisation": 5,
    "dialogue": {"size": {"least": 2, "most": 4}},
    "survey": {"questions": [{"id": "word", "kind": "text", "label": {"sv": "Ett ord?"}},
                             {"id": "useful", "kind": "scale", "label": {"sv": "Nyttigt?"}}]},
}  # fmt: skip
PEOPLE = ("Ada", "Bo", "Cia", "Dan")
KEPT = {"CARDS", "EVENT", "FIGURES", "TURN", "LINE#online", "FULL#online", "MESSAGE", "ANSWER", "SUMMARY"}
"""What is left of an event, by what its sort keys begin with."""


def lived(desk: Desk, **changes: Any) -> EventRecord:
    """The event after four registered, the last of whom waits; with all that may follow from it."""
    toured(desk, EVERYTHING)
    record = opened(desk, **{**EVERYTHING, "tour": TOUR, **changes})
    people = [
        registered(desk, record, name, at=NOW + number * MINUTE, greeting=f"Hej från {name}!")
        for number, name in enumerate(PEOPLE)
    ]
    dispatching.tick(desk, NOW + 5 * MINUTE)
    dialogues.make(desk, record, NOW + 5 * MINUTE)
    noting.write(desk, record.event, "1", "Ada sade att det lönar sig.", "Bea", NOW)
    summary = Summary(
        event_id="seminarium", language="sv", version=1, author="x", handed_in_at=NOW, checksum="none"
    )
    desk.summaries.put(summary)
    for each in people:
        for purpose in Purpose:
            issue(desk, each, purpose)
        desk.summaries.mark_opened(summary, each.mailbox, NOW, record.event.erased_at)
    answers = {"word": ["Ada var bäst"], "useful": ["4"]}
    for number in range(5):
        surveying.take(desk, record, answers, f"nonce {number}", record.event.ends_at)
    return record


def about(event_id: str) -> list[str]:
    """The keys of what is kept about participants of an event, wherever it lies."""
    items = [each for each in everything() if f'"{event_id}"' in json.dumps(each) or _of(event_id, each)]
    sort_keys = [(each["pk"]["S"].split("#")[0], each["sk"]["S"]) for each in items]
    return [
        f"{where} {key}"
        for where, key in sort_keys
        if where != "TOUR" or key.startswith("PERSON#")
        if key not in KEPT and key.split("#")[0] not in KEPT
    ]


def _of(event_id: str, item: dict[str, Any]) -> bool:
    return bool(item["pk"]["S"] == f"EVENT#{event_id}")
