"""Organisers who are let in. The organisers' function may write to these partitions and to no others."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Session, SessionStep
from . import keys
from .table import Table


@dataclass(frozen=True)
class TableSessions:
    """Keeps the promises of :class:`kallelse.ports.Sessions`."""

    table: Table

    def put(self, session: Session) -> None:
        key = keys.session(session.step, session.digest)
        expires = int(session.ends_at.timestamp())
        self.table.put(key | {"body": session.model_dump_json(), "expires": expires})

    def find(self, step: SessionStep, digest: str) -> Session | None:
        item = self.table.get(keys.session(step, digest))
        return Session.model_validate_json(item["body"]) if item else None

    def delete(self, session: Session) -> bool:
        return self.table.delete(keys.session(session.step, session.digest), "attribute_exists(pk)")
