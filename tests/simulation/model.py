"""Registration as it is meant, in lists and dictionaries: what everybody should be told, and why.

There are no blocks, no marks and no sweep here: a seat is free when fewer sit than there are seats,
and after whatever happens the first in line sits down while a seat is free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kallelse.errors import (
    AlreadyChanged,
    ColleagueRefused,
    EventFull,
    HoldExpired,
    OrganisationFull,
    Refused,
    RegistrationClosed,
)
from kallelse.models import Mode, RegistrationState

UNCONFIRMED, CONFIRMED, WAITING, OFFERED, CANCELLED = RegistrationState

Refusal = type[Exception]
Answer = tuple[RegistrationState, int | None, datetime | None]
"""The state, the place in line, and until when to confirm."""


@dataclass
class Person:
    """One who is or was registered. ``until``: the end of the time to confirm or to accept."""

    mode: Mode
    organisation: str | None
    state: RegistrationState
    until: datetime | None = None

    @property
    def sits(self) -> bool:
        """Whether a seat is theirs."""
        return self.state in (UNCONFIRMED, CONFIRMED, OFFERED)


@dataclass
class Rules:
    """What kind of event it is."""

    seats: dict[Mode, int]
    per_organisation: int | None = None
    offer: timedelta | None = None
    address_confirmation: timedelta | None = None
    waiting_list: bool = True


@dataclass
class Model:
    """An event and its people. Every method gives what is to be told: an answer, or which refusal."""

    rules: Rules
    starts: datetime
    ends: datetime
    closes: datetime
    people: dict[str, Person] = field(default_factory=dict)
    lines: dict[Mode, list[str]] = field(default_factory=lambda: {mode: [] for mode in Mode})

    def sitting(self, mode: Mode) -> int:
        """How many sit."""
        return sum(each.sits and each.mode is mode for each in self.people.values())

    def _is_free(self, mode: Mode) -> bool:
        return self.sitting(mode) < self.rules.seats[mode]

    def _takes_newcomers(self, mode: Mode) -> bool:
        return self._is_free(mode) and not self.lines[mode]

    def _is_closed(self, now: datetime) -> bool:
        return now >= min(self.closes, self.starts)

    def _has_all_its_seats(self, organisation: str | None) -> bool:
        limit = self.rules.per_organisation
        there = [each for each in self.people.values() if each.state is not CANCELLED]
        return bool(
            limit and organisation and sum(each.organisation == organisation for each in there) >= limit
        )

    def _first_terms(self, now: datetime) -> tuple[RegistrationState, datetime | None]:
        period = self.rules.address_confirmation
        return (UNCONFIRMED, now + period) if period else (CONFIRMED, None)

    def _settle(self, now: datetime) -> None:
        for mode, line in self.lines.items():
            while line and self._is_free(mode) and now < self.starts:
                self._seat_from_line(line[0], now)

    def _seat_from_line(self, name: str, now: datetime) -> None:
        person = self.people[name]
        self.lines[person.mode].remove(name)
        person.state = OFFERED if self.rules.offer else CONFIRMED
        person.until = min(now + self.rules.offer, self.starts) if self.rules.offer else None

    def _leave(self, name: str, now: datetime) -> None:
        person = self.people[name]
        if person.state is WAITING:
            self.lines[person.mode].remove(name)
        person.state, person.until = CANCELLED, None
        self._settle(now)

    def register(self, name: str, organisation: str | None, mode: Mode, now: datetime) -> Answer | Refusal:
        if self._has_all_its_seats(organisation):
            return OrganisationFull
        if self._is_closed(now):
            return RegistrationClosed
        sits = self._takes_newcomers(mode)
        if not sits and not self.rules.waiting_list:
            return EventFull
        state, until = self._first_terms(now) if sits else (WAITING, None)
        place = None if sits else len(self.lines[mode]) + 1
        known = self.people.get(name)
        if known is None or known.state is CANCELLED:
            self.people[name] = Person(mode, organisation, state, until)
            if not sits:
                self.lines[mode].append(name)
        # One who is registered already is told what a newcomer would be told, and nothing changes.
        return state, place, until

    def cancel(self, name: str, now: datetime) -> None:
        if self.people[name].state is not CANCELLED:
            self._leave(name, now)

    def erase(self, name: str, now: datetime) -> None:
        self.cancel(name, now)
        del self.people[name]

    def confirm(self, name: str, now: datetime) -> Refusal | None:
        person = self.people[name]
        if person.state is CONFIRMED:
            return None
        if person.until is None:
            return AlreadyChanged
        if person.until <= now:
            return HoldExpired
        person.state, person.until = CONFIRMED, None
        return None

    def tick(self, now: datetime) -> None:
        for name, person in self.people.items():
            if person.until and person.until <= now:
                self._leave(name, now)

    def promote(self, name: str, now: datetime) -> Refusal | None:
        person = self.people[name]
        if person.state is not WAITING:
            return Refused
        if now >= self.starts:
            return RegistrationClosed
        if not self._is_free(person.mode):
            self.lines[person.mode].remove(name)
            self.lines[person.mode].insert(0, name)
            return None
        self._seat_from_line(name, now)
        return None

    def apply(self, seats: dict[Mode, int], closes: datetime, now: datetime) -> None:
        self.rules.seats, self.closes = seats, closes
        self._settle(now)

    def substitute(self, name: str, colleague: str, now: datetime) -> Refusal | None:
        giver, taker = self.people[name], self.people.get(colleague)
        if giver.state is not CONFIRMED or now >= self.ends or name == colleague or (taker and taker.sits):
            return ColleagueRefused
        if taker and taker.state is WAITING:
            self.lines[taker.mode].remove(colleague)
        self.people[colleague] = Person(giver.mode, giver.organisation, CONFIRMED)
        giver.state = CANCELLED
        return None

    def edit(self, name: str, organisation: str | None, mode: Mode, now: datetime) -> Refusal | None:
        person = self.people[name]
        if now >= self.starts:
            return RegistrationClosed
        if person.state is CANCELLED:
            return AlreadyChanged
        if organisation != person.organisation and self._has_all_its_seats(organisation):
            return OrganisationFull
        if mode is not person.mode:
            refusal = self._move(name, person, mode, now)
            if refusal:
                return refusal
        person.organisation = organisation
        self._settle(now)
        return None

    def _move(self, name: str, person: Person, mode: Mode, now: datetime) -> Refusal | None:
        if self._is_closed(now):
            return RegistrationClosed
        sits = self._takes_newcomers(mode)
        if not sits and person.state is not WAITING:
            return EventFull
        if person.state is WAITING:
            self.lines[person.mode].remove(name)
            person.state = CONFIRMED if sits else WAITING
            if not sits:
                self.lines[mode].append(name)
        person.mode = mode
        return None
