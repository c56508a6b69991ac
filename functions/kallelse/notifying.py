"""Of what webhooks are told: computed from the registrations and summaries as they stand.

| occasion               | when                                                    | once for each  |
|------------------------|---------------------------------------------------------|----------------|
| REGISTRATION_CONFIRMED | a registration is confirmed, or was and is cancelled    | serial of it   |
| REGISTRATION_CANCELLED | one that was confirmed is cancelled                     | serial of it   |
|                        | one that was told of is erased, or is registered anew   |                |
| SUMMARY_PUBLISHED      | a version of the summary is published                   | version        |
| PING                   | an organiser asks for it                                | second         |

The sweep compares this with the deliveries that exist and creates those that do not, in the same place
and from the same change of state as mail records: while a registration has an outbox, or its block of
seats is marked. So an accepted registration costs no write more, and whatever breaks off is found by
the next tick. A published summary has neither mark, so the publisher creates its deliveries just before
it marks the version as published, as it does with mails, and begins again if that broke off.

A webhook without a secret, or switched off, gets no deliveries. When it is ready it is told of
everything that is so by then; so is one that is added later. What came and went meanwhile is not told.
An erasure is told of before the end of the event, and only to those who were told of the confirmation:
nothing else remembers it. Deliveries keep no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from .models import (
    Delivery,
    DeliveryState,
    EventRecord,
    Occasion,
    Registration,
    RegistrationState,
    Summary,
    SummaryState,
    Webhook,
)
from .ports import Desk

GIVEN_UP = timedelta(days=3)
"""For how long it is tried to bring a delivery."""


class Happened(NamedTuple):
    """An occasion: see :class:`kallelse.models.Delivery` for ``about`` and ``version``."""

    occasion: Occasion
    about: str
    version: int


def ready(desk: Desk, record: EventRecord) -> list[Webhook]:
    """The webhooks of the event that can be told of something; reads nothing when it has none."""
    if not record.event.webhooks:
        return []
    kept = desk.webhooks.of_event(record.event.id)
    return [hook for hook in record.event.webhooks if hook.id in kept and kept[hook.id].is_ready(hook)]


def notify_of_registration(desk: Desk, record: EventRecord, registration: Registration, now: datetime) -> int:
    """Create the deliveries that the state of a registration calls for; gives how many are new."""
    return _create(desk, record, ready(desk, record), list(_of_registration(registration)), now)


def notify_of_summary(desk: Desk, record: EventRecord, summary: Summary, now: datetime) -> int:
    """Create the deliveries about a version that is being published; gives how many are new."""
    return _create(desk, record, ready(desk, record), [_of_summary(summary)], now)


def catch_up(desk: Desk, record: EventRecord, registrations: Sequence[Registration], now: datetime) -> int:
    """Create every delivery that the event calls for, and take up those that were held.

    Gives how many. Reads nothing when the event has no webhooks.
    """
    hooks = ready(desk, record)
    if not hooks:
        return 0
    kept = desk.deliveries.of_event(record.event.id)
    known = frozenset(each.id for each in kept)
    happened = [each for registration in registrations for each in _of_registration(registration)]
    happened += map(_of_summary, _published(desk, record, hooks))
    created = _create(desk, record, hooks, happened, now, known)
    if now < record.event.ends_at:
        for hook in hooks:
            gone = list(_of_those_gone(hook, kept, registrations))
            created += _create(desk, record, [hook], gone, now, known)
    return created + _take_up(desk, hooks, kept, now)


def _of_registration(registration: Registration) -> Iterator[Happened]:
    cancelled = registration.state is RegistrationState.CANCELLED
    if registration.state is RegistrationState.CONFIRMED or (cancelled and registration.confirmed_at):
        yield Happened(Occasion.REGISTRATION_CONFIRMED, registration.id, registration.serial)
        if cancelled:
            yield Happened(Occasion.REGISTRATION_CANCELLED, registration.id, registration.serial)


def _of_summary(summary: Summary) -> Happened:
    return Happened(Occasion.SUMMARY_PUBLISHED, summary.language, summary.version)


def _published(desk: Desk, record: EventRecord, hooks: Iterable[Webhook]) -> list[Summary]:
    if not any(Occasion.SUMMARY_PUBLISHED in hook.events for hook in hooks):
        return []
    versions = desk.summaries.of_event(record.event.id)
    return [each for each in versions if each.state is SummaryState.PUBLISHED]


def _of_those_gone(
    hook: Webhook, kept: Sequence[Delivery], registrations: Sequence[Registration]
) -> Iterator[Happened]:
    """Cancellations of those whose confirmation the webhook has a delivery of, and who are not there."""
    there = {(each.id, each.serial) for each in registrations}
    for each in kept:
        told = each.webhook_id == hook.id and each.occasion is Occasion.REGISTRATION_CONFIRMED
        if told and (each.about, each.version) not in there:
            yield Happened(Occasion.REGISTRATION_CANCELLED, each.about, each.version)


def _create(
    desk: Desk,
    record: EventRecord,
    hooks: Iterable[Webhook],
    happened: Sequence[Happened],
    now: datetime,
    known: frozenset[str] = frozenset(),
) -> int:
    wanted = [
        delivery_of(record, hook, each, now)
        for hook in hooks
        for each in happened
        if each.occasion in hook.events
    ]
    return sum(desk.deliveries.create(each) for each in wanted if each.id not in known)


def _take_up(desk: Desk, hooks: Iterable[Webhook], kept: Iterable[Delivery], now: datetime) -> int:
    ids = {hook.id for hook in hooks}
    held = [each for each in kept if each.state is DeliveryState.HELD and each.webhook_id in ids]
    fresh = {"state": DeliveryState.PENDING, "due_at": now, "until": now + GIVEN_UP}
    return sum(desk.deliveries.replace(each, each.model_copy(update=fresh)) for each in held)


def delivery_of(record: EventRecord, hook: Webhook, happened: Happened, now: datetime) -> Delivery:
    """The new delivery about an occasion, due at once."""
    of_person = happened.occasion in (Occasion.REGISTRATION_CONFIRMED, Occasion.REGISTRATION_CANCELLED)
    return Delivery(
        event_id=record.event.id,
        webhook_id=hook.id,
        **happened._asdict(),
        created_at=now,
        due_at=now,
        until=now + GIVEN_UP,
        erased_at=record.event.erased_at if of_person else None,
    )
