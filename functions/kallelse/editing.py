"""Applying an event file: reading it, checking it, storing the event with its seats."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError

from .errors import FieldError, InvalidInput
from .models import Event, EventRecord, Mode
from .ports import Desk
from .seating import arrange, count_everybody_in, promote_waiting


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


def apply(desk: Desk, event: Event, meeting_hosts: frozenset[str], now: datetime) -> EventRecord:
    """Store a new event or change an existing one, arrange its seats, and seat those who wait.

    ``meeting_hosts``: the hosts that a join link may lead to, also in dialogue groups. Raises InvalidInput.
    Applying the same file twice ends the same. Lowering the seats throws nobody out: see :func:`notices`.
    """
    check_hosts(event, meeting_hosts)
    record = desk.events.apply(event, secrets.token_hex(32), now)
    arrange(desk, event.id, now)
    count_everybody_in(desk, event, now)
    for mode in Mode:
        promote_waiting(desk, event, mode, now)
    return record


def check_hosts(event: Event, meeting_hosts: frozenset[str]) -> None:
    """Raise InvalidInput when join links would lead elsewhere than to ``meeting_hosts``."""
    addresses: dict[str, str | None] = {"meeting.address": event.meeting.address}
    for group in event.dialogue.groups if event.dialogue else ():
        addresses[f"dialogue.groups.{group.id}.address"] = group.address
    given = {field: urlsplit(each).hostname for field, each in addresses.items() if each}
    wrong = [field for field, host in given.items() if host not in meeting_hosts]
    if wrong:
        allowed = ", ".join(sorted(meeting_hosts))
        raise InvalidInput(
            *(FieldError(field, "not-a-choice", f"the host must be one of: {allowed}") for field in wrong)
        )


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
