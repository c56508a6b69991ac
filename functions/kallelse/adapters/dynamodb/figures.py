"""The figures of events that outlive the personal data that they were counted from."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Figures
from . import keys
from .table import Table


@dataclass(frozen=True)
class TableFigures:
    """Keeps the promises of :class:`kallelse.ports.KeptFigures`."""

    table: Table

    def get(self, event_id: str) -> Figures | None:
        item = self.table.get(keys.figures(event_id))
        return Figures.model_validate_json(item["body"]) if item else None

    def keep(self, event_id: str, figures: Figures) -> None:
        item = keys.figures(event_id) | {"body": figures.model_dump_json()}
        self.table.put(item, "attribute_not_exists(pk)")
