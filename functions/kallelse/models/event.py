"""The event file: what organisers write down about an event."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from ..clock import EPOCH
from .dialogue import MOST_IN_GROUPS, Dialogue
from .form import Form
from .privacy import RETENTION, Personal, Privacy, Retention
from .survey import Survey
from .text import (
    STORED,
    Domain,
    EmailAddress,
    Language,
    Line,
    LongText,
    Model,
    Origin,
    Period,
    Slug,
    Text,
    WebAddress,
    Zone,
)
from .webhook import Webhooks

Seats = Annotated[int, Field(gt=0, le=100_000)]


class OrganisationKind(StrEnum):
    """Whom a participant represents."""

    MUNICIPALITY = "municipality"
    AGENCY = "agency"


class Mode(StrEnum):
    """How one takes part."""

    ONLINE = "online"
    ON_SITE = "on-site"


class ModeOffer(Model):
    """The seats of one mode. ``place``: where to come to; only for taking part on site."""

    seats: Seats
    place: Text | None = None


class Admission(Model):
    """Whom the event admits. ``mail_domains`` cover their subdomains; empty admits every domain.

    ``languages``: the languages, of those that mails are written in, that a participant may choose.
    """

    organisation_kinds: tuple[OrganisationKind, ...] = Field(tuple(OrganisationKind), min_length=1)
    mail_domains: tuple[Domain, ...] = ()
    languages: tuple[Language, ...] = ()


class Speaker(Model):
    """One who speaks at a programme item; ``role`` is a title or an organisation."""

    name: Annotated[Line, Personal("to announce who speaks")]
    role: Annotated[Text, Personal("to announce who speaks")]


class ProgrammeItem(Model):
    """What happens from ``starts`` (wall clock of the event's zone) to the next item."""

    starts: time
    title: Text
    speakers: tuple[Speaker, ...] = ()


class Contact(Model):
    """Whom to ask: a person or a shared mailbox."""

    name: Annotated[Line, Personal("to tell whom to ask")]
    organisation: Annotated[Text | None, Personal("to tell whom to ask")] = None
    email: Annotated[EmailAddress, Personal("to tell whom to ask, and to take answers to mails")]
    phone: Annotated[Line | None, Personal("to tell whom to ask")] = None


class Format(StrEnum):
    """What a summary can be read as."""

    HTML = "html"
    PDF = "pdf"
    MARKDOWN = "markdown"


class Recipient(Model):
    """A named body that the summaries go to, in its own language. ``formats``: what its mail offers."""

    id: Slug
    name: Annotated[Text, Personal("to greet the recipient by")]
    address: Annotated[EmailAddress, Personal("to send the summaries to")]
    language: Language
    formats: tuple[Format, ...] = Field((Format.HTML,), min_length=1)


class Tour(Model):
    """The series that the event is one stop of; ``stops`` is the number of places."""

    id: Slug
    title: Text
    stops: int = Field(gt=0)


def instant(wall_clock: datetime, timezone: str) -> datetime:
    """The instant at which the clocks of a zone show this time."""
    return wall_clock.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)


YEARS = range(1970, 3000)
"""In which an event can be; from the first and the last that there are, no time can be counted on."""

LONGEST_BEFORE = timedelta(days=365)
"""How long before the start a mail can be sent; so that minutes before it are told from dates."""


def _sendable(value: timedelta | datetime) -> timedelta | datetime:
    if isinstance(value, datetime):
        return _without_offset(value)
    if not timedelta(0) <= value <= LONGEST_BEFORE:
        raise ValueError("must be at most a year before the start")
    return value


def _without_offset(value: datetime) -> datetime:
    if value.tzinfo is not None:
        raise ValueError("must be a wall-clock time without offset; the zone is in timezone")
    if value.year not in YEARS:
        raise ValueError(f"must be in a year from {YEARS.start} to {YEARS.stop - 1}")
    return value


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


When = Annotated[timedelta | datetime, Field(union_mode="left_to_right"), AfterValidator(_sendable)]
"""When a mail is sent: so long before the start (ISO 8601, P1D), or at a wall-clock time."""

Times = Annotated[tuple[When, ...], BeforeValidator(_listed)]
"""Several of them; one need not be written as a list."""


class Meeting(Model):
    """Where the event is held online, and when the join link works and is sent.

    ``opens_before``: how long before the start the link opens; it closes when the event ends.
    ``join_link``: when the link is sent, and then sent again with a reminder.
    """

    address: WebAddress
    opens_before: timedelta = timedelta(minutes=30)
    join_link: Annotated[Times, Field(min_length=1)] = (timedelta(days=1),)

    @field_validator("opens_before")
    @classmethod
    def _not_negative(cls, value: timedelta) -> timedelta:
        if value < timedelta(0):
            raise ValueError("must not be negative")
        return value


class Thanks(Model):
    """The mail to those who took part. ``after``: how long after the end it is sent, at most 30 days.

    ``feedback``: the address of the form that asks what they thought, when it is not the event's survey.
    """

    after: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=30))] = timedelta(hours=1)
    feedback: WebAddress | None = None


class Event(Model):
    """One event as its organisers wrote it down. The file format of ``templates/events``.

    ``seats``: those of an event with one mode, online; else ``modes`` gives each mode its seats, and
    the event has their sum. ``seats_per_organisation``: how many of one organisation may register,
    those on the waiting list included. ``address_confirmation``: how long a seat is held until the
    participant has confirmed the address. ``offer``: how long one who was promoted has to accept;
    None gives the seat at once. ``reminders``: when all who have a seat are reminded. ``thanks``: when
    those who took part are thanked; None thanks nobody. ``survey``: what they are asked afterwards.
    ``public_summaries``: whether everybody may read the published summaries on the event's page for them.
    ``dialogue``: the groups of those online. ``webhooks``: what is told of registrations and summaries.
    ``privacy``: what the privacy notice tells. ``draft``: whether only organisers see the event, and nobody
    can register or gets mail; not once it was published. ``retention``: of personal data, after the end.
    ``embed``: the sites that may frame the form. ``canary``: whether :mod:`kallelse.checking` uses it.
    """

    id: Slug
    language: Language
    title: Text
    short_description: LongText
    description: LongText
    audience: Text
    # Made without a validator, which would be built at once for it.
    admission: Admission = Admission.model_construct()
    hosts: tuple[Text, ...] = Field(min_length=1)
    timezone: Zone
    starts: datetime
    ends: datetime
    registration_opens: datetime | None = None
    last_day_to_register: date
    seats: Seats | None = None
    modes: dict[Mode, ModeOffer] = Field(default_factory=dict)
    seats_per_organisation: int | None = Field(None, gt=0)
    waiting_list: bool = True
    offer: Period | None = None
    address_confirmation: Period | None = None
    draft: bool = False
    cancelled: bool = False
    form: Form = Form.model_construct()
    programme: tuple[ProgrammeItem, ...]
    closing_words: LongText | None = None
    meeting: Meeting
    dialogue: Dialogue | None = None
    reminders: Times = ()
    thanks: Thanks | None = None
    survey: Survey | None = None
    contacts: tuple[Contact, ...] = Field(min_length=1)
    summary_languages: tuple[Language, ...] = Field(min_length=1)
    recipients: tuple[Recipient, ...] = ()
    public_summaries: bool = False
    privacy: Privacy = Privacy.model_construct()
    webhooks: Webhooks = ()
    retention: Retention = RETENTION
    embed: tuple[Origin, ...] = Field((), max_length=20)
    tour: Tour | None = None
    canary: bool = False

    @field_validator("starts", "ends", "registration_opens")
    @classmethod
    def _wall_clock(cls, value: datetime | None) -> datetime | None:
        return value and _without_offset(value)

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if info.context != STORED:
            self._check()
        return self

    def _check(self) -> None:
        if self.ends <= self.starts:
            raise ValueError("ends must be after starts")
        if self.last_day_to_register > self.starts.date():
            raise ValueError("last_day_to_register must not be after the day of the event")
        if self.opens_at and self.opens_at >= self.closes_at:
            raise ValueError("registration_opens must be before last_day_to_register ends")
        if bool(self.seats) == bool(self.modes):
            raise ValueError("give either seats or modes with seats")
        if self.address_confirmation and self.waiting_list and not self.offer:
            raise ValueError("address_confirmation needs offer, so that those promoted confirm theirs too")
        if len({body.id for body in self.recipients}) < len(self.recipients):
            raise ValueError("recipients must have different ids")
        if any(self.time_of(each) >= self.starts_at for each in self.reminders):
            raise ValueError("reminders must be before starts")
        if any(self.time_of(each) > self.starts_at for each in self.meeting.join_link):
            raise ValueError("meeting.join_link must not be after starts")
        self._check_what_follows()
        self._check_groups()
        missing = [name for name, text in self._texts() if self.language not in text]
        if missing:
            raise ValueError(f"text is missing in {self.language!r}: {', '.join(missing)}")

    def _check_what_follows(self) -> None:
        # What is still to come needs the people that it is for.
        last = self.survey.closes_after if self.survey else self.thanks.after if self.thanks else None
        if last and self.retention < last:
            raise ValueError("retention must not be shorter than survey.closes_after or thanks.after")
        if not self.survey or not self.thanks:
            return
        if self.thanks.feedback:
            raise ValueError("give either survey or thanks.feedback: the thanks link to one of them")
        if self.thanks.after >= self.survey.closes_after:
            raise ValueError("survey.closes_after must be longer than thanks.after, which link to it")

    def _check_groups(self) -> None:
        if self.dialogue and not 0 < self.seats_by_mode.get(Mode.ONLINE, 0) <= MOST_IN_GROUPS:
            raise ValueError(f"dialogue needs seats online, at most {MOST_IN_GROUPS} of them")

    @model_validator(mode="after")
    def _canary_is_hidden(self) -> Self:
        if self.canary and self.tour:
            raise ValueError("canary must not be a stop of a tour, whose pages show every stop")
        return self

    def _texts(self) -> list[tuple[str, dict[str, str]]]:
        texts: list[tuple[str, dict[str, str] | None]] = [
            ("title", self.title),
            ("short_description", self.short_description),
            ("description", self.description),
            ("audience", self.audience),
            ("closing_words", self.closing_words),
            ("tour.title", self.tour.title if self.tour else None),
            ("privacy.controller", self.privacy.controller),
        ]
        texts += [(f"modes.{mode}.place", offer.place) for mode, offer in self.modes.items()]
        asked = [("form", each) for each in self.form.questions]
        asked += [("survey", each) for each in (self.survey.questions if self.survey else ())]
        for form, question in asked:
            name = f"{form}.questions.{question.id}"
            texts += [(f"{name}.label", question.label), (f"{name}.help", question.help)]
            texts += [(f"{name}.{each.id}", each.label) for each in question.choices]
        texts += [(f"hosts.{n}", host) for n, host in enumerate(self.hosts)]
        texts += [(f"privacy.processors.{n}", each) for n, each in enumerate(self.privacy.processors)]
        texts += [(f"contacts.{n}.organisation", c.organisation) for n, c in enumerate(self.contacts)]
        texts += [(f"recipients.{n}.name", body.name) for n, body in enumerate(self.recipients)]
        texts += self.dialogue.texts() if self.dialogue else []
        for n, item in enumerate(self.programme):
            texts += [(f"programme.{n}.title", item.title)]
            texts += [(f"programme.{n}.speakers.{m}.role", s.role) for m, s in enumerate(item.speakers)]
        return [(name, text) for name, text in texts if text is not None]

    @property
    def seats_by_mode(self) -> dict[Mode, int]:
        """How many seats each mode has."""
        return {mode: offer.seats for mode, offer in self.modes.items()} or {Mode.ONLINE: self.seats or 0}

    @property
    def total_seats(self) -> int:
        """How many seats the event has."""
        return sum(self.seats_by_mode.values())

    def _instant(self, wall_clock: datetime) -> datetime:
        return instant(wall_clock, self.timezone)

    def time_of(self, when: timedelta | datetime) -> datetime:
        """The instant of a time that is given before the start or by the wall clock."""
        return self.starts_at - when if isinstance(when, timedelta) else self._instant(when)

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
    def opening(self) -> tuple[datetime, datetime]:
        """From when until when one can register, in whole seconds: never at a draft or a cancelled event."""
        if self.draft or self.cancelled:
            return EPOCH, EPOCH
        return (self.opens_at or EPOCH).replace(microsecond=0), self.closes_at.replace(microsecond=0)

    @property
    def join_link_at(self) -> datetime:
        """The instant at which join links are sent for the first time."""
        return min(map(self.time_of, self.meeting.join_link))

    @property
    def join_opens_at(self) -> datetime:
        """The first instant at which a join link leads to the meeting."""
        return self.starts_at - self.meeting.opens_before

    @property
    def erased_at(self) -> datetime:
        """The first instant at which no personal data of participants are kept any more."""
        return self.ends_at + self.retention

    @property
    def survey_closes_at(self) -> datetime | None:
        """The first instant at which the survey takes no answers any more; None without a survey."""
        return self.ends_at + self.survey.closes_after if self.survey else None

    @property
    def thanks_at(self) -> datetime | None:
        """The instant at which those who took part are thanked, if they are."""
        return self.ends_at + self.thanks.after if self.thanks else None
