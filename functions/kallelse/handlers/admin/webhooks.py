"""Webhooks: where each stands, its secret, switching it on again, and trying it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ... import connecting
from ...errors import NotFound
from ...models import Model, Role
from .routing import route
from .targets import WEBHOOK
from .wiring import wiring

OF_EVENT = "/admin/events/<event_id>/webhooks"
ONE = f"{OF_EVENT}/<webhook_id>"


class NewSecret(Model):
    """A secret that was made; it is told this once."""

    secret: str


@route("GET", OF_EVENT, needs=Role.VIEWER)
def list_webhooks(event_id: str) -> dict[str, Any]:
    """The webhooks of the event: whether each is ready, its deliveries in numbers, its last failure."""
    desk = wiring()[1]
    return {"webhooks": connecting.overview(desk, desk.events.get(event_id))}


@route("GET", ONE, needs=Role.VIEWER, target=WEBHOOK)
def get_webhook(event_id: str, webhook_id: str) -> dict[str, Any]:
    """One webhook, as in the list."""
    return next(each for each in list_webhooks(event_id)["webhooks"] if each["id"] == webhook_id)


@route("POST", f"{ONE}/secret", needs=Role.ADMINISTRATOR, target=WEBHOOK, kept=False)
def make_webhook_secret(event_id: str, webhook_id: str) -> NewSecret:
    """Make a new secret and tell it, once; for a day the one before it signs too."""
    settings, desk, _ = wiring()
    record = desk.events.get(event_id)
    return NewSecret(secret=connecting.new_secret(desk, record, webhook_id, settings.clock()))


@route("POST", f"{ONE}/on", needs=Role.ORGANISER, target=WEBHOOK)
def switch_webhook_on(event_id: str, webhook_id: str) -> dict[str, Any]:
    """Switch a webhook on again whose receiver answered 410 Gone; it is told of what it missed."""
    settings, desk, _ = wiring()
    connecting.switch_on(desk, desk.events.get(event_id), webhook_id, settings.clock())
    return get_webhook(event_id, webhook_id)


@route("POST", f"{ONE}/test", needs=Role.ORGANISER, status=HTTPStatus.ACCEPTED)
def ping_webhook(event_id: str, webhook_id: str) -> dict[str, Any]:
    """Send a ping, which is a delivery like any other."""
    settings, desk, _ = wiring()
    ping = connecting.ping(desk, desk.events.get(event_id), webhook_id, settings.clock())
    return get_delivery(event_id, webhook_id, ping.id)


@route("GET", f"{ONE}/deliveries/<delivery_id>", needs=Role.VIEWER)
def get_delivery(event_id: str, webhook_id: str, delivery_id: str) -> dict[str, Any]:
    """Where a delivery stands, by its id, which receivers get as ``webhook-id``."""
    owned = delivery_id.startswith(f"{event_id}_{webhook_id}_")
    found = wiring()[1].deliveries.get(delivery_id) if owned else None
    if found is None:
        raise NotFound("there is no such delivery")
    return {"id": found.id} | found.model_dump(mode="json")
