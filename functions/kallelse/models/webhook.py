"""Webhooks: addresses that are told of what happens at an event, and each telling."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr, StringConstraints

from .privacy import Personal
from .text import Model, Slug


class Occasion(StrEnum):
    """What webhooks are told of. See the table in :mod:`kallelse.notifying`."""

    REGISTRATION_CONFIRMED = "registration-confirmed"
    REGISTRATION_CANCELLED = "registration-cancelled"
    SUMMARY_PUBLISHED = "summary-published"
    PING = "ping"


def _receivable(value: str) -> str:
    parts = urlsplit(value)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("must have neither a user name nor a fragment")
    # Whether localhost is among the hosts is for the settings to say: only in the local cloud.
    local = parts.scheme == "http" and parts.hostname == "localhost"
    if not local and (parts.scheme != "https" or not parts.hostname or parts.port not in (None, 443)):
        raise ValueError("must be an https address with a host, at port 443")
    return value


WebhookAddress = Annotated[
    str,
    # Visible ASCII, so that nothing in it can end a line of the request.
    StringConstraints(max_length=2000, pattern=r"^[!-\[\]-~]+$"),
    AfterValidator(_receivable),
]
"""An https address at port 443; or one of http://localhost, which only the local cloud allows."""


def _can_be_asked_for(value: tuple[Occasion, ...]) -> tuple[Occasion, ...]:
    if Occasion.PING in value:
        raise ValueError("a ping is sent when an organiser asks for it")
    return value


class Webhook(Model):
    """An address that is told of what happens. ``events``: of what."""

    id: Slug
    url: WebhookAddress
    events: Annotated[tuple[Occasion, ...], Field(min_length=1), AfterValidator(_can_be_asked_for)]


def _different(value: tuple[Webhook, ...]) -> tuple[Webhook, ...]:
    if len({hook.id for hook in value}) < len(value):
        raise ValueError("must have different ids")
    return value


Webhooks = Annotated[tuple[Webhook, ...], Field(max_length=5), AfterValidator(_different)]
"""The webhooks of an event; each costs writes of its own for each registration."""


class Secret(Model):
    """What deliveries are signed with: ``whsec_`` and base64. ``ends_at``: None for the newest."""

    value: SecretStr
    ends_at: AwareDatetime | None = None


class WebhookRecord(Model):
    """What is kept of a webhook beside the event file.

    ``secrets``: the newest first. ``off_url``: the address that answered 410 Gone, at ``off_since``; so
    the webhook is on again when the file gives it another.
    """

    event_id: Slug
    webhook_id: Slug
    revision: int = 1
    secrets: tuple[Secret, ...] = ()
    off_url: str | None = None
    off_since: AwareDatetime | None = None

    def is_off(self, hook: Webhook) -> bool:
        """Whether the webhook's address wants no more deliveries."""
        return self.off_url == hook.url

    def is_ready(self, hook: Webhook) -> bool:
        """Whether deliveries can be sent: signed, and wanted."""
        return bool(self.secrets) and not self.is_off(hook)

    def signing(self, now: datetime) -> list[SecretStr]:
        """The secrets that sign at this instant, the newest first."""
        return [each.value for each in self.secrets if each.ends_at is None or now < each.ends_at]


class DeliveryState(StrEnum):
    """Where a delivery stands. See the table of transitions in :mod:`kallelse.delivering`."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    HELD = "held"


class Delivery(Model):
    """One telling: (event, webhook, occasion, about, version) is its identity.

    ``about``: the id of a registration, with its serial as ``version``; or the language of a summary,
    with the version of that. ``attempt``: how many times sending began. ``due_at``: when it is to be
    sent next; None when nothing is left to do. ``until``: when it is given up. ``failure``: what became
    of the last attempt that failed, at ``failed_at``. ``erased_at``: when it is erased with its registration.
    """

    event_id: Slug
    webhook_id: Slug
    occasion: Occasion
    about: Annotated[str, Personal("to tell the receiver whom it is about, by the id of the registration")]
    version: int
    created_at: AwareDatetime
    until: AwareDatetime
    state: DeliveryState = DeliveryState.PENDING
    attempt: int = 0
    due_at: AwareDatetime | None = None
    failure: str | None = None
    failed_at: AwareDatetime | None = None
    erased_at: AwareDatetime | None = None

    @property
    def id(self) -> str:
        """The identity, also the ``webhook-id``: the same for each attempt, and without full stops."""
        return f"{self.event_id}_{self.webhook_id}_{self.occasion}_{self.about}_{self.version}"

    @property
    def content(self) -> dict[str, Any]:
        """What the receiver is told: ids only, by which it can ask for more."""
        told: dict[str, Any] = {
            "id": self.id,
            "type": self.occasion.replace("-", "."),
            "created_at": self.created_at.isoformat(),
            "event_id": self.event_id,
        }
        match self.occasion:
            case Occasion.SUMMARY_PUBLISHED:
                return told | {"language": self.about, "version": self.version}
            case Occasion.PING:
                return told
        return told | {"registration_id": self.about}
