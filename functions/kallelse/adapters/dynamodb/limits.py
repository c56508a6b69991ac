"""Counters that stop at a limit. DynamoDB deletes them some time after ``expires`` (its TTL)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import keys
from .table import Item, Table

COUNT = "attribute_not_exists(taken) OR (ends_at > :now AND taken <= :room)"
ANEW = "ends_at <= :now"


@dataclass(frozen=True)
class TableLimits:
    """Keeps the promises of :class:`kallelse.ports.Limits`."""

    table: Table

    def take(self, name: str, limit: int, ends_at: datetime, now: datetime, number: int = 1) -> bool:
        key = keys.limit(name)
        values: Item = {":number": number, ":now": keys.instant(now)}
        fresh: Item = {":ends_at": keys.instant(ends_at), ":expires": int(ends_at.timestamp())}
        change = "SET ends_at = if_not_exists(ends_at, :ends_at), expires = if_not_exists(expires, :expires)"
        if self.table.update(
            key, f"{change} ADD taken :number", values | fresh | {":room": limit - number}, COUNT
        ):
            return True
        # The time of the earlier counter is over, and TTL has not deleted it yet.
        change = "SET ends_at = :ends_at, expires = :expires, taken = :number"
        return number <= limit and self.table.update(key, change, values | fresh, ANEW)

    def taken(self, name: str, now: datetime) -> int:
        item = self.table.get(keys.limit(name))
        return int(item["taken"]) if item and item["ends_at"] > keys.instant(now) else 0
