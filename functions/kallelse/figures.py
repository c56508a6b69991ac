"""The figures that an organiser asks for: counts without personal data, and what a survey brought."""

from __future__ import annotations

from collections import Counter

from .models import EventRecord, Mode
from .ports import Desk
from .surveying import results


def figures(desk: Desk, record: EventRecord) -> dict[str, object]:
    """Seats, registrations by state and by kind of organisation, attendance, mails, and the survey if any."""
    registrations = desk.registrations.of_event(record.event.id)
    mails = desk.mails.of_event(record.event.id)
    blocks = [block for mode in Mode for block in desk.seats.blocks(record.event.id, mode)]
    return {
        "event_id": record.event.id,
        "seats": {
            "total": sum(block.seats for block in blocks),
            "taken": sum(len(block.holders) for block in blocks),
        },
        "registrations": dict(Counter(each.state.value for each in registrations)),
        "organisation_kinds": dict(
            Counter(each.participant.organisation_kind or "untold" for each in registrations)
        ),
        "joined": sum(each.joined_at is not None for each in registrations),
        "mails": _mails_by_kind([(mail.kind.value, mail.state.value) for mail in mails]),
        "survey": results(desk, record.event) if record.event.survey else None,
    }


def _mails_by_kind(mails: list[tuple[str, str]]) -> dict[str, dict[str, int]]:
    kinds = sorted({kind for kind, _ in mails})
    return {kind: dict(Counter(state for each, state in mails if each == kind)) for kind in kinds}
