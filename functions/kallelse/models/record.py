"""An event as stored: the file, and what its participants have to be told about date and place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import AwareDatetime, model_validator

from .event import Event, Mode, instant
from .text import Model, Text


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
    """

    event: Event
    key: str
    revision: int = 1
    history: tuple[Details, ...] = ()

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
        details = Details.of(event, self.details.version + 1, now)
        told_anew = () if details.says_the_same(self.details) else (details,)
        history = self.history + told_anew
        return EventRecord(event=event, key=self.key, revision=self.revision + 1, history=history)

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
