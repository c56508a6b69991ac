"""The system and the model side by side: the same things happen to both, and both must tell the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.conftest import utc
from tests.guarantees import breaches, by_name, form, opened, waiting_of
from tests.simulation.model import (
    CONFIRMED,
    OFFERED,
    UNCONFIRMED,
    WAITING,
    Answer,
    Model,
    Refusal,
    Rules,
)

from kallelse import dispatching, erasing, managing, registering, seating
from kallelse.errors import Refused
from kallelse.models import EventRecord, Mode, Registration, RegistrationState
from kallelse.ports import Desk

START = utc("2020-08-20T09:00")
STEP = timedelta(minutes=1)
BOTH = {Mode.ONLINE: 2, Mode.ON_SITE: 1}
HOUR = timedelta(hours=1)
LAST_DAY = date(2020, 9, 9)
ALIVE = (UNCONFIRMED, CONFIRMED, WAITING, OFFERED)

VARIANTS = {
    "plain": Rules({Mode.ONLINE: 2}),
    "two modes": Rules(BOTH),
    "organisations": Rules(BOTH, per_organisation=2),
    "offers": Rules({Mode.ONLINE: 2}, offer=HOUR, address_confirmation=HOUR),
    "no waiting list": Rules(BOTH, waiting_list=False),
    "everything": Rules(BOTH, per_organisation=2, offer=HOUR, address_confirmation=HOUR),
}

names = st.sampled_from(("Ada", "Bo", "Cia", "Dan", "Eva", "Fia"))
numbers = st.integers(0, 5)
organisations = st.sampled_from((None, "Vasa", " vasa", "Åbo"))
modes = st.sampled_from(list(Mode))


def somebody(machine: Desks) -> bool:
    """Whether there is anybody to do something with."""
    return bool(machine.model.people)


class Desks(RuleBasedStateMachine):
    """``swept``: whether the sweep is to come after every step, as it does within minutes."""

    def __init__(self, kind: Rules, desk: Desk, *, swept: bool = False) -> None:
        super().__init__()
        self.desk, self.swept = desk, swept
        self.now = START
        self.kind = replace(kind, seats=dict(kind.seats))
        self.stored: EventRecord | None = None

    @initialize(crowd=st.lists(st.tuples(names, organisations, modes), max_size=8))
    def open(self, crowd: list[tuple[str, str | None, Mode]]) -> None:
        event = self._apply(LAST_DAY).event
        self.model = Model(self.kind, event.starts_at, event.ends_at, event.closes_at)
        for each in crowd:
            self._register(*each)

    @property
    def record(self) -> EventRecord:
        assert self.stored
        return self.stored

    def _apply(self, last_day: date) -> EventRecord:
        kind = self.kind
        changes: dict[str, Any] = {"last_day_to_register": last_day, "waiting_list": kind.waiting_list}
        changes |= {"seats": None, "modes": {mode: {"seats": n} for mode, n in kind.seats.items()}}
        changes |= {"seats_per_organisation": kind.per_organisation}
        changes |= {"offer": kind.offer, "address_confirmation": kind.address_confirmation}
        self.stored = opened(self.desk, self.now, **changes)
        return self.stored

    def _mode(self, mode: Mode) -> Mode:
        return mode if mode in self.kind.seats else Mode.ONLINE

    def _one(self, number: int, *states: RegistrationState) -> tuple[str, Registration]:
        """One who is in one of the states, if there is any such, else anybody."""
        people = self.model.people
        fit = [name for name, each in people.items() if each.state in states] or list(people)
        name = fit[number % len(fit)]
        return name, by_name(self.desk, self.record.event.id)[name]

    def _agree(self, step: Callable[[], object], expected: Answer | Refusal | None) -> None:
        """What the system tells is what the model tells."""
        told: object = None
        try:
            answer = step()
        except Refused as refusal:
            told = type(refusal)
        else:
            if isinstance(answer, registering.Answer):
                told = (answer.state, answer.place, answer.until)
        assert told == expected, f"told {told}, and should have been told {expected}"

    def _next(self) -> datetime:
        self.now += STEP
        return self.now

    @rule(name=names, organisation=organisations, mode=modes)
    def register(self, name: str, organisation: str | None, mode: Mode) -> None:
        self._register(name, organisation, mode)

    def _register(self, name: str, organisation: str | None, mode: Mode) -> None:
        now, mode = self._next(), self._mode(mode)
        expected = self.model.register(name, _key(organisation), mode, now)
        submission = form(name, organisation, mode)
        self._agree(lambda: registering.register(self.desk, self.record, submission, now), expected)

    @precondition(somebody)
    @rule(number=numbers)
    def cancel(self, number: int) -> None:
        now, (name, known) = self._next(), self._one(number, *ALIVE)
        self.model.cancel(name, now)
        self._agree(lambda: managing.cancel(self.desk, self.record, known, now), None)

    @precondition(somebody)
    @rule(number=numbers)
    def erase(self, number: int) -> None:
        now, (name, known) = self._next(), self._one(number, *RegistrationState)
        self.model.erase(name, now)
        erasing.erase(self.desk, self.record, known, now)

    @precondition(somebody)
    @rule(number=numbers)
    def confirm(self, number: int) -> None:
        now, (name, known) = self._next(), self._one(number, UNCONFIRMED, OFFERED)
        expected = self.model.confirm(name, now)
        self._agree(lambda: managing.confirm(self.desk, known, now), expected)

    @precondition(somebody)
    @rule(number=numbers)
    def promote(self, number: int) -> None:
        now, (name, known) = self._next(), self._one(number, WAITING)
        expected = self.model.promote(name, now)
        self._agree(lambda: seating.promote(self.desk, self.record, known, now), expected)

    @precondition(somebody)
    @rule(number=numbers, colleague=names)
    def substitute(self, number: int, colleague: str) -> None:
        now, (name, known) = self._next(), self._one(number, CONFIRMED)
        expected = self.model.substitute(name, colleague, now)
        address = f"{colleague.lower()}@example.org"
        self._agree(
            lambda: managing.substitute(self.desk, self.record, known, colleague, address, now), expected
        )

    @precondition(somebody)
    @rule(number=numbers, organisation=organisations, mode=modes)
    def edit(self, number: int, organisation: str | None, mode: Mode) -> None:
        now, (name, known), mode = self._next(), self._one(number, *ALIVE), self._mode(mode)
        expected = self.model.edit(name, _key(organisation), mode, now)
        wanted = form(name, organisation, mode)
        self._agree(lambda: managing.edit(self.desk, self.record, known, wanted, now), expected)

    @rule(mode=modes, seats=st.integers(1, 5))
    def resize(self, mode: Mode, seats: int) -> None:
        now, mode = self._next(), self._mode(mode)
        self.kind.seats[mode] = seats
        event = self._apply(self.record.event.last_day_to_register).event
        self.model.apply(self.kind.seats, event.closes_at, now)

    @rule(closed=st.sampled_from((True, False, False)))
    def close_or_reopen(self, closed: bool) -> None:
        now = self._next()
        event = self._apply(date(2020, 8, 19) if closed else LAST_DAY).event
        self.model.apply(self.kind.seats, event.closes_at, now)

    @rule(hours=st.sampled_from((0.3, 1, 1, 1, 1, 24 * 21, 24 * 27)))
    def time_passes(self, hours: float) -> None:
        # 21 days lead past the last day to register, 27 past the start. What comes after retention is not
        # in the model: then nobody has a seat.
        self._next()
        self.now = min(self.now + timedelta(hours=hours), self.record.event.erased_at - timedelta(days=1))

    @rule()
    def sweep(self) -> None:
        self._next()
        self._sweep()

    def _sweep(self) -> None:
        # At the first tick the mails of those held go out, at the next their time is looked at.
        for _ in range(2):
            dispatching.tick(self.desk, self.now)
        self.model.tick(self.now)

    @invariant()
    def the_system_is_as_the_model(self) -> None:
        if self.stored is None:
            return
        if self.swept:
            self.now += 2 * seating.GRACE
            self._sweep()
        found = by_name(self.desk, self.record.event.id)
        assert {name: (each.state, each.mode, each.held_until) for name, each in found.items()} == {
            name: (each.state, each.mode, each.until) for name, each in self.model.people.items()
        }
        for mode, line in self.model.lines.items():
            waiting = waiting_of([each for each in found.values() if each.mode is mode])
            assert [each.participant.name for each in waiting] == line
        most = {mode: self.model.sitting(mode) for mode in Mode}
        problems = breaches(self.desk, self.record.event.id, self.now, most)
        assert not problems, problems


def _key(organisation: str | None) -> str | None:
    return organisation and organisation.strip().lower()
