"""Webhooks with their secrets, which the table encrypts at rest, and their deliveries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from ...models import Delivery, WebhookRecord
from . import keys
from .expiry import kept_until
from .table import Item, Table

NEW = "attribute_not_exists(pk)"
ID = re.compile("[a-z0-9-]{1,100}(_[a-z0-9-]{1,100}){4}")
"""What the id of a delivery looks like; the table refuses longer keys with an error."""


@dataclass(frozen=True)
class TableWebhooks:
    """Keeps the promises of :class:`kallelse.ports.Webhooks`."""

    table: Table

    def get(self, event_id: str, webhook_id: str) -> WebhookRecord | None:
        item = self.table.get(keys.webhook(event_id, webhook_id))
        return _webhook(item) if item else None

    def of_event(self, event_id: str) -> dict[str, WebhookRecord]:
        items = self.table.query(keys.event_partition(event_id), keys.WEBHOOKS)
        return {record.webhook_id: record for record in map(_webhook, items)}

    def store(self, seen: WebhookRecord | None, changed: WebhookRecord) -> bool:
        item = keys.webhook(changed.event_id, changed.webhook_id) | changed.model_dump(mode="json")
        # The model hides them, so that they end in no log.
        for secret, kept in zip(changed.secrets, item["secrets"], strict=True):
            kept["value"] = secret.value.get_secret_value()
        if seen is None:
            return self.table.put(item, NEW)
        return self.table.put(item, "revision = :revision", {":revision": seen.revision})


@dataclass(frozen=True)
class TableDeliveries:
    """Keeps the promises of :class:`kallelse.ports.Deliveries`."""

    table: Table

    def create(self, delivery: Delivery) -> bool:
        return self.table.put(_item(delivery), NEW)

    def get(self, delivery_id: str) -> Delivery | None:
        if not ID.fullmatch(delivery_id):
            return None
        item = self.table.get(keys.delivery(delivery_id))
        return _delivery(item) if item else None

    def due(self, now: datetime) -> list[str]:
        return [keys.id_in(key) for key, _ in self.table.due(keys.FOR_NOTIFIER, keys.instant(now))]

    def replace(self, seen: Delivery, changed: Delivery) -> bool:
        return self.table.put(
            _item(changed),
            "#state = :state AND attempt = :attempt",
            {":state": seen.state.value, ":attempt": seen.attempt},
        )

    def of_event(self, event_id: str) -> list[Delivery]:
        items = self.table.query(keys.event_partition(event_id), keys.DELIVERIES)
        return [_delivery(item) for item in items]


def _webhook(item: Item) -> WebhookRecord:
    return WebhookRecord.model_validate(
        {name: item[name] for name in WebhookRecord.model_fields if name in item}
    )


def _item(delivery: Delivery) -> Item:
    item = keys.delivery(delivery.id) | delivery.model_dump(mode="json", exclude={"due_at"})
    item |= kept_until(delivery.erased_at)
    due_at = delivery.due_at
    return item | ({"due": keys.FOR_NOTIFIER, "due_at": keys.instant(due_at)} if due_at else {})


def _delivery(item: Item) -> Delivery:
    return Delivery.model_validate({name: item[name] for name in Delivery.model_fields if name in item})
