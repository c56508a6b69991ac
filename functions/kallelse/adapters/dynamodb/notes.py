"""Notes of groups, with their texts."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Note
from . import keys
from .expiry import kept_until
from .table import Item, Table


@dataclass(frozen=True)
class TableNotes:
    """Keeps the promises of :class:`kallelse.ports.Notes`."""

    table: Table

    def latest(self, event_id: str, group: str) -> Note | None:
        partition, prefix = keys.event_partition(event_id), keys.notes(group)
        newest = next(self.table.query(partition, prefix, page=1, ScanIndexForward=False), None)
        return _note(newest) if newest else None

    def get(self, event_id: str, group: str, version: int) -> Note | None:
        item = self.table.get(keys.note(event_id, group, version))
        return _note(item) if item else None

    def put(self, note: Note) -> bool:
        item = keys.note(note.event_id, note.group, note.version) | note.model_dump(mode="json")
        item |= kept_until(note.erased_at)
        return self.table.put(item, "attribute_not_exists(pk)")


def _note(item: Item) -> Note:
    return Note.model_validate({name: item[name] for name in Note.model_fields if name in item})
