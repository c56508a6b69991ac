"""A person's own data, to take away (articles 15 and 20 of the General Data Protection Regulation)."""

from __future__ import annotations

from typing import Any

from .claiming import claim_of
from .finding import registrations_of
from .models import EventRecord, Registration
from .ports import Desk

INTERNAL = {"event_id", "serial", "revision", "holder", "block", "nonce", "outbox"}
"""Fields of a registration that say nothing about the participant. What is new is exported."""


def own_data(desk: Desk, record: EventRecord, registration: Registration) -> dict[str, Any]:
    """Everything that is kept about the participant at the event, for JSON; keys are those of storage."""
    openings = desk.summaries.opened(registration.event_id, registration.mailbox)
    mails = desk.mails.to_recipient(registration.event_id, registration.mailbox)
    groups = desk.groups.get(registration.event_id) if record.event.dialogue else None
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
        "group": groups.places.get(registration.id) if groups else None,
        "personal_links": desk.personal.links(registration.event_id, registration.id),
    }


def where(desk: Desk, address: str) -> dict[str, Any]:
    """At which events an address is registered, for JSON."""
    return {
        "never_written_to": desk.mails.is_suppressed(address),
        "registrations": [
            _ids(record, registration)
            | registration.model_dump(mode="json", include={"state", "registered_at", "erased_at"})
            for record, registration in registrations_of(desk, address)
        ],
    }


def of_person(desk: Desk, address: str) -> dict[str, Any]:
    """Everything that is kept about whoever has the address, at all events, for JSON.

    With what organisers did about the person, without who they were.
    """
    return {
        "never_written_to": desk.mails.is_suppressed(address),
        "registrations": [
            _ids(record, registration)
            | own_data(desk, record, registration)
            | {"claim": _claim(desk, record, address), "log": _log(desk, registration)}
            for record, registration in registrations_of(desk, address)
        ],
    }


def _ids(record: EventRecord, registration: Registration) -> dict[str, str]:
    return {"event_id": record.event.id, "registration_id": registration.id}


def _claim(desk: Desk, record: EventRecord, address: str) -> dict[str, Any] | None:
    claim = claim_of(desk, record.event, address)
    return claim.model_dump(mode="json", include={"tour_id", "since"}) if claim else None


def _log(desk: Desk, registration: Registration) -> list[dict[str, Any]]:
    entries = desk.audit.of(registration.event_id, None) + desk.audit.of(None, None)
    return [
        entry.model_dump(mode="json", include={"at", "action"})
        for entry in entries
        if registration.id in entry.model_dump_json()
    ]
