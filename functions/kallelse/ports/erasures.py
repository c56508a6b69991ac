"""Erasures at somebody's word: those under way, and the ledger of all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ..models import Erasure


class Erasures(Protocol):
    """The erasures that are under way. The sweep finds those that began, the publisher those handed on."""

    def begin(self, erasure: Erasure, due_at: datetime) -> None:
        """Write an erasure down, which the sweep looks at from ``due_at`` on."""
        ...

    def hand_on(self, erasure: Erasure) -> None:
        """Let the publisher enter the erasure in the ledger, unless another has begun since."""
        ...

    def end(self, erasure: Erasure) -> None:
        """Forget an erasure that is in the ledger, unless another has begun since."""
        ...


class Ledger(Protocol):
    """Who was erased, by hashes, in a place that a restore of the table leaves alone."""

    def enter(self, digest: str, serial: int) -> None:
        """Remember for ever that a registration was erased, up to a serial."""
        ...

    def serials(self) -> dict[str, int]:
        """Up to which serial each registration was erased, by its digest."""
        ...
