"""The desk in one DynamoDB table. Keys are in :mod:`.keys`, and each port has its module."""

from __future__ import annotations

from ...ports import Desk
from .agenda import TableAgenda
from .ahead import TableAhead
from .audit import TableAudit
from .erasures import TableErasures
from .events import TableEvents
from .figures import TableFigures
from .groups import TableGroups
from .limits import TableLimits
from .mails import TableMails
from .messages import TableMessages
from .notes import TableNotes
from .pace import TablePace
from .personal import TablePersonalData
from .quotas import TableQuotas
from .registrations import TableRegistrations, registration_in
from .replies import TableReplies
from .seats import TableSeats
from .sessions import TableSessions
from .summaries import TableSummaries
from .surveys import TableSurveys
from .table import Table, connect
from .tokens import TableTokens
from .tours import TableTours
from .webhooks import TableDeliveries, TableWebhooks


def open_desk(table: Table) -> Desk:
    """The desk whose contents are in the table."""
    return Desk(
        ahead=TableAhead(table),
        agenda=TableAgenda(table),
        events=TableEvents(table),
        seats=TableSeats(table),
        quotas=TableQuotas(table),
        registrations=TableRegistrations(table),
        mails=TableMails(table),
        tokens=TableTokens(table),
        limits=TableLimits(table),
        summaries=TableSummaries(table),
        pace=TablePace(table),
        messages=TableMessages(table),
        surveys=TableSurveys(table),
        tours=TableTours(table),
        notes=TableNotes(table),
        groups=TableGroups(table),
        audit=TableAudit(table),
        replies=TableReplies(table),
        erasures=TableErasures(table),
        personal=TablePersonalData(table),
        figures=TableFigures(table),
        webhooks=TableWebhooks(table),
        deliveries=TableDeliveries(table),
        sessions=TableSessions(table),
    )


__all__ = ["Table", "connect", "open_desk", "registration_in"]
