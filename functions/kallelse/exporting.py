"""A participant's own data, to take away (article 20 of the General Data Protection Regulation)."""

from __future__ import annotations

from typing import Any

from .models import EventRecord, Registration
from .ports import Desk

INTERNAL = {"event_id", "serial", "revision", "holder", "block", "nonce", "outbox"}
"""Fields of a registration that say nothing about the participant. What is new is exported."""


def own_data(desk: Desk, record: EventRecord, registration: Registration) -> dict[str, Any]:
    """Everything that is kept about the participant at the event, for JSON; keys are those of storage."""
    openings = desk.summaries.opened(registration.event_id, registration.mailbox)
    mails = desk.mails.to_recipient(registration.event_id, registration.mailbox)
    return {
        "event": {"id": record.event.id, "title": record.event.title},
        "registration": registration.model_dump(mode="json", exclude=INTERNAL),
        "mails": [
            mail.model_dump(mode="json", include={"kind", "state", "created_at"})
            for mail in sorted(mails, key=lambda mail: mail.created_at)
        ],
        "summaries_opened": [
            {"version": version, "at": at.isoformat()} for (_, version), at in sorted(openings.items())
        ],
    }
