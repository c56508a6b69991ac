"""Webhooks and their deliveries in plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kallelse.models import Delivery, WebhookRecord


@dataclass
class FakeWebhooks:
    kept: dict[tuple[str, str], WebhookRecord] = field(default_factory=dict)

    def get(self, event_id: str, webhook_id: str) -> WebhookRecord | None:
        return self.kept.get((event_id, webhook_id))

    def of_event(self, event_id: str) -> dict[str, WebhookRecord]:
        return {each.webhook_id: each for each in self.kept.values() if each.event_id == event_id}

    def store(self, seen: WebhookRecord | None, changed: WebhookRecord) -> bool:
        found = self.get(changed.event_id, changed.webhook_id)
        if (found and found.revision) != (seen and seen.revision):
            return False
        self.kept[changed.event_id, changed.webhook_id] = changed
        return True


@dataclass
class FakeDeliveries:
    kept: dict[str, Delivery] = field(default_factory=dict)

    def create(self, delivery: Delivery) -> bool:
        return self.kept.setdefault(delivery.id, delivery) is delivery

    def get(self, delivery_id: str) -> Delivery | None:
        return self.kept.get(delivery_id)

    def due(self, now: datetime) -> list[str]:
        return [each.id for each in self.kept.values() if each.due_at and each.due_at <= now]

    def replace(self, seen: Delivery, changed: Delivery) -> bool:
        found = self.kept.get(changed.id)
        if found is None or (found.state, found.attempt) != (seen.state, seen.attempt):
            return False
        self.kept[changed.id] = changed
        return True

    def of_event(self, event_id: str) -> list[Delivery]:
        return [each for each in self.kept.values() if each.event_id == event_id]
