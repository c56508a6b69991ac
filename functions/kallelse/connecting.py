"""What organisers do with webhooks: give them secrets, switch them on again, try them, look at them."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from .errors import AlreadyChanged, NotFound, Refused
from .models import Delivery, EventRecord, Occasion, Secret, Webhook, WebhookRecord
from .notifying import Happened, delivery_of, ready
from .ports import Desk

ROTATION = timedelta(hours=24)
"""For how long a secret signs beside the one that followed it."""

KEPT = 4
"""How many secrets sign at most: when an answer with a new one was lost, more than two may be in use."""


def new_secret(desk: Desk, record: EventRecord, webhook_id: str, now: datetime) -> str:
    """Make a new secret, which signs at once, and give it; it is never told again.

    The sweep then creates the deliveries that waited for it. Raises NotFound or AlreadyChanged.
    """
    hook = find(record, webhook_id)
    made = f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"
    seen = desk.webhooks.get(record.event.id, hook.id)
    ending = [_ending(each, now) for each in (seen.secrets if seen else ())]
    valid = [each for each in ending if each.ends_at and now < each.ends_at]
    kept = (Secret(value=SecretStr(made)), *valid)[:KEPT]
    _store(desk, record, hook, seen, now, secrets=kept)
    return made


def _ending(secret: Secret, now: datetime) -> Secret:
    return secret if secret.ends_at else secret.model_copy(update={"ends_at": now + ROTATION})


def switch_on(desk: Desk, record: EventRecord, webhook_id: str, now: datetime) -> None:
    """Let a webhook whose address answered 410 Gone be told again, also of what it missed.

    Doing so twice is harmless. Raises NotFound or AlreadyChanged.
    """
    hook = find(record, webhook_id)
    seen = desk.webhooks.get(record.event.id, hook.id)
    if seen and seen.is_off(hook):
        _store(desk, record, hook, seen, now, off_url=None, off_since=None)
    else:
        desk.events.look_again(record, now)


def ping(desk: Desk, record: EventRecord, webhook_id: str, now: datetime) -> Delivery:
    """Create a delivery that only tells that it works; the notifier sends it soon after.

    Raises NotFound, or Refused when the webhook has no secret or is off.
    """
    hook = find(record, webhook_id)
    if hook not in ready(desk, record):
        raise Refused("the webhook has no secret yet, or its receiver has answered 410 Gone")
    delivery = delivery_of(record, hook, Happened(Occasion.PING, "ping", int(now.timestamp())), now)
    desk.deliveries.create(delivery)
    return delivery


def overview(desk: Desk, record: EventRecord) -> list[dict[str, Any]]:
    """The webhooks of the event: whether each is ready, its deliveries in numbers, its last failure."""
    kept, deliveries = desk.webhooks.of_event(record.event.id), desk.deliveries.of_event(record.event.id)
    return [
        hook.model_dump(mode="json")
        | _standing(hook, kept.get(hook.id))
        | _told([each for each in deliveries if each.webhook_id == hook.id])
        for hook in record.event.webhooks
    ]


def _standing(hook: Webhook, kept: WebhookRecord | None) -> dict[str, Any]:
    if kept is None or not kept.secrets:
        return {"state": "without-secret", "off_since": None}
    off = kept.off_since.isoformat() if kept.is_off(hook) and kept.off_since else None
    return {"state": "off" if off else "ready", "off_since": off}


def _told(deliveries: list[Delivery]) -> dict[str, Any]:
    failures = [(each.failed_at, each.failure, each.id) for each in deliveries if each.failed_at]
    at, failure, delivery_id = max(failures, default=(None, None, None))
    last = {"at": at.isoformat(), "failure": failure, "delivery": delivery_id} if at else None
    states = Counter(each.state.value for each in deliveries)
    return {"deliveries": dict(sorted(states.items())), "last_failure": last}


def find(record: EventRecord, webhook_id: str) -> Webhook:
    """The webhook of the event file. Raises NotFound."""
    for hook in record.event.webhooks:
        if hook.id == webhook_id:
            return hook
    raise NotFound("the event has no such webhook")


def _store(
    desk: Desk,
    record: EventRecord,
    hook: Webhook,
    seen: WebhookRecord | None,
    now: datetime,
    **changes: object,
) -> None:
    """Store what changes, and let the sweep look at what the webhook has missed."""
    fresh = seen or WebhookRecord(event_id=record.event.id, webhook_id=hook.id, revision=0)
    changed = fresh.model_copy(update={"revision": fresh.revision + 1, **changes})
    if not desk.webhooks.store(seen, changed):
        raise AlreadyChanged("the webhook was changed at the same moment; try again")
    desk.events.look_again(record, now)
