"""Checking a deployment from outside: a marked participant at an event that is there for it (``canary``).

Everybody else gets personal links by mail only. The marked participant gets one with the answer to the form,
so that a program can cancel again without reading mails; the address is nobody's.
"""

from __future__ import annotations

from . import links
from .models import EventRecord, Purpose, RegistrationState
from .ports import Desk
from .registering import registration_id

PARTICIPANT = "success@simulator.amazonses.com"
"""The address of SES that takes mails, tells that they were delivered, and leaves the reputation alone.

https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
"""


def link(desk: Desk, record: EventRecord, address: str) -> str | None:
    """The secret of a link to manage the registration of the marked participant; None for anybody else.

    Also if it was registered before, by a check that broke off.
    """
    if not record.event.canary or address != PARTICIPANT:
        return None
    found = desk.registrations.find(record.event.id, registration_id(record, address))
    if found is None or found.state is RegistrationState.CANCELLED:
        return None
    return links.issue(desk, found, Purpose.MANAGE)
