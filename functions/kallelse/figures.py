"""The figures that an organiser asks for: counts without personal data, and what a survey brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from .models import (
    SEATED,
    Event,
    EventRecord,
    Figures,
    Mail,
    MailKind,
    MailState,
    Mode,
    Registration,
    RegistrationState,
)
from .models.figures import (
    AllAttendanceFigures,
    AllSeatFigures,
    AttendanceFigures,
    DayFigures,
    SeatFigures,
)
from .ports import Desk, SeatBlock
from .seating import organisations_of
from .surveying import results


def figures(desk: Desk, record: EventRecord) -> Figures:
    """Everything that is counted about the event, as it is now."""
    event = record.event
    registrations = desk.registrations.of_event(event.id)
    present = [each for each in registrations if each.state is not RegistrationState.CANCELLED]
    return Figures(
        event_id=event.id,
        seats=_seats(desk.seats.all_blocks(event.id), registrations),
        registrations=Counter(each.state for each in registrations),
        modes=Counter(each.mode for each in present),
        languages=Counter(each.participant.language for each in present),
        organisation_kinds=Counter(each.participant.organisation_kind or "untold" for each in present),
        organisations=len(organisations_of(present)),
        days=_days(event, registrations),
        joined=sum(each.joined_at is not None for each in registrations),
        attendance=_attendance([each for each in registrations if each.state in SEATED]),
        mails=_mails(desk.mails.of_event(event.id)),
        survey=_survey(desk, event) if event.survey else None,
    )


def _seats(blocks: dict[Mode, list[SeatBlock]], registrations: Iterable[Registration]) -> AllSeatFigures:
    waiting = Counter(each.mode for each in registrations if each.state is RegistrationState.WAITING)
    modes = {
        mode: SeatFigures(
            total=sum(block.seats for block in blocks[mode]),
            taken=sum(len(block.holders) for block in blocks[mode]),
            free=sum(block.free for block in blocks[mode]),
            waiting=waiting[mode],
        )
        for mode in Mode
        if blocks.get(mode) or waiting[mode]
    }
    return AllSeatFigures(
        total=sum(each.total for each in modes.values()),
        taken=sum(each.taken for each in modes.values()),
        free=sum(each.free for each in modes.values()),
        waiting=waiting.total(),
        modes=modes,
    )


def _days(event: Event, registrations: Iterable[Registration]) -> tuple[DayFigures, ...]:
    zone = ZoneInfo(event.timezone)

    def by_day(instants: Iterable[datetime | None]) -> Counter[date]:
        return Counter(at.astimezone(zone).date() for at in instants if at)

    stays = [_confirmed(each) for each in registrations]
    arrived = by_day(each.registered_at for each in registrations)
    cancelled = by_day(each.cancelled_at for each in registrations)
    begun, ended = by_day(since for since, _ in stays), by_day(until for _, until in stays)
    days = sorted({*arrived, *cancelled, *begun})
    confirmed = accumulate(begun[day] - ended[day] for day in days)
    return tuple(
        DayFigures(day=day, arrived=arrived[day], cancelled=cancelled[day], confirmed=number)
        for day, number in zip(days, confirmed, strict=True)
    )


def _confirmed(registration: Registration) -> tuple[datetime | None, datetime | None]:
    """From when until when the registration had a seat that was confirmed; None and None if it never had."""
    if registration.state is RegistrationState.CONFIRMED:
        return registration.confirmed_since, None
    if registration.confirmed_at and registration.cancelled_at:
        return registration.confirmed_at, registration.cancelled_at
    return None, None


def _attendance(seated: Sequence[Registration]) -> AllAttendanceFigures:
    modes = {mode: [each for each in seated if each.mode is mode] for mode in Mode}
    told = {mode: AttendanceFigures(**_joined(each)) for mode, each in modes.items() if each}
    return AllAttendanceFigures(**_joined(seated), modes=told)


def _joined(seated: Sequence[Registration]) -> dict[str, Any]:
    joined = sum(each.joined_at is not None for each in seated)
    return {
        "seated": len(seated),
        "joined": joined,
        "share": round(joined / len(seated), 3) if seated else None,
    }


def _mails(mails: Iterable[Mail]) -> dict[MailKind, dict[MailState, int]]:
    states = [(mail.kind, mail.state) for mail in mails]
    kinds = sorted({kind for kind, _ in states})
    return {kind: dict(Counter(state for each, state in states if each is kind)) for kind in kinds}


def _survey(desk: Desk, event: Event) -> dict[str, Any]:
    """The results without what was written freely, in which names may be."""
    found = results(desk, event)
    questions = [{name: each[name] for name in each if name != "texts"} for each in found["questions"]]
    return found | {"questions": questions}
