"""Allocations to groups in a plain dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field

from kallelse.models import Allocation


@dataclass
class FakeGroups:
    kept: dict[str, Allocation] = field(default_factory=dict)

    def get(self, event_id: str) -> Allocation | None:
        return self.kept.get(event_id)

    def store(self, seen: Allocation | None, changed: Allocation) -> bool:
        found = self.kept.get(changed.event_id)
        if (found and found.revision) != (seen and seen.revision):
            return False
        self.kept[changed.event_id] = changed
        return True
