"""Tours, and who is about to be registered at which of their stops."""

from __future__ import annotations

from typing import Protocol

from ..models import Claim, Series, Stop, TourRecord


class Tours(Protocol):
    """The stored tours."""

    def find(self, tour_id: str) -> TourRecord | None:
        """The tour, if its series file was applied; read consistently."""
        ...

    def apply(self, series: Series, stops: tuple[Stop, ...], key: str) -> TourRecord:
        """Create the tour with ``key``, or change it and keep its key; give the stored record.

        Raises AlreadyChanged when somebody else changed it at the same moment.
        """
        ...

    def claim_of(self, tour_id: str, person: str) -> Claim | None:
        """The claim of a person, if there is one; read consistently."""
        ...

    def claim(self, seen: Claim | None, claim: Claim) -> bool:
        """Store a claim in the place of the one that was seen; False when another is there by now."""
        ...

    def forget_event(self, tour_id: str, event_id: str) -> None:
        """Delete the claims of all people for an event."""
        ...

    def forget(self, claim: Claim) -> None:
        """Delete the claim of a person for this event and holder; harmless when there is another or none."""
        ...
