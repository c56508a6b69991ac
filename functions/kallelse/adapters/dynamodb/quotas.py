"""How many of one organisation are registered or wait: one item an organisation, one write a claim."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from ...models import Event
from ...ports import Quota
from . import keys
from .expiry import kept_until
from .table import Item, Table

CLAIM = "attribute_not_exists(holders) OR contains(holders, :holder) OR size(holders) < :limit"

CHANGE = (
    "ADD holders :set SET organisation = :key, touched_at = :now, erased_at = :erased_at, expires = :expires"
)


@dataclass(frozen=True)
class TableQuotas:
    """Keeps the promises of :class:`kallelse.ports.Quotas`."""

    table: Table

    def claim(self, event: Event, key: str, holder: str, limit: int, now: datetime) -> bool:
        if holder not in (holders := self._holders(event.id, key)) and len(holders) >= limit:
            return False  # told without a write
        values: Item = {":key": key, ":now": keys.instant(now), ":limit": limit}
        values |= {":holder": holder, ":set": {holder}}
        values |= {f":{name}": value for name, value in kept_until(event.erased_at).items()}
        return self.table.update(keys.quota(event.id, key), CHANGE, values, CLAIM)

    def is_full(self, event_id: str, key: str, limit: int) -> bool:
        return len(self._holders(event_id, key)) >= limit

    def release(self, event_id: str, key: str, holder: str) -> None:
        # Only an item that exists: an update of none would make one.
        self.table.update(
            keys.quota(event_id, key), "DELETE holders :set", {":set": {holder}}, "attribute_exists(pk)"
        )

    def forget(self, event_id: str, seen: Quota, orphans: Set[str]) -> None:
        if orphans:
            self.table.update(
                keys.quota(event_id, seen.key),
                "DELETE holders :orphans",
                {":orphans": set(orphans), ":touched": keys.instant(seen.touched_at)},
                "touched_at = :touched",
            )

    def of_event(self, event_id: str) -> list[Quota]:
        return [
            Quota(
                key=item["organisation"],
                holders=frozenset(item.get("holders", ())),
                touched_at=datetime.fromisoformat(item["touched_at"]),
            )
            for item in self.table.query(keys.event_partition(event_id), "QUOTA#")
        ]

    def _holders(self, event_id: str, key: str) -> set[str]:
        item = self.table.get(keys.quota(event_id, key)) or {}
        return set(item.get("holders", ()))
