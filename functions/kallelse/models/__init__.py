"""The vocabulary: frozen models of what Kallelse keeps. No AWS, no clock, no input or output.

Instants are aware datetimes in UTC. An event file gives wall-clock times in the event's own zone;
the properties named ``*_at`` of :class:`Event` turn them into instants.
"""

from .event import (
    Contact,
    Event,
    EventRecord,
    Meeting,
    OrganisationKind,
    ProgrammeItem,
    Recipient,
    Speaker,
    Tour,
)
from .mail import Mail, MailKind, MailState
from .registration import Participant, Purpose, Registration, RegistrationState, Token
from .summary import Summary, SummaryState
from .text import Language, Line, LongText, Model, Paragraphs, Slug, Text, in_language

__all__ = [
    "Contact", "Event", "EventRecord", "Language", "Line", "LongText", "Mail", "MailKind", "MailState",
    "Meeting", "Model", "OrganisationKind", "Paragraphs", "Participant", "ProgrammeItem", "Purpose",
    "Recipient", "Registration", "RegistrationState", "Slug", "Speaker", "Summary", "SummaryState",
    "Text", "Token", "Tour", "in_language",
]  # fmt: skip
