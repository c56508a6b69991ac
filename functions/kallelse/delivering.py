"""Bringing deliveries to the receivers of webhooks: signed, at least once, and not for ever.

| from    | what happens                                      | to                                 |
|---------|---------------------------------------------------|------------------------------------|
| PENDING | a notifier begins an attempt                      | PENDING, attempt + 1, due later    |
| PENDING | the receiver answers 2xx                          | DELIVERED                          |
| PENDING | the receiver answers 410 Gone                     | HELD, and the webhook switched off |
| PENDING | any other answer, or none                         | PENDING, still due later           |
| PENDING | the webhook is off, or not in the event file      | HELD                               |
| PENDING | its time is over                                  | FAILED                             |
| HELD    | the webhook is on again, and the sweep sees it    | PENDING, due, with all of its time |

The next attempt is put off before one begins, so whatever becomes of it, also of the process, needs no
further write, and no two notifiers are at the same delivery. The wait doubles from a minute to twelve
hours. A receiver that does not take a delivery is left alone until the next run.

Deliveries are signed as the Standard Webhooks specification says:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from pydantic import SecretStr
from standardwebhooks import Webhook as Signer

from .clock import Clock
from .errors import EventNotFound, Undelivered, Unfinished
from .models import Delivery, DeliveryState, WebhookRecord
from .pacing import Crew
from .ports import Courier, Desk

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=12)
"""The wait after the first attempt, and what it grows to."""

WORKERS = 8
"""How many deliveries a notifier works at, as most of the time goes into waiting for answers."""


@dataclass(frozen=True)
class Receiver:
    """Where the deliveries of a webhook go, and the secrets that sign them now."""

    url: str
    secrets: list[SecretStr]
    record: WebhookRecord


@dataclass
class Run:
    """One run of a notifier. ``ends_at``: no attempt begins later.

    ``receivers``: those that were looked up, by event and webhook.
    ``resting``: those that did not take a delivery in this run. ``failed``: what could not be done.
    """

    desk: Desk
    courier: Courier
    clock: Clock
    ends_at: datetime
    pile: deque[str] = field(default_factory=deque)
    receivers: dict[tuple[str, str], Receiver] = field(default_factory=dict)
    resting: set[tuple[str, str]] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)


def sweep(run: Run, crew: Crew[Delivery]) -> list[Delivery]:
    """Attend to every delivery that is due; gives those that changed. One query when none is due.

    Raises Unfinished, at the end, when something could not be done.
    """
    run.pile.extend(run.desk.deliveries.due(run.clock()))
    changed = crew(lambda: _work(run), min(WORKERS, len(run.pile))) if run.pile else []
    if run.failed:
        raise Unfinished(run.failed)
    return changed


def _work(run: Run) -> list[Delivery]:
    changed: list[Delivery] = []
    while run.clock() < run.ends_at:
        try:
            delivery_id = run.pile.popleft()
        except IndexError:
            break
        try:
            after = attend_to(run, delivery_id)
        except Exception as error:
            # One that cannot be read must not stop the others. The error may hold its content.
            run.failed.append(f"{delivery_id} ({type(error).__name__})")
        else:
            changed += [after] if after else []
    return changed


def attend_to(run: Run, delivery_id: str) -> Delivery | None:
    """Do what a delivery needs at this instant; None when that is nothing, or another was faster."""
    now, delivery = run.clock(), run.desk.deliveries.get(delivery_id)
    if delivery is None or delivery.due_at is None or delivery.due_at > now:
        return None
    if now >= delivery.until:
        return _move(run, delivery, state=DeliveryState.FAILED, due_at=None)
    receiver = _receiver(run, delivery)
    if receiver is None:
        return _move(run, delivery, state=DeliveryState.HELD, due_at=None)
    if _where(delivery) in run.resting:
        return None
    due_at = min(now + wait(delivery.attempt + 1), delivery.until)
    attempt = _move(run, delivery, attempt=delivery.attempt + 1, due_at=due_at)
    return attempt and _send(run, receiver, attempt)


def wait(attempt: int) -> timedelta:
    """How long to wait after an attempt, counted from 1: a fifth more or less, so that not all meet."""
    return min(SHORTEST * (1 << attempt - 1), LONGEST) * random.uniform(0.8, 1.2)  # noqa: S311 # nosec B311


def _send(run: Run, receiver: Receiver, delivery: Delivery) -> Delivery | None:
    body = json.dumps(delivery.content)
    headers = signed(delivery.id, body, receiver.secrets, run.clock())
    try:
        status = run.courier.post(receiver.url, body.encode(), headers)
    except Undelivered as error:
        return _missed(run, delivery, str(error))
    if HTTPStatus(200) <= status < HTTPStatus(300):
        return _move(run, delivery, state=DeliveryState.DELIVERED, due_at=None)
    if status == HTTPStatus.GONE and _switched_off(run, receiver):
        return _missed(run, delivery, f"answered {status}", state=DeliveryState.HELD, due_at=None)
    return _missed(run, delivery, f"answered {status}")


def signed(message_id: str, body: str, secrets: Sequence[SecretStr], now: datetime) -> dict[str, str]:
    """The headers of a message, with a signature by each of the secrets."""
    signatures = [Signer(each.get_secret_value()).sign(message_id, now, body) for each in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _missed(run: Run, delivery: Delivery, failure: str, **changes: object) -> Delivery | None:
    run.resting.add(_where(delivery))
    return _move(run, delivery, failure=failure, failed_at=run.clock(), **changes)


def _switched_off(run: Run, receiver: Receiver) -> bool:
    """Switch the webhook off; False when it was changed at the same moment, and the next 410 will do it."""
    seen = receiver.record
    run.receivers.pop((seen.event_id, seen.webhook_id), None)
    off = {"off_url": receiver.url, "off_since": run.clock(), "revision": seen.revision + 1}
    return run.desk.webhooks.store(seen, seen.model_copy(update=off))


def _receiver(run: Run, delivery: Delivery) -> Receiver | None:
    where = _where(delivery)
    found = run.receivers.get(where) or _look_up(run, *where)
    # Where nothing is to be sent it is looked up each time: what is held after it was switched on would
    # wait for the sweep to look at the event again.
    if found:
        run.receivers[where] = found
    return found


def _look_up(run: Run, event_id: str, webhook_id: str) -> Receiver | None:
    try:
        event = run.desk.events.get(event_id).event
    except EventNotFound:
        return None
    hook = next((each for each in event.webhooks if each.id == webhook_id), None)
    record = run.desk.webhooks.get(event_id, webhook_id)
    if hook is None or record is None or not record.is_ready(hook):
        return None
    return Receiver(hook.url, record.signing(run.clock()), record)


def _where(delivery: Delivery) -> tuple[str, str]:
    return delivery.event_id, delivery.webhook_id


def _move(run: Run, delivery: Delivery, **changes: object) -> Delivery | None:
    changed = delivery.model_copy(update=changes)
    return changed if run.desk.deliveries.replace(delivery, changed) else None
