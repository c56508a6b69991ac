"""One round of a race: an event in the middle of its life, and operations on it at the same moment.

What a round draws, it draws from its seed: the event, its people, and who is meant by whom. Only the
order in which the engine serves the threads is left to chance.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

from tests.conftest import utc
from tests.guarantees import HOSTS, breaches, by_name, form, opened

from kallelse import assisting, dispatching, editing, erasing, managing, registering, seating
from kallelse.adapters.dynamodb import Table, open_desk
from kallelse.adapters.dynamodb.seats import TableSeats
from kallelse.errors import Refused
from kallelse.models import SEATED, Event, EventRecord, Mode, Registration, RegistrationState
from kallelse.ports import Desk, NoSeat

START = utc("2020-08-20T09:00")
NOW = START + timedelta(hours=3)
"""When the operations race. What was held during the preparation, for an hour, has ended."""

ORGANISATIONS = ("Vasa", "Åbo", None)


@dataclass(frozen=True)
class Taken:
    """A seat that was taken, and when, by the clock of the test's own process."""

    holder: str
    began: float
    ended: float


@dataclass(frozen=True)
class RecordingSeats(TableSeats):
    """Notes when who took a seat."""

    taken: list[Taken] = field(default_factory=list)

    def claim(self, event: Event, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
        began = time.monotonic()
        block = super().claim(event, mode, holder, now)
        if not isinstance(block, NoSeat):
            self.taken.append(Taken(holder, began, time.monotonic()))
        return block

    def claim_whenever(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
        began = time.monotonic()
        block = super().claim_whenever(event_id, mode, holder, now)
        if not isinstance(block, NoSeat):
            self.taken.append(Taken(holder, began, time.monotonic()))
        return block

    def claim_for_waiting(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int | None:
        began = time.monotonic()
        block = super().claim_for_waiting(event_id, mode, holder, now)
        if block is not None:
            self.taken.append(Taken(holder, began, time.monotonic()))
        return block


@dataclass
class Told:
    """What one operation was told. ``names``: whom it was about; nobody when it was about the event."""

    operation: str
    names: tuple[str, ...]
    answer: Any


@dataclass
class Round:
    """An event with people who sit and wait, and the operations that race on it."""

    table: Table
    event_id: str
    seed: str
    seats: RecordingSeats = field(init=False)
    desk: Desk = field(init=False)
    record: EventRecord = field(init=False)
    before: dict[str, Registration] = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - a test's dice
        self.seats = RecordingSeats(self.table)
        self.desk = replace(open_desk(self.table), seats=self.seats)

    def prepare(self, *, held: bool) -> None:
        """``held``: some seats are held for people whose time to confirm or to accept is over."""
        dice = self.random
        self.held = held
        sizes = {Mode.ONLINE: dice.randint(2, 4), Mode.ON_SITE: dice.randint(1, 2)}
        changes: dict[str, Any] = {"id": self.event_id, "seats": None}
        changes |= {"modes": {mode: {"seats": seats} for mode, seats in sizes.items()}}
        changes |= {"seats_per_organisation": dice.choice((None, 3, 4))}
        if held:
            changes |= {"address_confirmation": "PT1H", "offer": "PT1H"}
        self.record = opened(self.desk, START, **changes)
        people = [Mode.ONLINE] * (sizes[Mode.ONLINE] + dice.randint(-1, 2))
        people += [Mode.ON_SITE] * (sizes[Mode.ON_SITE] + dice.randint(-1, 2))
        dice.shuffle(people)
        for number, mode in enumerate(people):
            self._try_to_register(f"P{number}", mode, START + timedelta(minutes=number))
        for each in self.desk.registrations.of_event(self.event_id):
            if each.state is RegistrationState.UNCONFIRMED and dice.random() < 0.7:
                managing.confirm(self.desk, each, START + timedelta(minutes=30))
        if held:  # until their mails are posted, their time is not looked at
            dispatching.tick(self.desk, START + timedelta(minutes=31))
        self.before = by_name(self.desk, self.event_id)
        self.seats.taken.clear()

    def _try_to_register(self, name: str, mode: Mode, now: datetime) -> Any:
        submission = form(name, self.random.choice(ORGANISATIONS), mode)
        try:
            return registering.register(self.desk, self.record, submission, now)
        except Refused as refusal:
            return refusal

    def pick(self, *states: RegistrationState) -> str | None:
        """The name of one who is in one of the states."""
        names = [name for name, each in self.before.items() if each.state in states]
        return self.random.choice(names) if names else None

    def run(self, *operations: str) -> list[Told]:
        """Carry out all of the operations at once; returns what each was told."""
        work = [OPERATIONS[name](self, number) for number, name in enumerate(operations)]
        barrier = Barrier(len(work))

        def act(number: int) -> Told:
            names, step = work[number]
            barrier.wait()
            try:
                answer = step()
            except Refused as refusal:
                answer = refusal
            return Told(operations[number], names, answer)

        with ThreadPoolExecutor(len(work)) as pool:
            return list(pool.map(act, range(len(work))))

    def sweep(self) -> None:
        """What the dispatcher does within the next minutes."""
        for minutes in (2, 4):
            now = NOW + timedelta(minutes=minutes)
            if self.held:
                dispatching.tick(self.desk, now)
            else:  # the same without the mails
                seating.audit(self.desk, self.record, now)

    def present(self, name: str) -> Registration:
        """The registration as it is now, as the handler of a request reads it."""
        return seating.present(self.desk, self.before[name])


Step = tuple[tuple[str, ...], Callable[[], object]]


def _newcomer(race: Round, number: int) -> tuple[str, registering.Submission, datetime]:
    # Some are two requests of one person, or of one who is there already.
    name = race.random.choice((f"N{number}", f"N{number}", "Double", race.pick(*RegistrationState) or "N"))
    organisation = race.random.choice(ORGANISATIONS)
    submission = form(name, organisation, race.random.choice((Mode.ONLINE, Mode.ONLINE, Mode.ON_SITE)))
    return name, submission, NOW + timedelta(microseconds=number)


def _register(race: Round, number: int) -> Step:
    name, submission, now = _newcomer(race, number)
    return (name,), lambda: registering.register(race.desk, race.record, submission, now)


def _register_by_hand(race: Round, number: int) -> Step:
    name, submission, now = _newcomer(race, number)
    return (name,), lambda: assisting.register(race.desk, race.record, submission, now)


def _about(*names: str | None) -> tuple[str, ...]:
    return tuple(name for name in names if name)


def _on_registration(
    *states: RegistrationState,
) -> Callable[[Callable[[Round, Registration], object]], Callable[[Round, int], Step]]:
    def decorate(act: Callable[[Round, Registration], object]) -> Callable[[Round, int], Step]:
        def prepared(race: Round, _: int) -> Step:
            name = race.pick(*states)
            return _about(name), lambda: act(race, race.present(name)) if name else None

        return prepared

    return decorate


@_on_registration(*RegistrationState)
def _cancel(race: Round, registration: Registration) -> object:
    return managing.cancel(race.desk, race.record, registration, NOW)


@_on_registration(*RegistrationState)
def _erase(race: Round, registration: Registration) -> None:
    erasing.erase(race.desk, race.record, registration, NOW)


@_on_registration(*RegistrationState)
def _move_by_hand(race: Round, registration: Registration) -> object:
    mode = Mode.ON_SITE if registration.mode is Mode.ONLINE else Mode.ONLINE
    return assisting.move(race.desk, race.record, registration, mode, NOW)


@_on_registration(RegistrationState.WAITING)
def _promote(race: Round, registration: Registration) -> object:
    return seating.promote(race.desk, race.record, registration, NOW)


def _substitute(race: Round, number: int) -> Step:
    name = race.pick(RegistrationState.CONFIRMED)
    colleague = race.random.choice((f"C{number}", race.pick(RegistrationState.WAITING) or "Colleague"))
    address = f"{colleague.lower()}@example.org"

    def act(name: str) -> object:
        return managing.substitute(race.desk, race.record, race.present(name), colleague, address, NOW)

    return _about(name, colleague), lambda: act(name) if name else None


def _edit(race: Round, number: int) -> Step:
    name = race.pick(*RegistrationState)
    organisation = race.random.choice(ORGANISATIONS)
    now = NOW + timedelta(microseconds=number)

    def act(name: str) -> object:
        registration = race.present(name)
        mode = Mode.ON_SITE if registration.mode is Mode.ONLINE else Mode.ONLINE
        return managing.edit(race.desk, race.record, registration, form(name, organisation, mode), now)

    return _about(name), lambda: act(name) if name else None


def _apply(race: Round, **changes: Any) -> Step:
    event = race.record.event.model_copy(update=changes)
    return (), lambda: editing.apply(race.desk, event, HOSTS, NOW)


def _resize(race: Round, by: int) -> Step:
    mode = race.random.choice(list(Mode))
    modes = race.record.event.modes
    offer = modes[mode].model_copy(update={"seats": max(1, modes[mode].seats + by)})
    return _apply(race, modes={**modes, mode: offer})


def _expire(race: Round, _: int) -> Step:
    def act() -> None:
        for each in race.desk.registrations.of_event(race.event_id):
            seating.expire(race.desk, race.record, each, NOW)

    return (), act


OPERATIONS: dict[str, Callable[[Round, int], Step]] = {
    "register": _register,
    "cancel": _cancel,
    "promote": _promote,
    "raise": lambda race, _: _resize(race, race.random.randint(1, 5)),
    "lower": lambda race, _: _resize(race, -race.random.randint(1, 3)),
    "close": lambda race, _: _apply(race, last_day_to_register=date(2020, 8, 19)),
    "expire": _expire,
    "erase": _erase,
    "substitute": _substitute,
    "edit": _edit,
    "register by hand": _register_by_hand,
    "move by hand": _move_by_hand,
}

REGISTERING = ("register", "register by hand")
"""Operations that give a newcomer a seat or a place in line, and tell which."""


def judged(race: Round, told: list[Told]) -> list[str]:
    """Everything that is wrong after the round, once the sweep has been there."""
    applied = [race.record] + [each.answer for each in told if isinstance(each.answer, EventRecord)]
    most = {mode: max(each.event.seats_by_mode[mode] for each in applied) for mode in Mode}
    found = breaches(race.desk, race.event_id, NOW + timedelta(minutes=4), most)
    after = by_name(race.desk, race.event_id)
    touched = {name for each in told if each.operation not in REGISTERING for name in each.names}
    expired = {name for name, each in race.before.items() if each.held_until and each.held_until <= NOW}
    for each in told:
        name = each.names[0] if each.operation in REGISTERING else None
        registered = isinstance(each.answer, registering.Answer | Registration)
        if name and name not in touched | set(race.before) and registered:
            found += _kept_its_word(name, each.answer.state, after.get(name))
    for name in set(race.before) - touched - expired:
        if race.before[name].state is not RegistrationState.CANCELLED:
            found += _kept_its_word(name, race.before[name].state, after.get(name))
    return found + _overtaken(race, after, touched | expired)


def _kept_its_word(name: str, state: RegistrationState, after: Registration | None) -> list[str]:
    if after is None or after.state is RegistrationState.CANCELLED:
        return [f"lost: {name} was told {state}, and is {after and after.state}"]
    if state in SEATED and after.state not in SEATED:
        return [f"lost: {name} was told {state}, and is {after.state}"]
    return []


def _overtaken(race: Round, after: dict[str, Registration], exempt: set[str]) -> list[str]:
    """Who waited before the round, and sees somebody seated first who was behind or not there."""
    begun = {each.holder: each.began for each in reversed(race.seats.taken)}
    ended = {each.holder: each.ended for each in reversed(race.seats.taken)}
    found = []
    for name, waiting in race.before.items():
        if waiting.state is not RegistrationState.WAITING or name in exempt:
            continue
        own_turn = begun.get(waiting.holder, float("inf"))
        for other, now in after.items():
            behind = other not in race.before or race.before[other].state is RegistrationState.WAITING
            if other in exempt or not behind or now.mode is not waiting.mode or now.holder not in ended:
                continue
            later = now.registered_at > waiting.registered_at
            if later and now.state in SEATED and ended[now.holder] < own_turn:
                found.append(f"overtaken: {other} got a seat before {name}, who waited {waiting.mode}")
    return found
