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

        Until something is written or the context ends, these are as they were read now.
        """
