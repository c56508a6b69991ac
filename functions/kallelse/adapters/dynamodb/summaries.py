"""The records of summaries; their texts are in the bucket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...models import Language, Summary, SummaryState
from . import keys
from .expiry import kept_until
from .table import Item, Table


@dataclass(frozen=True)
class TableSummaries:
    """Keeps the promises of :class:`kallelse.ports.Summaries`."""

    table: Table

    def latest(self, event_id: str, language: Language) -> Summary | None:
        items = self.table.query(
            keys.event_partition(event_id), f"SUMMARY#{language}#", page=1, ScanIndexForward=False
        )
        newest = next(items, None)
        return summary_in(newest) if newest else None

    def get(self, event_id: str, language: Language, version: int) -> Summary | None:
        item = self.table.get(keys.summary(event_id, language, version))
        return summary_in(item) if item else None

    def put(self, summary: Summary) -> bool:
        return self.table.put(_item(summary), "attribute_not_exists(pk)")

    def replace(self, seen: Summary, changed: Summary) -> bool:
        return self.table.put(
            _item(changed),
            "#state = :state AND size(history) = :moves",
            {":state": seen.state.value, ":moves": len(seen.history)},
        )

    def of_event(self, event_id: str) -> list[Summary]:
        return [summary_in(item) for item in self.table.query(keys.event_partition(event_id), keys.SUMMARIES)]

    def mark_opened(self, summary: Summary, recipient: str, at: datetime, erased_at: datetime | None) -> None:
        item = keys.opening(summary.event_id, recipient, summary.version) | {"at": keys.instant(at)}
        self.table.put(item | kept_until(erased_at), "attribute_not_exists(pk)")

    def opened(self, event_id: str, recipient: str = "") -> dict[tuple[str, int], datetime]:
        found: dict[tuple[str, int], datetime] = {}
        for item in self.table.query(keys.event_partition(event_id), keys.openings(recipient)):
            _, who, version = item["sk"].split("#")
            found[who, int(version)] = datetime.fromisoformat(item["at"])
        return found


def _item(summary: Summary) -> Item:
    item = keys.summary(summary.event_id, summary.language, summary.version)
    item |= summary.model_dump(mode="json")
    approved_at = summary.since(SummaryState.APPROVED)
    if summary.state is SummaryState.APPROVED and approved_at:
        item |= {"due": keys.FOR_PUBLISHER, "due_at": keys.instant(approved_at)}
    return item


def summary_in(item: Item) -> Summary:
    """The summary that an item tells of."""
    return Summary.model_validate({name: item[name] for name in Summary.model_fields if name in item})
