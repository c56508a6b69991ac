"""Allocations to dialogue groups, each in one item: 17 bytes a person, in all at most 400 kB."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Allocation
from . import keys
from .expiry import kept_until
from .table import Item, Table


@dataclass(frozen=True)
class TableGroups:
    """Keeps the promises of :class:`kallelse.ports.Groups`."""

    table: Table

    def get(self, event_id: str) -> Allocation | None:
        item = self.table.get(keys.groups(event_id))
        return _allocation(item) if item else None

    def store(self, seen: Allocation | None, changed: Allocation) -> bool:
        item = _item(changed)
        if seen is None:
            return self.table.put(item, "attribute_not_exists(pk)")
        return self.table.put(item, "revision = :revision", {":revision": seen.revision})


def _item(allocation: Allocation) -> Item:
    item = keys.groups(allocation.event_id) | allocation.model_dump(mode="json")
    item |= kept_until(allocation.erased_at)
    if allocation.members is not None:
        # One text for a group is a third of the size of a list, and much quicker to read.
        item["members"] = {group: " ".join(ids) for group, ids in allocation.members.items()}
    return item


def _allocation(item: Item) -> Allocation:
    fields = {name: item[name] for name in Allocation.model_fields if name in item}
    if "members" in fields:
        fields["members"] = {group: ids.split() for group, ids in fields["members"].items()}
    return Allocation.model_validate(fields)
