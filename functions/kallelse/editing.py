"""Applying an event file: reading it, checking it, trying it out, storing the event with its seats."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError

from .errors import AlreadyChanged, DataErased, EventArchived, FieldError, InvalidInput, Stale
from .models import Event, EventRecord, MailKind, Mode
from .ports import Desk
from .scheduling import due
from .seating import ATTEMPTS, arrange, count_everybody_in, promote_waiting

NEWS = {
    MailKind.EVENT_CHANGED: "{} would be told that the date or the place changed.",
    MailKind.EVENT_CANCELLED: "{} would be told that the event is cancelled.",
}
"""What an organiser should know before mails of a kind go out."""


def read(text: str) -> Event:
    """The event that a file (YAML, hence also JSON) describes. Raises InvalidInput."""
    try:
        return Event.model_validate(mapping_in(text))
    except ValidationError as error:
        raise InvalidInput(*problems(error)) from error


def mapping_in(text: str) -> dict[str, Any]:
    """The fields of a file, YAML or JSON, with their values. Raises InvalidInput."""
    try:
        content: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise InvalidInput(FieldError("body", "invalid", f"this is not valid YAML{place}")) from error
    if not isinstance(content, dict):
        raise InvalidInput(FieldError("body", "invalid", "write the file as a mapping of fields"))
    return content


def problems(error: ValidationError) -> list[FieldError]:
    """The same problems in words that name the field, without the values."""
    return [
        FieldError(".".join(str(part) for part in each["loc"]) or "event", "invalid", each["msg"])
        for each in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def apply(
    desk: Desk,
    event: Event,
    meeting_hosts: frozenset[str],
    now: datetime,
    expected: int | None = None,
    *,
    webhook_hosts: frozenset[str] = frozenset(),
) -> EventRecord:
    """Store a new event or change an existing one, arrange its seats, and seat those who wait.

    ``meeting_hosts``: the hosts that a join link may lead to, also in dialogue groups; ``webhook_hosts``:
    those that webhooks may go to. Raises InvalidInput, EventArchived, and what :func:`change` raises.
    Applying the same file twice ends the same. Lowering the seats throws nobody out: see :func:`notices`.
    """
    check_hosts(event, meeting_hosts, webhook_hosts)
    return change(desk, event.id, lambda seen: becoming(seen, event, now), now, expected)


Becoming = Callable[[EventRecord | None], EventRecord]
"""What an event, as it is stored or not yet, becomes."""


def change(
    desk: Desk, event_id: str, becomes: Becoming, now: datetime, expected: int | None = None
) -> EventRecord:
    """Store what the event becomes, arrange its seats, and seat those who wait.

    ``expected``: the revision that it was read in, 0 when there was none. Raises Stale when it has another,
    unless it is already what it was to become, or AlreadyChanged when others keep changing it.
    """
    record = store(desk, event_id, becomes, now, expected)
    arrange(desk, event_id, now)
    count_everybody_in(desk, record.event, now)
    for mode in Mode:
        promote_waiting(desk, record.event, mode, now)
    return record


def store(desk: Desk, event_id: str, becomes: Becoming, now: datetime, expected: int | None) -> EventRecord:
    """Store what the event becomes, and nothing else: see :func:`change`."""
    for _ in range(ATTEMPTS):
        seen = desk.events.find(event_id)
        record = becomes(seen)
        changed_since = expected is not None and expected != (seen.revision if seen else 0)
        if changed_since and record is not seen:
            raise Stale("the event changed since you read it; read it again")
        if desk.events.store(seen, record, now):
            return record
    raise AlreadyChanged("others are changing the event at this moment; apply it again")


def becoming(seen: EventRecord | None, event: Event, now: datetime) -> EventRecord:
    """What the event becomes when its file is handed in. Raises InvalidInput, EventArchived or
    DataErased.

    An event keeps the key that it was made with: the ids of its registrations derive from it.
    """
    if seen is None:
        return EventRecord.new(event, secrets.token_hex(32), now)
    if event != seen.event:
        check_open_to_change(seen)
    check_stays_published(seen, event)
    if seen.erasure_began and event.erased_at > now:
        raise DataErased("the personal data of the event are erased, and it cannot come again")
    return seen.changed_to(event, now)


def check_stays_published(seen: EventRecord | None, event: Event) -> None:
    """Raise InvalidInput when the file makes a draft of an event that was published."""
    if event.draft and seen and not seen.event.draft:
        remedy = "it was published, and is no draft any more; leave this out, or write cancelled: true"
        raise InvalidInput(FieldError("draft", "invalid", remedy))


def check_open_to_change(record: EventRecord) -> None:
    """Raise EventArchived when the event is put away."""
    if record.archived_at:
        raise EventArchived("the event is archived, and cannot be changed any more")


@dataclass(frozen=True)
class Trial:
    """What handing in a file would do. ``changes``: the fields; all that it has, when the event is new."""

    record: EventRecord
    changes: tuple[str, ...]
    notices: tuple[str, ...]


def validate(
    desk: Desk,
    event: Event,
    meeting_hosts: frozenset[str],
    now: datetime,
    *,
    webhook_hosts: frozenset[str] = frozenset(),
) -> Trial:
    """What :func:`apply` would do with the file now; stores nothing, and raises what that would raise."""
    check_hosts(event, meeting_hosts, webhook_hosts)
    seen = desk.events.find(event.id)
    record = becoming(seen, event, now)
    before = seen.event.model_dump() if seen else {}
    changes = tuple(name for name, value in event.model_dump().items() if before.get(name) != value)
    return Trial(record, changes, (*_news(desk, seen, record, now), *notices(desk, event)))


def _news(desk: Desk, seen: EventRecord | None, record: EventRecord, now: datetime) -> list[str]:
    """Whom the change would reach, in English."""
    if seen is None:
        return ["This is a new event, a draft." if record.event.draft else "This is a new event."]
    told = ["The event would be published."] if seen.event.draft and not record.event.draft else []
    people = desk.registrations.of_event(record.event.id)
    wanted = Counter(
        kind for each in people for kind, _ in {*due(record, each, now)} - {*due(seen, each, now)}
    )
    return told + [text.format(wanted[kind]) for kind, text in NEWS.items() if wanted[kind]]


def check_hosts(event: Event, meeting_hosts: frozenset[str], webhook_hosts: frozenset[str]) -> None:
    """Raise InvalidInput when join links would lead, or webhooks go, elsewhere than to these hosts."""
    addresses: dict[str, str | None] = {"meeting.address": event.meeting.address}
    for group in event.dialogue.groups if event.dialogue else ():
        addresses[f"dialogue.groups.{group.id}.address"] = group.address
    wrong = _elsewhere(addresses, meeting_hosts)
    wrong += _elsewhere({f"webhooks.{hook.id}.url": hook.url for hook in event.webhooks}, webhook_hosts)
    if wrong:
        raise InvalidInput(*wrong)


def _elsewhere(addresses: Mapping[str, str | None], hosts: frozenset[str]) -> list[FieldError]:
    """What is wrong with the addresses, by their fields, that are not at one of the hosts."""
    allowed = f"the host must be one of: {', '.join(sorted(hosts))}"
    given = {field: urlsplit(each).hostname for field, each in addresses.items() if each}
    return [
        FieldError(field, "not-a-choice", allowed if hosts else "no host is allowed: set WebhookHosts")
        for field, host in given.items()
        if host not in hosts
    ]


def notices(desk: Desk, event: Event) -> list[str]:
    """What an organiser should know after changing the event, in English."""
    told = []
    for mode in Mode:
        taken = sum(len(block.holders) for block in desk.seats.blocks(event.id, mode))
        seats = event.seats_by_mode.get(mode, 0)
        if taken > seats:
            told.append(
                f"{mode}: {taken} seats are taken, {taken - seats} more than the {seats} of the event. "
                "Nobody was thrown out; seats that are given back are not given again until it fits."
            )
    return told
