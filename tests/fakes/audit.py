"""The audit log and answered requests in plain dictionaries."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime

from kallelse.models import KEPT, UNDER_WAY, Entry, Reply


@dataclass
class FakeAudit:
    kept: dict[str, Entry] = field(default_factory=dict)

    def begin(self, entry: Entry) -> None:
        self.kept[entry.id] = entry

    def end(self, entry: Entry) -> None:
        self.kept[entry.id] = entry

    def withdraw(self, entry: Entry) -> None:
        if not self.kept[entry.id].done:
            del self.kept[entry.id]

    def of(self, event_id: str | None, tour_id: str | None) -> list[Entry]:
        where = (event_id, tour_id)
        return [each for each in self.kept.values() if (each.event_id, each.tour_id) == where]

    def forget(self, event_id: str, registration_ids: Set[str]) -> None:
        for entry in [*self.of(event_id, None), *self.of(None, None)]:
            text = entry.model_dump_json()
            for each in registration_ids:
                text = text.replace(each, "erased")
            self.kept[entry.id] = Entry.model_validate_json(text)


@dataclass
class FakeReplies:
    kept: dict[tuple[str | None, str], Reply] = field(default_factory=dict)

    def begin(self, reply: Reply, now: datetime) -> Reply | None:
        known = self.kept.get((reply.event_id, reply.digest))
        if known and now - known.begun_at < (UNDER_WAY if known.body is None else KEPT):
            return known
        self.finish(reply)
        return None

    def finish(self, reply: Reply) -> None:
        self.kept[reply.event_id, reply.digest] = reply

    def forget(self, reply: Reply) -> None:
        self.kept.pop((reply.event_id, reply.digest), None)
