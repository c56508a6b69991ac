"""The figures of an event: counts, from which nobody can be named."""

from __future__ import annotations

from datetime import date
from typing import Any

from .event import Mode
from .mail import MailKind, MailState
from .registration import RegistrationState
from .text import Language, Model, Slug


class SeatFigures(Model):
    """Seats, and how many wait for one. ``taken`` exceeds ``total`` when an event got fewer seats."""

    total: int
    taken: int
    free: int
    waiting: int


class AllSeatFigures(SeatFigures):
    """The seats of all modes together, and of each."""

    modes: dict[Mode, SeatFigures]


class AttendanceFigures(Model):
    """How many of those who have a seat joined. ``share``: from 0 to 1; None when nobody has a seat."""

    seated: int
    joined: int
    share: float | None


class AllAttendanceFigures(AttendanceFigures):
    """The attendance of all modes together, and of each."""

    modes: dict[Mode, AttendanceFigures]


class DayFigures(Model):
    """What happened on one day of the event's zone.

    ``arrived`` and ``cancelled``: how many registered, and how many registrations ended.
    ``confirmed``: how many seats were confirmed at the end of the day; one that is held until the
    address is confirmed or the offer accepted is counted from then on.
    """

    day: date
    arrived: int
    cancelled: int
    confirmed: int


class Figures(Model):
    """Everything that is counted about an event. It can be kept as JSON when the people are forgotten.

    ``registrations``: by state, also those that were cancelled, whom ``modes``, ``languages``,
    ``organisation_kinds`` and ``organisations`` leave out. ``organisation_kinds``: "untold" counts
    those who told none. ``organisations``: how many different ones. ``joined``: whether or not they
    still have a seat. ``days``: those on which something happened, see :class:`DayFigures`.
    ``mails``: by kind and state. ``survey``: what was chosen, see :func:`kallelse.surveying.results`;
    not what was written freely, in which names may be. None without a survey.
    """

    event_id: Slug
    seats: AllSeatFigures
    registrations: dict[RegistrationState, int]
    modes: dict[Mode, int]
    languages: dict[Language, int]
    organisation_kinds: dict[str, int]
    organisations: int
    days: tuple[DayFigures, ...]
    joined: int
    attendance: AllAttendanceFigures
    mails: dict[MailKind, dict[MailState, int]]
    survey: dict[str, Any] | None
