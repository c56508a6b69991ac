"""The audit log: an entry is one item when it begins and a second one when it has ended."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from ...models import Entry
from . import keys
from .table import Item, Table

NEW = "attribute_not_exists(pk)"


@dataclass(frozen=True)
class TableAudit:
    """Keeps the promises of :class:`kallelse.ports.Audit`."""

    table: Table

    def begin(self, entry: Entry) -> None:
        self.table.put(_key(entry) | {"body": entry.model_dump_json()}, NEW)

    def end(self, entry: Entry) -> None:
        self.table.put(_end(entry) | {"body": entry.model_dump_json()}, NEW)

    def withdraw(self, entry: Entry) -> None:
        self.table.delete(_key(entry))

    def of(self, event_id: str | None, tour_id: str | None) -> list[Entry]:
        found: dict[str, Entry] = {}
        for item in self._items(keys.audited(event_id, tour_id)):
            entry = Entry.model_validate_json(item["body"])
            # The end sorts after the beginning, and tells all that the beginning told.
            found[entry.id] = entry
        return list(found.values())

    def forget(self, event_id: str, registration_ids: Set[str]) -> None:
        for partition in (keys.audited(event_id, None), keys.audited(None, None)):
            for item in self._items(partition):
                body = without(item["body"], registration_ids)
                if body != item["body"]:
                    self.table.update(_of(item), "SET body = :body", {":body": body})

    def _items(self, partition: str) -> list[Item]:
        return list(self.table.query(partition, keys.AUDIT))


def without(body: str, registration_ids: Set[str]) -> str:
    """The text of an entry with ``erased`` in the place of the ids."""
    for each in registration_ids:
        body = body.replace(each, "erased")
    return body


def _of(item: Item) -> dict[str, Any]:
    return {"pk": item["pk"], "sk": item["sk"]}


def _key(entry: Entry) -> Item:
    return dict(keys.audit(entry.event_id, entry.tour_id, entry.at, entry.id))


def _end(entry: Entry) -> Item:
    key = _key(entry)
    return key | {"sk": f"{key['sk']}#END"}
