"""Stored events."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import EventNotFound
from ...models import Event, EventRecord
from . import keys
from .table import Item, Table

EVER = "9999"
"""Sorts after every instant."""


@dataclass(frozen=True)
class TableEvents:
    """Keeps the promises of :class:`kallelse.ports.Events`."""

    table: Table

    def get(self, event_id: str) -> EventRecord:
        item = self.table.get(keys.event(event_id))
        if item is None:
            raise EventNotFound("there is no such event")
        return _record(item)

    def apply(self, event: Event, key: str) -> EventRecord:
        # An event once loaded keeps its key: the ids of its registrations derive from it.
        self.table.update(
            keys.event(event.id),
            "SET body = :body, event_key = if_not_exists(event_key, :key), due = :due, due_at = :due_at,"
            " join_links_posted = :no ADD revision :one",
            {
                ":body": event.model_dump_json(),
                ":key": key,
                ":due": "event",
                ":due_at": keys.instant(event.ends_at),
                ":no": False,
                ":one": 1,
            },
        )
        return self.get(event.id)

    def live(self) -> list[EventRecord]:
        return [_record(item) for item in self.table.due("event", EVER)]

    def mark_join_links_posted(self, record: EventRecord) -> None:
        self.table.update(
            keys.event(record.event.id),
            "SET join_links_posted = :yes",
            {":yes": True, ":revision": record.revision},
            "revision = :revision",
        )

    def retire(self, event_id: str) -> None:
        self.table.update(keys.event(event_id), "REMOVE due, due_at")


def _record(item: Item) -> EventRecord:
    return EventRecord(
        event=Event.model_validate_json(item["body"]),
        key=item["event_key"],
        revision=item["revision"],
        join_links_posted=item["join_links_posted"],
    )
