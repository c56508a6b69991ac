"""The vocabulary: frozen models of what Kallelse keeps. No AWS, no clock, no input or output.

Instants are aware datetimes in UTC. An event file gives wall-clock times in the event's own zone;
the properties named ``*_at`` of :class:`Event` turn them into instants.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)


def _printable(value: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t" for character in value):
        raise ValueError("must not contain control characters")
    return value


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\r\n\t]*$"),
    AfterValidator(_printable),
]
Paragraphs = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    AfterValidator(_printable),
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Text = dict[Language, Line]
LongText = dict[Language, Paragraphs]


class Model(BaseModel):
    """A frozen model that rejects unknown fields, so that a misspelt one is told, not lost.

    Its errors leave out what was given, since they may end in a log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def in_language(text: dict[Language, str], language: Language, fallback: Language) -> str:
    """The text in ``language``, else in ``fallback``, which every text of an event has."""
    return text.get(language, text[fallback])


class OrganisationKind(StrEnum):
    """Whom a participant represents."""

    MUNICIPALITY = "municipality"
    AGENCY = "agency"


class Speaker(Model):
    """One who speaks at a programme item; ``role`` is a title or an organisation."""

    name: Line
    role: Text


class ProgrammeItem(Model):
    """What happens from ``starts`` (wall clock of the event's zone) to the next item."""

    starts: time
    title: Text
    speakers: tuple[Speaker, ...] = ()


class Contact(Model):
    """Whom to ask: a person or a shared mailbox."""

    name: Line
    organisation: Text | None = None
    email: EmailStr
    phone: Line | None = None


class Recipient(Model):
    """A named body that the summaries go to, in its own language."""

    id: Slug
    name: Text
    address: EmailStr
    language: Language


class Tour(Model):
    """The series that the event is one stop of; ``stops`` is the number of places."""

    id: Slug
    title: Text
    stops: int = Field(gt=0)


class Meeting(Model):
    """Where the event is held online, and when the join link works and is sent.

    ``opens_before``: how long before the start the link opens; it closes when the event ends.
    ``sent_before``: how long before the start the link is sent.
    """

    address: Annotated[str, StringConstraints(max_length=2000)]
    opens_before: timedelta = timedelta(minutes=30)
    sent_before: timedelta = timedelta(days=1)

    @field_validator("address")
    @classmethod
    def _https_only(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise ValueError("must be an https address with a host and no user name")
        return value

    @field_validator("opens_before", "sent_before")
    @classmethod
    def _not_negative(cls, value: timedelta) -> timedelta:
        if value < timedelta(0):
            raise ValueError("must not be negative")
        return value


class Event(Model):
    """One event as its organisers wrote it down. The file format of ``templates/events``."""

    id: Slug
    language: Language
    title: Text
    short_description: LongText
    description: LongText
    audience: Text
    organisation_kinds: tuple[OrganisationKind, ...] = tuple(OrganisationKind)
    hosts: tuple[Text, ...] = Field(min_length=1)
    timezone: str
    starts: datetime
    ends: datetime
    registration_opens: datetime | None = None
    last_day_to_register: date
    seats: int = Field(gt=0, le=100_000)
    waiting_list: bool = True
    programme: tuple[ProgrammeItem, ...]
    closing_words: LongText | None = None
    meeting: Meeting
    contacts: tuple[Contact, ...] = Field(min_length=1)
    summary_languages: tuple[Language, ...] = Field(min_length=1)
    recipients: tuple[Recipient, ...] = ()
    tour: Tour | None = None

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("must be a zone of the IANA database, such as Europe/Helsinki")
        return value

    @field_validator("starts", "ends", "registration_opens")
    @classmethod
    def _wall_clock(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError("must be a wall-clock time without offset; the zone is in timezone")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.ends <= self.starts:
            raise ValueError("ends must be after starts")
        if self.last_day_to_register > self.starts.date():
            raise ValueError("last_day_to_register must not be after the day of the event")
        if self.opens_at and self.opens_at >= self.closes_at:
            raise ValueError("registration_opens must be before last_day_to_register ends")
        if len({body.id for body in self.recipients}) < len(self.recipients):
            raise ValueError("recipients must have different ids")
        missing = [name for name, text in self._texts() if self.language not in text]
        if missing:
            raise ValueError(f"text is missing in {self.language!r}: {', '.join(missing)}")
        return self

    def _texts(self) -> list[tuple[str, dict[str, str]]]:
        texts: list[tuple[str, dict[str, str] | None]] = [
            ("title", self.title),
            ("short_description", self.short_description),
            ("description", self.description),
            ("audience", self.audience),
            ("closing_words", self.closing_words),
            ("tour.title", self.tour.title if self.tour else None),
        ]
        texts += [(f"hosts.{n}", host) for n, host in enumerate(self.hosts)]
        texts += [(f"contacts.{n}.organisation", c.organisation) for n, c in enumerate(self.contacts)]
        texts += [(f"recipients.{n}.name", body.name) for n, body in enumerate(self.recipients)]
        for n, item in enumerate(self.programme):
            texts += [(f"programme.{n}.title", item.title)]
            texts += [(f"programme.{n}.speakers.{m}.role", s.role) for m, s in enumerate(item.speakers)]
        return [(name, text) for name, text in texts if text is not None]

    def _instant(self, wall_clock: datetime) -> datetime:
        return wall_clock.replace(tzinfo=ZoneInfo(self.timezone)).astimezone(UTC)

    @property
    def starts_at(self) -> datetime:
        """The instant at which the event starts."""
        return self._instant(self.starts)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the event ends."""
        return self._instant(self.ends)

    @property
    def opens_at(self) -> datetime | None:
        """The first instant at which one can register; None means since it was loaded."""
        return self.registration_opens and self._instant(self.registration_opens)

    @property
    def closes_at(self) -> datetime:
        """The first instant too late: midnight after the last day, or the start if that is sooner."""
        midnight = datetime.combine(self.last_day_to_register + timedelta(days=1), time())
        return min(self._instant(midnight), self.starts_at)

    @property
    def join_link_at(self) -> datetime:
        """The instant at which join links are sent."""
        return self.starts_at - self.meeting.sent_before

    @property
    def join_opens_at(self) -> datetime:
        """The first instant at which a join link leads to the meeting."""
        return self.starts_at - self.meeting.opens_before


class EventRecord(Model):
    """An event as stored: the file, the key of its registration ids, and what was done.

    ``key``: 256 random bits in hexadecimal, made once, from which registration ids derive.
    ``revision``: rises by one with every change; it guards against two organisers at once.
    ``join_links_posted``: every join link due has its mail record; only saves work when true.
    """

    event: Event
    key: str
    revision: int = 1
    join_links_posted: bool = False


class RegistrationState(StrEnum):
    """Where a registration stands."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class MailKind(StrEnum):
    """What a mail says; also the name of its folder in ``templates/email``."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    PROMOTED = "promoted"
    CANCELLED = "cancelled"
    JOIN_LINK = "join-link"
    SUMMARY = "summary"


class Participant(Model):
    """What a person tells in the form."""

    name: Annotated[Line, StringConstraints(max_length=120)]
    email: Annotated[EmailStr, StringConstraints(max_length=254)]
    organisation: Annotated[Line, StringConstraints(max_length=160)]
    organisation_kind: OrganisationKind
    language: Language


class Registration(Model):
    """One address at one event. ``serial`` rises when the address registers anew after cancelling.

    ``outbox``: the mails that the last change of state calls for and that have no record yet.
    ``registered_at``: the arrival, which orders the waiting list.
    """

    id: str
    event_id: Slug
    serial: int = 1
    participant: Participant
    state: RegistrationState
    registered_at: AwareDatetime
    outbox: tuple[MailKind, ...] = ()
    joined_at: AwareDatetime | None = None

    @property
    def holder(self) -> str:
        """What a seat block holds: a cancelled registration never shares it with its successor."""
        return f"{self.id}.{self.serial}"

    @property
    def mailbox(self) -> str:
        """The registration as the recipient of a mail."""
        return f"r-{self.id}"


class MailState(StrEnum):
    """Where a mail stands. See the table of transitions in :mod:`kallelse.mailing`."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


class Mail(Model):
    """One mail to one recipient: (event, kind, recipient, version) is its identity.

    ``recipient``: ``r-`` and a registration id, or ``b-`` and the id of a named body.
    ``attempt``: how many times sending began; it is the fence of the lease.
    ``due_at``: when the mailer looks at it next (PENDING: to send; SENDING: the lease ends;
    UNKNOWN: to decide); None when nothing is left to do.
    """

    event_id: Slug
    kind: MailKind
    recipient: str
    version: int
    state: MailState = MailState.PENDING
    attempt: int = 0
    due_at: AwareDatetime | None = None
    message_id: str | None = None
    created_at: AwareDatetime

    @property
    def id(self) -> str:
        """The identity in the characters that SES allows in a message tag."""
        return f"{self.event_id}_{self.kind}_{self.recipient}_{self.version}"


class Purpose(StrEnum):
    """What a token lets its bearer do."""

    MANAGE = "manage"
    JOIN = "join"


class Token(Model):
    """What the SHA-256 of a secret token opens: one registration, for one purpose."""

    digest: str
    purpose: Purpose
    event_id: Slug
    registration_id: str
    serial: int


class SummaryState(StrEnum):
    """Where a summary stands."""

    HANDED_IN = "handed-in"
    PUBLISHED = "published"


class Summary(Model):
    """A version of the summary of an event's discussions in one language.

    ``source_key`` and ``document_key``: where its Markdown and its HTML are stored.
    ``checksum``: SHA-256 of the Markdown in hexadecimal.
    """

    event_id: Slug
    language: Language
    version: int
    state: SummaryState = SummaryState.HANDED_IN
    author: str
    handed_in_at: AwareDatetime
    checksum: str

    @property
    def source_key(self) -> str:
        """The object that keeps the Markdown."""
        return f"events/{self.event_id}/summaries/v{self.version:04}/{self.language}.md"

    @property
    def document_key(self) -> str:
        """The object that keeps the HTML document."""
        return f"events/{self.event_id}/summaries/v{self.version:04}/{self.language}.html"
