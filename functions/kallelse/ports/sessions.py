"""Organisers who are let in at the pages."""

from __future__ import annotations

from typing import Protocol

from ..models import Session, SessionStep


class Sessions(Protocol):
    """Entrances and sessions by the digest of their secret. Those whose time is over may still be there."""

    def put(self, session: Session) -> None:
        """Store one."""
        ...

    def find(self, step: SessionStep, digest: str) -> Session | None:
        """The one with this digest, read consistently."""
        ...

    def delete(self, session: Session) -> bool:
        """Delete it; False when it is gone already, so that only one of several is told that it did."""
        ...
