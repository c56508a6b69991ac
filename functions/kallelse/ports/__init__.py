"""What the services need from the world outside, as Protocols. The adapters keep these promises."""

from __future__ import annotations

from dataclasses import dataclass

from .ahead import Ahead
from .audit import Audit, Replies
from .erasures import Erasures, Ledger
from .groups import Groups
from .mails import Account, Mails, Messages, Pace, Postman
from .personal import KeptFigures, PersonalData
from .records import (
    Agenda,
    Change,
    Documents,
    Downloads,
    Events,
    Exports,
    Limits,
    Notes,
    Pictures,
    Registrations,
    Summaries,
    Tokens,
    ToPublish,
    Work,
)
from .seats import Line, NoSeat, Quota, Quotas, SeatBlock, Seats
from .sessions import Sessions
from .surveys import Surveys
from .tours import Tours
from .translation import Terminology, Translator
from .webhooks import Courier, Deliveries, Webhooks


@dataclass(frozen=True)
class Desk:
    """Everything that is kept in the table, for the services to work with."""

    agenda: Agenda
    ahead: Ahead
    events: Events
    seats: Seats
    quotas: Quotas
    registrations: Registrations
    mails: Mails
    tokens: Tokens
    limits: Limits
    summaries: Summaries
    pace: Pace
    messages: Messages
    surveys: Surveys
    tours: Tours
    notes: Notes
    groups: Groups
    audit: Audit
    replies: Replies
    erasures: Erasures
    personal: PersonalData
    figures: KeptFigures
    webhooks: Webhooks
    deliveries: Deliveries
    sessions: Sessions


__all__ = [
    "Account",
    "Agenda",
    "Ahead",
    "Audit",
    "Change",
    "Courier",
    "Deliveries",
    "Desk",
    "Documents",
    "Downloads",
    "Erasures",
    "Events",
    "Exports",
    "Groups",
    "KeptFigures",
    "Ledger",
    "Limits",
    "Line",
    "Mails",
    "Messages",
    "NoSeat",
    "Notes",
    "Pace",
    "PersonalData",
    "Pictures",
    "Postman",
    "Quota",
    "Quotas",
    "Registrations",
    "Replies",
    "SeatBlock",
    "Seats",
    "Sessions",
    "Summaries",
    "Surveys",
    "Terminology",
    "ToPublish",
    "Tokens",
    "Tours",
    "Translator",
    "Webhooks",
    "Work",
]
