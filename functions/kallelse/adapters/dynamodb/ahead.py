"""Reading in one request what would be read one by one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from ...models import Event, Mode
from . import keys
from .arranging import block_sizes, probe_order
from .table import Table


@dataclass(frozen=True)
class TableAhead:
    """Keeps the promises of :class:`kallelse.ports.Ahead`."""

    table: Table

    def of_form(self, event_id: str, limit: str) -> AbstractContextManager[None]:
        return self.table.ahead(keys.event(event_id), keys.limit(limit))

    def of_newcomer(
        self, event: Event, registration_id: str, mode: Mode, holder: str
    ) -> AbstractContextManager[None]:
        wanted = [keys.registration(event.id, registration_id)]
        if event.tour:
            wanted.append(keys.tour(event.tour.id))
        blocks = len(block_sizes(event.seats_by_mode.get(mode, 0)))
        if blocks:
            wanted.append(keys.seat_block(event.id, mode, probe_order(holder, blocks)[0]))
        return self.table.ahead(*wanted)
