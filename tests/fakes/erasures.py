"""Erasures under way and the ledger in plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kallelse.models import Erasure


@dataclass
class FakeErasures:
    kept: dict[tuple[str, str], tuple[Erasure, datetime | None]] = field(default_factory=dict)

    def begin(self, erasure: Erasure, due_at: datetime) -> None:
        self.kept[erasure.event_id, erasure.registration_id] = (erasure, due_at)

    def hand_on(self, erasure: Erasure) -> None:
        if self._is_there(erasure):
            self.kept[erasure.event_id, erasure.registration_id] = (erasure, None)

    def end(self, erasure: Erasure) -> None:
        if self._is_there(erasure):
            del self.kept[erasure.event_id, erasure.registration_id]

    def _is_there(self, erasure: Erasure) -> bool:
        return self.kept.get((erasure.event_id, erasure.registration_id), (None, None))[0] == erasure

    def due(self, now: datetime) -> tuple[Erasure, ...]:
        return tuple(erasure for erasure, at in self.kept.values() if at and at <= now)

    def handed_on(self) -> tuple[Erasure, ...]:
        return tuple(erasure for erasure, at in self.kept.values() if at is None)


@dataclass
class FakeLedger:
    entered: set[tuple[str, int]] = field(default_factory=set)

    def enter(self, digest: str, serial: int) -> None:
        self.entered.add((digest, serial))

    def serials(self) -> dict[str, int]:
        return dict(sorted(self.entered))
