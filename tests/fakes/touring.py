"""Tours and claims in plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field

from kallelse.models import Claim, Series, Stop, TourRecord


@dataclass
class FakeTours:
    kept: dict[str, TourRecord] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)

    def find(self, tour_id: str) -> TourRecord | None:
        return self.kept.get(tour_id)

    def apply(self, series: Series, stops: tuple[Stop, ...], key: str) -> TourRecord:
        seen = self.find(series.id)
        if seen and (seen.series, seen.stops) == (series, stops):
            return seen
        revision = seen.revision + 1 if seen else 1
        record = TourRecord(series=series, key=seen.key if seen else key, revision=revision, stops=stops)
        self.kept[series.id] = record
        return record

    def claim_of(self, tour_id: str, person: str) -> Claim | None:
        return self.claims.get((tour_id, person))

    def claim(self, seen: Claim | None, claim: Claim) -> bool:
        if self.claim_of(claim.tour_id, claim.person) != seen:
            return False
        self.claims[claim.tour_id, claim.person] = claim
        return True

    def forget(self, claim: Claim) -> None:
        kept = self.claim_of(claim.tour_id, claim.person)
        if kept and (kept.event_id, kept.holder) == (claim.event_id, claim.holder):
            del self.claims[claim.tour_id, claim.person]

    def forget_event(self, tour_id: str, event_id: str) -> None:
        for where, claim in list(self.claims.items()):
            if (where[0], claim.event_id) == (tour_id, event_id):
                del self.claims[where]
