"""What is kept of webhooks, their deliveries, and the way to the receivers."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ..models import Delivery, WebhookRecord


class Webhooks(Protocol):
    """What is kept of webhooks beside the event file."""

    def get(self, event_id: str, webhook_id: str) -> WebhookRecord | None:
        """The record of one, read consistently."""
        ...

    def of_event(self, event_id: str) -> dict[str, WebhookRecord]:
        """The records of the event by the ids of the webhooks: one query."""
        ...

    def store(self, seen: WebhookRecord | None, changed: WebhookRecord) -> bool:
        """Store a record; False when it is no longer as seen (None: there was none)."""
        ...


class Deliveries(Protocol):
    """The stored deliveries."""

    def create(self, delivery: Delivery) -> bool:
        """Store a new one; False when there is this one already."""
        ...

    def get(self, delivery_id: str) -> Delivery | None:
        """The delivery, read consistently."""
        ...

    def due(self, now: datetime) -> list[str]:
        """The ids of those to be looked at, the first due first: one query."""
        ...

    def replace(self, seen: Delivery, changed: Delivery) -> bool:
        """Replace one; False when its state or attempt is no longer as seen."""
        ...

    def of_event(self, event_id: str) -> list[Delivery]:
        """All deliveries of the event: one query."""
        ...


class Courier(Protocol):
    """Brings a delivery to a receiver."""

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """POST once, follow no redirect, and give the status of the answer; raises Undelivered."""
        ...
