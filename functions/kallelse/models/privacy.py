"""What is personal, and what an event's privacy notice tells.

The record of processing (``infra/PRIVACY.md``) is made of the fields that :class:`Personal` marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from .text import EmailAddress, Model, Text

Retention = Annotated[timedelta, Field(ge=timedelta(days=1), le=timedelta(days=730))]
"""How long personal data are kept after the end of an event."""

RETENTION = timedelta(days=90)
"""How long they are, unless the event file says otherwise.

The summary is out and corrected by then, the survey has been closed for weeks, and what mails bounced or
await a decision, which is reported for a month (:data:`kallelse.mailing.GIVEN_UP`), is settled. What is
not needed any more is not to be kept (article 5(1)(e) of the General Data Protection Regulation).
"""


class Basis(StrEnum):
    """Why the law lets personal data be processed (General Data Protection Regulation, article 6(1))."""

    PUBLIC_TASK = "public-task"
    CONSENT = "consent"
    LEGITIMATE_INTEREST = "legitimate-interest"


@dataclass(frozen=True)
class Personal:
    """Marks a field that tells something about a person: ``Annotated[Line, Personal("to greet by")]``.

    ``why``: what it is needed for. ``health``: whether it may tell of somebody's health (article 9).
    """

    why: str
    health: bool = False


class Privacy(Model):
    """What the privacy notice says that the rest of the event file does not.

    ``controller``: who answers for the data; None is the hosts. ``contact``: the address of the data
    protection officer, or a mailbox; None is the address of the first contact. ``processors``: who else
    handles the data on the controller's behalf, beside Amazon Web Services.
    """

    controller: Text | None = None
    contact: Annotated[EmailAddress | None, Personal("to tell whom to ask about data protection")] = None
    basis: Basis = Basis.PUBLIC_TASK
    processors: tuple[Text, ...] = ()
