"""An event as stored: the file, what its participants have to be told, and its entry in the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import AwareDatetime, model_validator

from .event import Event, Mode, instant
from .text import Language, Model, Slug, Text


class Details(Model):
    """What a participant has to know of in time: when the event is, where, and whether at all.

    Not the meeting address, which join links lead to as it stands at that moment.
    ``since``: when the event file said so first; ``version`` counts the changes from 1.
    ``places``: of the modes that one comes to; the others have none.
    """

    version: int
    since: AwareDatetime
    starts: datetime
    ends: datetime
    timezone: str
    places: dict[Mode, Text]
    cancelled: bool

    @classmethod
    def of(cls, event: Event, version: int, since: datetime) -> Self:
        """The details of an event file."""
        places = {mode: offer.place for mode, offer in event.modes.items() if offer.place}
        return cls(
            version=version,
            since=since,
            starts=event.starts,
            ends=event.ends,
            timezone=event.timezone,
            places=places,
            cancelled=event.cancelled,
        )

    def says_the_same(self, other: Details) -> bool:
        """Whether both tell participants the same."""
        return self.model_copy(update={"version": other.version, "since": other.since}) == other

    @property
    def starts_at(self) -> datetime:
        """The instant at which the event starts."""
        return instant(self.starts, self.timezone)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the event ends."""
        return instant(self.ends, self.timezone)


class EventRecord(Model):
    """An event as stored: the file, the key of its registration ids, and what was done.

    ``key``: 256 random bits in hexadecimal, made once, from which registration ids derive.
    ``revision``: rises by one with every change; it guards against two organisers at once, and is the
    SEQUENCE of calendar files.
    ``history``: the details that participants had to be told, the present ones last.
    ``erasure_began``: whether personal data are being erased, or were, as the event's time for it came.
    ``archived_at``: since when the event is put away, and nobody changes it any more.
    """

    event: Event
    key: str
    revision: int = 1
    history: tuple[Details, ...] = ()
    erasure_began: bool = False
    archived_at: AwareDatetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_history(cls, fields: dict[str, Any]) -> dict[str, Any]:
        if fields.get("history"):
            return fields
        return fields | {"history": (Details.of(fields["event"], 1, datetime.min.replace(tzinfo=UTC)),)}

    @classmethod
    def new(cls, event: Event, key: str, now: datetime) -> Self:
        """The record of an event that is loaded for the first time."""
        return cls(event=event, key=key, history=(Details.of(event, 1, now),))

    def changed_to(self, event: Event, now: datetime) -> EventRecord:
        """The record after the file was handed in again; the same if the file is the same."""
        if event == self.event:
            return self
        if self.event.draft:
            # Nobody has been told of a draft, so it has no earlier day or place.
            return self._next(event=event, history=(Details.of(event, 1, now),))
        details = Details.of(event, self.details.version + 1, now)
        told_anew = () if details.says_the_same(self.details) else (details,)
        history = self.history + told_anew
        return self._next(event=event, history=history)

    def put_away(self, now: datetime) -> EventRecord:
        """The record after the event was put away; the same if it was before."""
        return self if self.archived_at else self._next(archived_at=now)

    def erasing(self) -> EventRecord:
        """The record once the erasure of personal data begins; the same if it began before."""
        return self if self.erasure_began else self._next(erasure_began=True)

    def _next(self, **changes: object) -> EventRecord:
        return self.model_copy(update={"revision": self.revision + 1, **changes})

    @property
    def details(self) -> Details:
        """What participants have to know now."""
        return self.history[-1]

    @property
    def dated(self) -> Details:
        """The details that set the present day, or called the event back after it was cancelled."""
        return self._first_with(lambda details: (details.starts.date(), details.cancelled))

    @property
    def settled(self) -> Details:
        """The details that cancelled the event, or called it back; the first ones if none did."""
        return self._first_with(lambda details: details.cancelled)

    def _first_with(self, aspect: Callable[[Details], object]) -> Details:
        """The first of the latest details that are the same in one aspect."""
        first = self.details
        for details in reversed(self.history):
            if aspect(details) != aspect(first):
                break
            first = details
        return first


class EventEntry(Model):
    """What the list of events tells of one. ``title`` is in the event's languages, one of them ``language``.

    ``opens_at``: when registration opens; None means since it was loaded. ``tour``: the tour's id.
    """

    id: Slug
    language: Language
    title: Text
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    timezone: str
    opens_at: AwareDatetime | None
    closes_at: AwareDatetime
    tour: Slug | None
    draft: bool
    cancelled: bool
    canary: bool = False
    archived_at: AwareDatetime | None

    @property
    def place(self) -> str:
        """What the list is sorted by."""
        return f"{self.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M}_{self.id}"

    @classmethod
    def of(cls, record: EventRecord) -> Self:
        """The entry of an event."""
        event, same = record.event, ("id", "language", "title", "timezone", "draft", "cancelled", "canary")
        instants = ("starts_at", "ends_at", "opens_at", "closes_at")
        told = {name: getattr(event, name) for name in (*same, *instants)}
        return cls(**told, tour=event.tour and event.tour.id, archived_at=record.archived_at)
