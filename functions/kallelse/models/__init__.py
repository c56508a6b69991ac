"""The vocabulary: frozen models of what Kallelse keeps. No AWS, no clock, no input or output.

Instants are aware datetimes in UTC. An event file gives wall-clock times in the event's own zone;
the properties named ``*_at`` of :class:`Event` turn them into instants.
"""

from .access import Caller, Grant, Role
from .audit import Entry
from .by_hand import ByHand, ParticipantByHand
from .dialogue import Allocation, Dialogue, Group, GroupSize, Transfer
from .erasure import Erasure
from .event import (
    Admission,
    Contact,
    Event,
    Format,
    Meeting,
    Mode,
    ModeOffer,
    OrganisationKind,
    ProgrammeItem,
    Recipient,
    Speaker,
    Thanks,
    Tour,
)
from .export import MEDIA_TYPES, Export, FileFormat, What
from .figures import Figures
from .form import Asked, Choice, Form, Question, QuestionKind, ShownWhen, StandardField
from .mail import ABOUT_EVENT, BULK, REPEATED, STALE, Mail, MailKind, MailState, kind_in
from .message import Draft, Message, MessageState, Selection
from .note import Note
from .page import Cursor, Paged
from .privacy import Basis, Personal, Privacy
from .record import Details, EventEntry, EventRecord
from .registration import SEATED, Participant, Purpose, Registration, RegistrationState, Token
from .reply import KEPT, UNDER_WAY, Reply
from .search import Conditions, Search, Sort
from .series import Claim, Series, Stop, TourRecord
from .session import Session, SessionStep
from .summary import FOR_READERS, Move, Source, Summary, SummaryState
from .survey import Remark, Survey, SurveyAnswer
from .text import (
    SLUG,
    STORED,
    EmailAddress,
    Language,
    Line,
    LongText,
    Model,
    Paragraphs,
    Slug,
    Text,
    in_language,
)
from .webhook import Delivery, DeliveryState, Occasion, Secret, Webhook, WebhookRecord

__all__ = [
    "ABOUT_EVENT", "BULK", "FOR_READERS", "KEPT", "MEDIA_TYPES", "REPEATED", "SEATED", "SLUG", "STALE",
    "STORED", "UNDER_WAY", "Admission", "Allocation", "Asked", "Basis", "ByHand", "Caller", "Choice", "Claim",
    "Conditions", "Contact", "Cursor", "Delivery", "DeliveryState", "Details", "Dialogue", "Draft",
    "EmailAddress", "Entry", "Erasure", "Event", "EventEntry", "EventRecord", "Export", "Figures",
    "FileFormat", "Form",
    "Format", "Grant", "Group", "GroupSize", "Language", "Line", "LongText", "Mail", "MailKind",
    "MailState", "Meeting", "Message", "MessageState", "Mode", "ModeOffer", "Model", "Move", "Note",
    "Occasion", "OrganisationKind", "Paged", "Paragraphs", "Participant", "ParticipantByHand",
    "Personal", "Privacy", "ProgrammeItem", "Purpose", "Question", "QuestionKind", "Recipient",
    "Registration", "RegistrationState", "Remark", "Reply", "Role", "Search", "Secret", "Selection",
    "Series", "Session", "SessionStep", "ShownWhen", "Slug", "Sort", "Source", "Speaker",
    "StandardField", "Stop", "Summary", "SummaryState", "Survey", "SurveyAnswer", "Text", "Thanks",
    "Token", "Tour", "TourRecord", "Transfer", "Webhook", "WebhookRecord", "What", "in_language",
    "kind_in",
]  # fmt: skip
