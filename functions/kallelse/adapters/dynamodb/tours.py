"""Tours, and the claims of people at their stops, which DynamoDB deletes after ``expires`` (its TTL)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ...errors import AlreadyChanged
from ...models import Claim, Series, Stop, TourRecord
from . import keys
from .table import Item, Table

KEPT = timedelta(days=1)
"""How long a claim is kept. It counts for less than a minute: see :mod:`kallelse.claiming`."""

NEW = "attribute_not_exists(pk)"
THE_SAME = "event_id = :event AND holder = :holder"


@dataclass(frozen=True)
class TableTours:
    """Keeps the promises of :class:`kallelse.ports.Tours`."""

    table: Table

    def find(self, tour_id: str) -> TourRecord | None:
        item = self.table.get(keys.tour(tour_id))
        return TourRecord.model_validate_json(item["body"]) if item else None

    def apply(self, series: Series, stops: tuple[Stop, ...], key: str) -> TourRecord:
        seen = self.find(series.id)
        if seen is None:
            return self._store(TourRecord(series=series, key=key, stops=stops), NEW, {})
        record = TourRecord(series=series, key=seen.key, revision=seen.revision, stops=stops)
        # Dates are text in what is stored, and dates in what was read from a file.
        if record.model_dump_json() == seen.model_dump_json():
            return seen
        changed = record.model_copy(update={"revision": seen.revision + 1})
        return self._store(changed, "revision = :revision", {":revision": seen.revision})

    def _store(self, record: TourRecord, condition: str, values: Item) -> TourRecord:
        item = keys.tour(record.series.id) | {"body": record.model_dump_json(), "revision": record.revision}
        if not self.table.put(item, condition, values):
            raise AlreadyChanged("others are changing the tour at this moment; apply it again")
        return record

    def claim_of(self, tour_id: str, person: str) -> Claim | None:
        item = self.table.get(keys.claim(tour_id, person))
        return Claim.model_validate({name: item[name] for name in Claim.model_fields}) if item else None

    def claim(self, seen: Claim | None, claim: Claim) -> bool:
        item = keys.claim(claim.tour_id, claim.person) | claim.model_dump(mode="json")
        item |= {"expires": int((claim.since + KEPT).timestamp())}
        if seen is None:
            return self.table.put(item, NEW)
        values = _told(seen) | {":since": seen.model_dump(mode="json")["since"]}
        return self.table.put(item, f"{THE_SAME} AND since = :since", values)

    def forget(self, claim: Claim) -> None:
        self.table.delete(keys.claim(claim.tour_id, claim.person), THE_SAME, _told(claim))

    def forget_event(self, tour_id: str, event_id: str) -> None:
        items = self.table.query(keys.tour(tour_id)["pk"], "PERSON#")
        self.table.delete_all(
            [{"pk": item["pk"], "sk": item["sk"]} for item in items if item["event_id"] == event_id]
        )


def _told(claim: Claim) -> Item:
    return {":event": claim.event_id, ":holder": claim.holder}
