"""What awaits the sweep: one query of the index that holds only items with work to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...ports import Work
from . import keys
from .table import Table


@dataclass(frozen=True)
class TableAgenda:
    """Keeps the promises of :class:`kallelse.ports.Agenda`."""

    table: Table

    def due(self, now: datetime) -> Work:
        found: dict[str, list[tuple[str, str]]] = {}
        for key in self.table.due(keys.FOR_SWEEP, keys.instant(now)):
            what, *rest = key["sk"].split("#")
            found.setdefault(what, []).append((keys.event_of(key), rest[-1] if rest else ""))
        return Work(
            events=frozenset(event for event, _ in found.get("EVENT", [])),
            touched=frozenset(event for event, _ in found.get("SEATS", [])),
            registrations=tuple(found.get("REG", [])),
            messages=tuple((event, int(number)) for event, number in found.get("MESSAGE", [])),
        )
