"""The records of summaries; their texts are in the bucket."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Language, Summary, SummaryState
from . import keys
from .table import Item, Table

EVER = "9999"
"""Sorts after every instant."""


@dataclass(frozen=True)
class TableSummaries:
    """Keeps the promises of :class:`kallelse.ports.Summaries`."""

    table: Table

    def latest(self, event_id: str, language: Language) -> Summary | None:
        items = self.table.query(
            keys.event_partition(event_id), f"SUMMARY#{language}#", page=1, ScanIndexForward=False
        )
        newest = next(items, None)
        return _summary(newest) if newest else None

    def get(self, event_id: str, language: Language, version: int) -> Summary | None:
        item = self.table.get(keys.summary(event_id, language, version))
        return _summary(item) if item else None

    def put(self, summary: Summary) -> bool:
        item = keys.summary(summary.event_id, summary.language, summary.version)
        item |= summary.model_dump(mode="json")
        item |= {"due": keys.FOR_PUBLISHER, "due_at": keys.instant(summary.handed_in_at)}
        return self.table.put(item, "attribute_not_exists(pk)")

    def mark_published(self, summary: Summary) -> None:
        self.table.update(
            keys.summary(summary.event_id, summary.language, summary.version),
            "SET #state = :published, documents = :documents REMOVE due, due_at",
            {
                ":published": SummaryState.PUBLISHED.value,
                ":handed_in": SummaryState.HANDED_IN.value,
                ":documents": summary.documents,
            },
            "#state = :handed_in",
        )

    def handed_in(self) -> list[Summary]:
        found = map(self.table.get, self.table.due(keys.FOR_PUBLISHER, EVER))
        return [_summary(item) for item in found if item]


def _summary(item: Item) -> Summary:
    return Summary.model_validate({name: item[name] for name in Summary.model_fields if name in item})
