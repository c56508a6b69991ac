"""The desk in plain dictionaries: what the ports promise, in the simplest form, for one thread."""

from __future__ import annotations

from kallelse.ports import Desk

from .audit import FakeAudit, FakeReplies
from .entering import FakeSessions
from .erasures import FakeErasures, FakeLedger
from .grouping import FakeGroups
from .mailing import (
    FakeLimits,
    FakeMails,
    FakeMessages,
    FakeNotes,
    FakePace,
    FakeSummaries,
    FakeTokens,
    alone,
    unhurried,
)
from .personal import FakeFigures, FakePersonalData
from .seating import FakeAgenda, FakeAhead, FakeEvents, FakeQuotas, FakeRegistrations, FakeSeats
from .surveys import FakeSurveys
from .touring import FakeTours
from .webhooks import FakeDeliveries, FakeWebhooks


def fake_desk() -> Desk:
    """An empty desk."""
    events, seats, registrations = FakeEvents(), FakeSeats(), FakeRegistrations()
    messages, quotas, mails, tokens = FakeMessages(), FakeQuotas(), FakeMails(), FakeTokens()
    summaries, surveys, notes, groups = FakeSummaries(), FakeSurveys(), FakeNotes(), FakeGroups()
    erasures = FakeErasures()
    return Desk(
        ahead=FakeAhead(),
        agenda=FakeAgenda(events, seats, registrations, messages, summaries, erasures),
        events=events,
        seats=seats,
        quotas=quotas,
        registrations=registrations,
        mails=mails,
        tokens=tokens,
        limits=FakeLimits(),
        summaries=summaries,
        pace=FakePace(),
        messages=messages,
        surveys=surveys,
        tours=FakeTours(),
        audit=FakeAudit(),
        replies=FakeReplies(),
        notes=notes,
        groups=groups,
        personal=FakePersonalData(
            registrations, seats, quotas, mails, tokens, summaries, surveys, notes, groups
        ),
        figures=FakeFigures(),
        erasures=erasures,
        webhooks=FakeWebhooks(),
        deliveries=FakeDeliveries(),
        sessions=FakeSessions(),
    )


__all__ = ["FakeLedger", "FakePace", "FakeSeats", "alone", "fake_desk", "unhurried"]
