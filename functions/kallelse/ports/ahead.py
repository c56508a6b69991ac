"""Reading ahead."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..models import Event, Mode


class Ahead(Protocol):
    """Reads at once what a service will look at. Nothing rests on it: each write has its own condition.

    Until one of the things is written itself, or the context ends, it is as it was read now.
    """

    def of_form(self, event_id: str, limit: str) -> AbstractContextManager[None]:
        """What taking a form looks at: the event, and the limit of this name."""

    def of_newcomer(
        self, event: Event, registration_id: str, mode: Mode, holder: str
    ) -> AbstractContextManager[None]:
        """What registering looks at: registration, tour, and the block where the holder looks first."""
