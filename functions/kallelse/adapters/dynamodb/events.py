"""Stored events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...errors import AlreadyChanged, EventNotFound
from ...models import Event, EventRecord
from . import keys
from .table import Item, Table

EVER = "9999"
"""Sorts after every instant."""

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
            if self._store(seen, record):
                return record
        raise AlreadyChanged("others are changing the event at this moment; apply it again")

    def _store(self, seen: EventRecord | None, record: EventRecord) -> bool:
        if seen is None:
            return self.table.put(_item(record), "attribute_not_exists(pk)")
        return self.table.put(_item(record), "revision = :revision", {":revision": seen.revision})

    def live(self) -> list[EventRecord]:
        return [_record(item) for item in self.table.due("event", EVER)]

    def mark_posted(self, record: EventRecord, until: datetime) -> None:
        self.table.update(
            keys.event(record.event.id),
            "SET posted_until = :until",
            {":until": keys.instant(until), ":revision": record.revision},
            "revision = :revision AND (attribute_not_exists(posted_until) OR posted_until < :until)",
        )

    def retire(self, event_id: str) -> None:
        self.table.update(keys.event(event_id), "REMOVE due, due_at")


def _item(record: EventRecord) -> Item:
    return keys.event(record.event.id) | {
        "body": record.event.model_dump_json(),
        "event_key": record.key,
        "revision": record.revision,
        "history": [details.model_dump(mode="json") for details in record.history],
        "posted_until": record.posted_until and keys.instant(record.posted_until),
        "due": "event",
        "due_at": keys.instant(record.event.ends_at),
    }


def _record(item: Item) -> EventRecord:
    return EventRecord.model_validate(
        {
            "event": Event.model_validate_json(item["body"]),
            "key": item["event_key"],
            "revision": item["revision"],
            "history": item.get("history"),
            "posted_until": item.get("posted_until"),
        }
    )
