"""Reading ahead."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..models import Event, Mode


class Ahead(Protocol):
    """Reads at once what a service will look at. Nothing rests on it: each write has its own condition."""

    def of_newcomer(
        self, event: Event, registration_id: str, mode: Mode, holder: str
    ) -> AbstractContextManager[None]:
        """What registering looks at: the registration, the tour and the block where the holder looks first.

        Until one of these is written itself, or the context ends, it is as it was read now.
        """
