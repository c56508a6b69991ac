"""Organisers who are let in, in a plain dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field

from kallelse.models import Session, SessionStep


@dataclass
class FakeSessions:
    kept: dict[tuple[SessionStep, str], Session] = field(default_factory=dict)

    def put(self, session: Session) -> None:
        self.kept[session.step, session.digest] = session

    def find(self, step: SessionStep, digest: str) -> Session | None:
        return self.kept.get((step, digest))

    def delete(self, session: Session) -> bool:
        return self.kept.pop((session.step, session.digest), None) is not None
