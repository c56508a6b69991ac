"""Stored events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from ...errors import AlreadyChanged, EventNotFound
from ...models import Event, EventRecord
from . import keys
from .table import Item, Table

ATTEMPTS = 5
"""How often an event is read anew when another request changes it at the same time."""


@dataclass(frozen=True)
class TableEvents:
    """Keeps the promises of :class:`kallelse.ports.Events`."""

    table: Table

    def get(self, event_id: str) -> EventRecord:
        item = self.table.get(keys.event(event_id))
        if item is None:
            raise EventNotFound("there is no such event")
        return _record(item)

    def apply(self, event: Event, key: str, now: datetime) -> EventRecord:
        for _ in range(ATTEMPTS):
            item = self.table.get(keys.event(event.id))
            seen = _record(item) if item else None
            # An event once loaded keeps its key: the ids of its registrations derive from it.
            record = seen.changed_to(event, now) if seen else EventRecord.new(event, key, now)
            if self._store(seen, record, now):
                return record
        raise AlreadyChanged("others are changing the event at this moment; apply it again")

    def _store(self, seen: EventRecord | None, record: EventRecord, now: datetime) -> bool:
        item = _item(record) | {"due": keys.FOR_SWEEP, "due_at": keys.instant(now)}
        if seen is None:
            return self.table.put(item, "attribute_not_exists(pk)")
        return self.table.put(item, "revision = :revision", {":revision": seen.revision})

    def look_again(self, record: EventRecord, at: datetime | None) -> None:
        values: Item = {":revision": record.revision}
        change = "REMOVE due, due_at"
        if at:
            change = "SET due = :sweep, due_at = :at"
            values |= {":sweep": keys.FOR_SWEEP, ":at": keys.instant(at)}
        self.table.update(keys.event(record.event.id), change, values, "revision = :revision")


def _item(record: EventRecord) -> Item:
    return keys.event(record.event.id) | {
        "body": record.event.model_dump_json(),
        "event_key": record.key,
        "revision": record.revision,
        "history": [details.model_dump(mode="json") for details in record.history],
    }


def _record(item: Item) -> EventRecord:
    return EventRecord.model_validate(
        {
            "event": _event(item["body"]),
            "key": item["event_key"],
            "revision": item["revision"],
            "history": item.get("history"),
        }
    )


def _event(body: str) -> Event:
    fields = json.loads(body)
    if "archive" in fields:  # what ``public_summaries`` was called when the event was stored
        fields["public_summaries"] = fields.pop("archive")
    return Event.model_validate(fields)
