"""Organisers at the pages: the link that lets one in, and the session that follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime

from .access import Grant
from .privacy import Personal
from .text import Model


class SessionStep(StrEnum):
    """What a secret opens. ENTRANCE: a session, once. SESSION: the organisers' pages."""

    ENTRANCE = "entrance"
    SESSION = "session"

    @property
    def lasts(self) -> timedelta:
        """How long it is valid at most, whatever its owner does (OWASP ASVS 5.0, 7.3.2)."""
        return timedelta(minutes=5) if self is SessionStep.ENTRANCE else timedelta(hours=8)


class Session(Model):
    """An organiser who is let in, known by the SHA-256 of a secret.

    ``grants``: what was granted; None where it is to be looked up by ``name`` at each request.
    ``granted_until``: when the grants end, as those of a token do; None where they do not.
    """

    digest: str
    step: SessionStep
    name: Annotated[str, Personal("to know who looks")]
    grants: Annotated[tuple[Grant, ...] | None, Personal("to show what the organiser may look at")]
    granted_until: AwareDatetime | None
    ends_at: AwareDatetime

    def holds(self, now: datetime) -> bool:
        """Whether it is still valid."""
        return now < self.ends_at
