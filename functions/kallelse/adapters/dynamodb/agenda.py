"""What awaits the sweep and the publisher: one query of the index that holds only items with work to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...models import Erasure, SummaryState
from ...ports import ToPublish, Work
from . import keys
from .erasures import erasure_in
from .summaries import summary_in
from .table import Table

EVER = "9999"
"""Sorts after every instant."""

PUNCTUAL = ("EVENT", "MESSAGE", keys.ERASURES)
"""Items that are due at an instant. Seats become due with their first change and are looked at when they
are quiet; a registration that calls for a mail has the time of its arrival there, to be the first in order.
"""


@dataclass(frozen=True)
class TableAgenda:
    """Keeps the promises of :class:`kallelse.ports.Agenda`."""

    table: Table

    def due(self, now: datetime) -> Work:
        found: dict[str, list[tuple[str, str]]] = {}
        since = list(self.table.due(keys.FOR_SWEEP, keys.instant(now)))
        due = [key for key, _ in since]
        for key in due:
            what, *rest = key["sk"].split("#")
            found.setdefault(what, []).append((keys.event_of(key), rest[-1] if rest else ""))
        return Work(
            events=frozenset(event for event, _ in found.get("EVENT", [])),
            touched=frozenset(event for event, _ in found.get("SEATS", [])),
            registrations=tuple(found.get("REG", [])),
            messages=tuple((event, int(number)) for event, number in found.get("MESSAGE", [])),
            erasures=self._erasures(due),
            since=_first(since),
        )

    def to_publish(self) -> ToPublish:
        due = [key for key, _ in self.table.due(keys.FOR_PUBLISHER, EVER)]
        found = map(self.table.get, [key for key in due if key["sk"].startswith(keys.SUMMARIES)])
        summaries = [summary_in(item) for item in found if item]
        return ToPublish(
            summaries=tuple(each for each in summaries if each.state is SummaryState.APPROVED),
            cards=tuple(keys.event_of(key) for key in due if key["sk"] == keys.CARDS),
            erasures=self._erasures(due),
        )

    def _erasures(self, due: list[keys.Key]) -> tuple[Erasure, ...]:
        found = map(self.table.get, [key for key in due if key["sk"].startswith(keys.ERASURES)])
        return tuple(erasure_in(item) for item in found if item)


def _first(due: list[tuple[keys.Key, str]]) -> datetime | None:
    times = (datetime.fromisoformat(at) for key, at in due if key["sk"].startswith(PUNCTUAL))
    return min(times, default=None)
