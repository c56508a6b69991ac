"""A request can stop at any call to the storage. What it leaves, the sweep puts right; nobody overtakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from tests.conftest import utc
from tests.fakes import FakeSeats, fake_desk
from tests.guarantees import HOSTS, breaches, by_name, form, opened

from kallelse import dispatching, editing, erasing, managing, registering, seating
from kallelse.errors import Refused
from kallelse.models import Event, EventRecord, Mode, RegistrationState
from kallelse.ports import Desk, NoSeat

START = utc("2020-08-20T09:00")
NOW = START + timedelta(hours=2)


class Stopped(BaseException):
    """The process is gone: nobody catches this."""


@dataclass
class Fuse:
    """Lets so many calls through."""

    left: int

    def burn(self) -> None:
        if self.left == 0:
            raise Stopped
        self.left -= 1


class Stopping:
    """A port whose caller stops before the call that is one too many."""

    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._fuse.burn()
            return getattr(self._port, name)(*arguments)

        return call


def stopping(desk: Desk, calls: int) -> Desk:
    fuse = Fuse(calls)
    ports = {name: cast("Any", Stopping(port, fuse)) for name, port in vars(desk).items()}
    return Desk(**ports)


def prepared() -> tuple[Desk, EventRecord]:
    """Two sit and three wait online; one sits on site beside a free seat. Bo's time to confirm is over."""
    desk = fake_desk()
    record = opened(
        desk, START, seats=None, modes={Mode.ONLINE: {"seats": 2}, Mode.ON_SITE: {"seats": 2}},
        seats_per_organisation=4, offer="PT1H", address_confirmation="PT1H",
    )  # fmt: skip
    for number, name in enumerate(("Ada", "Bo", "Cia", "Dan", "Eva")):
        organisation = "Vasa" if name in ("Ada", "Cia", "Dan") else None
        registering.register(desk, record, form(name, organisation), START + timedelta(minutes=number))
    registering.register(desk, record, form("Siv", "Vasa", Mode.ON_SITE), START)
    for name in ("Ada", "Siv"):
        managing.confirm(desk, by_name(desk, record.event.id)[name], START)
    # All is quiet: the sweep has seen to everything so far.
    dispatching.tick(desk, START + timedelta(minutes=30))
    return desk, record


def a_cancellation(desk: Desk, record: EventRecord) -> None:
    managing.cancel(desk, record, by_name(desk, record.event.id)["Ada"], NOW)


def a_cancellation_in_line(desk: Desk, record: EventRecord) -> None:
    managing.cancel(desk, record, by_name(desk, record.event.id)["Cia"], NOW)


def an_erasure(desk: Desk, record: EventRecord) -> None:
    erasing.erase(desk, record, by_name(desk, record.event.id)["Ada"], NOW)


def a_registration(desk: Desk, record: EventRecord) -> None:
    registering.register(desk, record, form("Fia", "Åbo"), NOW)


def a_registration_for_a_free_seat(desk: Desk, record: EventRecord) -> None:
    registering.register(desk, record, form("Fia", "Åbo", Mode.ON_SITE), NOW)


def a_change_of_mode(desk: Desk, record: EventRecord) -> None:
    managing.edit(desk, record, by_name(desk, record.event.id)["Ada"], form("Ada", "Åbo", Mode.ON_SITE), NOW)


def a_change_of_line(desk: Desk, record: EventRecord) -> None:
    managing.edit(desk, record, by_name(desk, record.event.id)["Cia"], form("Cia", None, Mode.ON_SITE), NOW)


def a_substitution(desk: Desk, record: EventRecord) -> None:
    managing.substitute(desk, record, by_name(desk, record.event.id)["Ada"], "Dan", "dan@example.org", NOW)


def an_expiry(desk: Desk, record: EventRecord) -> None:
    seating.expire(desk, record, by_name(desk, record.event.id)["Bo"], NOW)


def a_sweep(desk: Desk, record: EventRecord) -> None:
    dispatching.tick(desk, NOW)


def more_seats(desk: Desk, record: EventRecord) -> None:
    modes = {Mode.ONLINE: {"seats": 4}, Mode.ON_SITE: {"seats": 2}}
    event = Event.model_validate({**record.event.model_dump(), "modes": modes})
    editing.apply(desk, event, HOSTS, NOW)


WORK = [
    a_cancellation, a_cancellation_in_line, an_erasure, a_registration, a_registration_for_a_free_seat,
    a_change_of_mode, a_change_of_line, a_substitution, an_expiry, a_sweep, more_seats,
]  # fmt: skip


def stopped_after(calls: int, work: Callable[[Desk, EventRecord], None]) -> tuple[Desk, EventRecord] | None:
    """The desk after the work was broken off; None when there is nothing left to break off."""
    desk, record = prepared()
    try:
        work(stopping(desk, calls), record)
    except Stopped:
        return desk, record
    return None


def swept(desk: Desk, record: EventRecord) -> list[str]:
    """What is still wrong once the sweep has been there a few times."""
    for minutes in (2, 4, 6):
        dispatching.tick(desk, NOW + timedelta(minutes=minutes))
    return breaches(desk, record.event.id, NOW + timedelta(minutes=6))


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
def test_whatever_is_broken_off_the_sweep_finishes(work: Callable[[Desk, EventRecord], None]) -> None:
    calls = 0
    while left := stopped_after(calls, work):
        found = swept(*left)
        assert not found, (calls, found)
        calls += 1
    assert calls > 5


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
def test_nobody_overtakes_in_the_gap_that_something_broken_off_leaves(
    work: Callable[[Desk, EventRecord], None],
) -> None:
    calls = 0
    while left := stopped_after(calls, work):
        desk, record = left
        assert not newcomer_overtakes(desk, record), calls
        assert not swept(desk, record), calls
        calls += 1


def newcomer_overtakes(desk: Desk, record: EventRecord) -> bool:
    """Whether one who registers now is seated while somebody waits who has been told so."""
    told = {"Cia", "Dan", "Eva"}
    waiting = [
        name
        for name, each in by_name(desk, record.event.id).items()
        if name in told and each.state is RegistrationState.WAITING and each.mode is Mode.ONLINE
    ]
    try:
        answer = registering.register(desk, record, form("Nea"), NOW + timedelta(seconds=1))
    except Refused:
        return False
    return answer.state is not RegistrationState.WAITING and bool(waiting)


class MarkBlind(FakeSeats):
    """Seats that are given to newcomers whether or not others wait."""

    def look(self, event: Event, mode: Mode, now: Any) -> NoSeat | None:
        refusal = super().look(event, mode, now)
        free = self.kept[event.id, mode].free
        return None if refusal is NoSeat.QUEUED and free else refusal


def test_one_who_takes_no_notice_of_the_mark_is_caught_overtaking() -> None:
    caught = []
    calls = 0
    while left := stopped_after(calls, a_cancellation):
        desk, record = left
        seats = cast("FakeSeats", desk.seats)
        blind = replace(desk, seats=MarkBlind(seats.events, seats.kept, seats.lines))
        caught.append(newcomer_overtakes(blind, record))
        calls += 1
    assert True in caught
