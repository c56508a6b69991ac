"""The series file: a tour of several places, each an event, with what all of them share."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, model_validator

from .privacy import Personal
from .text import Language, LongText, Model, Slug, Text

FIELDS = dict[str, Any]
"""Fields of an event file as they were written down; they are checked when the events are made."""


class Series(Model):
    """A tour as its organisers wrote it down. The file format of ``templates/tours``.

    ``one_stop_each``: whether one person may be registered at one stop only.
    ``shared``: the fields of the event file that every stop has.
    ``stops``: what each stop has beside them or instead, with an ``id`` of its own; or, under
    ``event``, the id of a stop that has its own event file.
    """

    id: Slug
    language: Language
    title: Text
    description: LongText
    one_stop_each: bool = True
    shared: Annotated[FIELDS, Personal("contacts, speakers and others whom event files name")] = Field(
        default_factory=dict
    )
    stops: Annotated[tuple[FIELDS, ...], Personal("contacts, speakers and others whom event files name")] = (
        Field(min_length=1, max_length=20)
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, text in (("title", self.title), ("description", self.description)):
            if self.language not in text:
                raise ValueError(f"text is missing in {self.language!r}: {name}")
        if {"id", "tour"} & set(self.shared):
            raise ValueError("shared must not have id, which each stop has, nor tour, which is this file")
        for number, stop in enumerate(self.stops, 1):
            if "event" in stop and set(stop) != {"event"}:
                raise ValueError(
                    f"stop {number} must have no field beside event, as it has a file of its own"
                )
            if not isinstance(stop.get("event", stop.get("id")), str):
                raise ValueError(f"stop {number} needs an id, or the id of an event under event")
        if len(set(self.event_ids)) < len(self.stops):
            raise ValueError("stops must have different ids")
        return self

    @property
    def event_ids(self) -> tuple[str, ...]:
        """The ids of the events that are the stops, in the order of the file."""
        return tuple(stop.get("event") or stop["id"] for stop in self.stops)


class Stop(Model):
    """One stop: its event, and the key of its registration ids, which an event keeps for ever."""

    event_id: Slug
    key: str


class TourRecord(Model):
    """A tour as stored: the file, its stops, and the key that the claims of its people derive from.

    ``revision``: rises by one with every change.
    """

    series: Series
    key: str
    revision: int = 1
    stops: tuple[Stop, ...]

    def beside(self, event_id: str) -> list[Stop]:
        """The stops but one."""
        return [stop for stop in self.stops if stop.event_id != event_id]


class Claim(Model):
    """That an address is about to be registered at a stop, so that no other stop takes it meanwhile.

    ``person``: what the address is known by. ``holder``: of the registration that is to come.
    """

    tour_id: Slug
    person: Annotated[
        str, Personal("to keep one person to one stop: the address, hashed with a key of the tour")
    ]
    event_id: Annotated[Slug, Personal("to keep one person to one stop")]
    holder: Annotated[str, Personal("to know the registration that is to come")]
    since: Annotated[AwareDatetime, Personal("to let go of a registration that broke off")]
