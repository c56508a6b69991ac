"""That a registration was erased at somebody's word."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

from .privacy import Personal
from .text import Model, Slug


class Erasure(Model):
    """The erasure of a registration, and of all that an address had at the event up to its ``serial``."""

    event_id: Slug
    registration_id: Annotated[str, Personal("to erase whatever comes late")]
    serial: int

    @property
    def digest(self) -> str:
        """What the ledger knows the registration by: SHA-256 of the event's and its own id."""
        return sha256(f"{self.event_id}/{self.registration_id}".encode()).hexdigest()
