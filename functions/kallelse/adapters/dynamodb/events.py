"""Stored events, and their list, an entry of which is written together with the event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from ...errors import EventNotFound
from ...models import STORED, Event, EventEntry, EventRecord
from . import keys
from .table import Item, Table

NEW = "attribute_not_exists(pk)"
THE_SAME = "revision = :revision"


@dataclass(frozen=True)
class TableEvents:
    """Keeps the promises of :class:`kallelse.ports.Events`."""

    table: Table

    def get(self, event_id: str) -> EventRecord:
        record = self.find(event_id)
        if record is None:
            raise EventNotFound("there is no such event")
        return record

    def find(self, event_id: str) -> EventRecord | None:
        item = self.table.get(keys.event(event_id))
        return _record(item) if item else None

    def store(self, seen: EventRecord | None, record: EventRecord, now: datetime) -> bool:
        item = _item(record) | {"due": keys.FOR_SWEEP, "due_at": keys.instant(now)}
        entry = EventEntry.of(record)
        writes = [self.table.put_in_transaction(_key(entry) | {"body": entry.model_dump_json()})]
        if not record.event.draft:
            writes.append(self.table.put_in_transaction(_cards(record, now)))
        if seen is None:
            return self.table.transact(self.table.put_in_transaction(item, NEW), *writes)
        if _key(EventEntry.of(seen)) != _key(entry):
            writes.append(self.table.delete_in_transaction(_key(EventEntry.of(seen))))
        same = {":revision": seen.revision}
        return self.table.transact(self.table.put_in_transaction(item, THE_SAME, same), *writes)

    def listed(self, after: str | None, limit: int) -> list[EventEntry]:
        items = self.table.page(keys.EVENTS, after, limit)
        return [EventEntry.model_validate_json(item["body"]) for item in items]

    def drawn(self, record: EventRecord) -> None:
        same = {":revision": record.revision}
        self.table.update(keys.cards(record.event.id), "REMOVE due, due_at", same, THE_SAME)

    def look_again(self, record: EventRecord, at: datetime | None) -> None:
        values: Item = {":revision": record.revision}
        change = "REMOVE due, due_at"
        if at:
            change = "SET due = :sweep, due_at = :at"
            values |= {":sweep": keys.FOR_SWEEP, ":at": keys.instant(at)}
        self.table.update(keys.event(record.event.id), change, values, THE_SAME)


def _key(entry: EventEntry) -> keys.Key:
    return keys.event_entry(entry.place)


def _cards(record: EventRecord, now: datetime) -> Item:
    work = {"due": keys.FOR_PUBLISHER, "due_at": keys.instant(now)}
    return keys.cards(record.event.id) | {"revision": record.revision} | work


def _item(record: EventRecord) -> Item:
    return keys.event(record.event.id) | {
        "body": record.event.model_dump_json(),
        "event_key": record.key,
        "revision": record.revision,
        "erasure_began": record.erasure_began or None,
        "history": [details.model_dump(mode="json") for details in record.history],
        "archived_at": record.archived_at and record.archived_at.isoformat(),
    }


def _record(item: Item) -> EventRecord:
    return EventRecord.model_validate(
        {
            "event": _event(item["body"]),
            "key": item["event_key"],
            "revision": item["revision"],
            "history": item.get("history"),
            "erasure_began": item.get("erasure_began", False),
            "archived_at": item.get("archived_at"),
        },
        context=STORED,
    )


@lru_cache(maxsize=64)
def _event(body: str) -> Event:
    # Read anew from the table each time, but made once of the same text, since nothing changes it.
    fields = json.loads(body)
    if "archive" in fields:  # what ``public_summaries`` was called when the event was stored
        fields["public_summaries"] = fields.pop("archive")
    return Event.model_validate(fields, context=STORED)
