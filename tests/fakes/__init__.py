"""The desk in plain dictionaries: what the ports promise, in the simplest form, for one thread."""

from __future__ import annotations

from kallelse.ports import Desk

from .audit import FakeAudit, FakeReplies
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
from .seating import FakeAgenda, FakeEvents, FakeQuotas, FakeRegistrations, FakeSeats
from .surveys import FakeSurveys
from .touring import FakeTours
from .webhooks import FakeDeliveries, FakeWebhooks


def fake_desk() -> Desk:
    """An empty desk."""
    events, seats, registrations = FakeEvents(), FakeSeats(), FakeRegistrations()
    messages = FakeMessages()
    return Desk(
        agenda=FakeAgenda(events, seats, registrations, messages),
        events=events,
        seats=seats,
        quotas=FakeQuotas(),
        registrations=registrations,
        mails=FakeMails(),
        tokens=FakeTokens(),
        limits=FakeLimits(),
        summaries=FakeSummaries(),
        pace=FakePace(),
        messages=messages,
        surveys=FakeSurveys(),
        tours=FakeTours(),
        notes=FakeNotes(),
        groups=FakeGroups(),
        audit=FakeAudit(),
        replies=FakeReplies(),
        webhooks=FakeWebhooks(),
        deliveries=FakeDeliveries(),
    )


__all__ = ["FakePace", "FakeSeats", "alone", "fake_desk", "unhurried"]
