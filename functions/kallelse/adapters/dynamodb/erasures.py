"""Erasures under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...models import Erasure
from . import keys
from .table import Item, Table

THE_SAME = "serial = :serial"


@dataclass(frozen=True)
class TableErasures:
    """Keeps the promises of :class:`kallelse.ports.Erasures`."""

    table: Table

    def begin(self, erasure: Erasure, due_at: datetime) -> None:
        item: Item = _key(erasure) | {"serial": erasure.serial}
        self.table.put(item | {"due": keys.FOR_SWEEP, "due_at": keys.instant(due_at)})

    def hand_on(self, erasure: Erasure) -> None:
        values: Item = {":publisher": keys.FOR_PUBLISHER, ":serial": erasure.serial}
        self.table.update(_key(erasure), "SET due = :publisher", values, THE_SAME)

    def end(self, erasure: Erasure) -> None:
        self.table.delete(_key(erasure), THE_SAME, {":serial": erasure.serial})


def erasure_in(item: Item) -> Erasure:
    """The erasure that an item tells of."""
    registration_id = item["sk"].removeprefix(keys.ERASURES)
    return Erasure(event_id=keys.event_of(item), registration_id=registration_id, serial=int(item["serial"]))


def _key(erasure: Erasure) -> keys.Key:
    return keys.erasure(erasure.event_id, erasure.registration_id)
