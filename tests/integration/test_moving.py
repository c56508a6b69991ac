"""Moving people to another mode or another stop of a tour, on the real adapter: nobody loses a seat."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.people import TWO_MODES, found, registered, settled, states
from tests.tours import alive, at, changed_stop, toured
from tests.visiting import NOW, opened

from kallelse import assisting, registering
from kallelse.errors import (
    AlreadyChanged,
    EventCancelled,
    EventFull,
    InvalidInput,
    RegisteredAlready,
)
from kallelse.models import (
    EventRecord,
    MailKind,
    Mode,
    Registration,
    RegistrationState,
)
from kallelse.ports import Desk

UNCONFIRMED, CONFIRMED, WAITING, OFFERED, CANCELLED = RegistrationState
CLOSED = NOW + timedelta(days=25)
"""After the last day to register, and before the start."""


def test_a_move_to_another_mode_takes_the_seat_there_and_gives_the_one_here_to_the_line(desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    ada, _ = (registered(desk, record, name) for name in ("Ada", "Bo"))
    registered(desk, record, "Cia")
    moved = assisting.move(desk, record, ada, Mode.ON_SITE, CLOSED)
    assert (moved.mode, moved.state) == (Mode.ON_SITE, CONFIRMED)
    assert assisting.move(desk, record, moved, Mode.ON_SITE, CLOSED) == moved
    assert states(desk) == {"Ada": "confirmed", "Bo": "confirmed", "Cia": "confirmed"}
    assert settled(desk, record, CLOSED) == []


def test_who_finds_no_seat_in_the_other_mode_keeps_the_one_that_there_is(desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo", Mode.ON_SITE)
    with pytest.raises(EventFull):
        assisting.move(desk, record, ada, Mode.ON_SITE, NOW)
    assert found(desk, record, "ada@example.org") == ada
    assert settled(desk, record) == []


def test_one_who_waits_may_wait_in_the_other_line(desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    for name in ("Ada", "Bo"):
        registered(desk, record, name)
    registered(desk, record, "Cia", Mode.ON_SITE)
    dan, eva = (registered(desk, record, name) for name in ("Dan", "Eva"))
    moved = assisting.move(desk, record, dan, Mode.ON_SITE, CLOSED)
    assert (moved.state, desk.registrations.place_in_line(moved)) == (WAITING, 1)
    assert desk.registrations.place_in_line(eva) == 1
    assert settled(desk, record, CLOSED) == []


def test_a_mode_that_the_event_does_not_have_is_refused(desk: Desk) -> None:
    record = opened(desk)
    with pytest.raises(InvalidInput, match="mode: choose one of: online"):
        assisting.move(desk, record, registered(desk, record, "Ada"), Mode.ON_SITE, NOW)


def to_stop(
    desk: Desk, stops: dict[str, EventRecord], seen: Registration, stop: str, now: datetime = NOW
) -> Registration:
    """Moved online from where one is to another stop."""
    return assisting.move_to_stop(desk, stops[seen.event_id], seen, stops[stop], Mode.ONLINE, now)


def test_a_move_to_another_stop_takes_the_seat_there_and_gives_the_one_here_to_the_line(desk: Desk) -> None:
    stops = toured(desk, {"seats": 1})
    ada = registered(desk, stops["vasa"], "Ada", language="fi")
    registered(desk, stops["vasa"], "Bo")
    there = to_stop(desk, stops, ada, "abo", CLOSED)
    assert (there.event_id, there.state, there.participant) == ("abo", CONFIRMED, ada.participant)
    assert there.outbox == (MailKind.CONFIRMED,)
    left = at(desk, stops["vasa"], "Ada")
    assert (left.state, left.outbox) == (CANCELLED, (MailKind.CANCELLED,))
    assert at(desk, stops["vasa"], "Bo").state is CONFIRMED
    for stop in stops.values():
        assert settled(desk, stop, CLOSED) == []


def test_a_move_to_a_stop_done_once_more_ends_the_same(desk: Desk) -> None:
    stops = toured(desk)
    ada = registered(desk, stops["vasa"], "Ada")
    there = to_stop(desk, stops, ada, "abo")
    with pytest.raises(RegisteredAlready, match=f"at abo, as {there.id}, confirmed"):
        to_stop(desk, stops, ada, "abo")
    assert to_stop(desk, stops, at(desk, stops["vasa"], "Ada"), "abo") == there
    assert alive(desk, stops) == ["abo"]


def test_one_may_be_moved_back_at_once(desk: Desk) -> None:
    stops = toured(desk)
    there = to_stop(desk, stops, registered(desk, stops["vasa"], "Ada"), "abo")
    back = to_stop(desk, stops, there, "vasa")
    assert (back.state, back.serial) == (CONFIRMED, 2)
    assert alive(desk, stops) == ["vasa"]


def test_a_full_stop_takes_nobody_who_has_a_seat_elsewhere(desk: Desk) -> None:
    stops = toured(desk, {"seats": 1})
    ada = registered(desk, stops["vasa"], "Ada")
    registered(desk, stops["abo"], "Bo")
    with pytest.raises(EventFull, match="the place at this one is kept"):
        to_stop(desk, stops, ada, "abo")
    assert at(desk, stops["vasa"], "Ada") == ada
    for stop in stops.values():
        assert settled(desk, stop) == []


def test_one_who_waits_is_seated_at_a_stop_with_seats_and_else_waits_at_the_end(desk: Desk) -> None:
    stops = toured(desk, {"seats": 1})
    for event_id, names in {"vasa": ("Ada", "Bo", "Cia"), "abo": ("Dan", "Eva")}.items():
        for name in names:
            registered(desk, stops[event_id], name)
    assert to_stop(desk, stops, at(desk, stops["vasa"], "Bo"), "seminarium").state is CONFIRMED
    cia = to_stop(desk, stops, at(desk, stops["vasa"], "Cia"), "abo", NOW + timedelta(hours=1))
    assert (cia.state, desk.registrations.place_in_line(cia)) == (WAITING, 2)
    for stop in stops.values():
        assert settled(desk, stop, NOW + timedelta(hours=1)) == []


def test_a_person_who_moves_can_register_at_no_third_stop_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = toured(desk)
    ada = registered(desk, stops["vasa"], "Ada")
    check = registering.check_organisation

    def meanwhile(*arguments: Any) -> None:
        monkeypatch.setattr(registering, "check_organisation", check)
        to_stop(desk, stops, ada, "abo")

    monkeypatch.setattr(registering, "check_organisation", meanwhile)
    with pytest.raises(AlreadyChanged):
        to_stop(desk, stops, ada, "seminarium")
    assert alive(desk, stops) == ["abo"]
    for stop in stops.values():
        assert settled(desk, stop) == []


def test_only_stops_of_the_same_tour_are_moved_to(desk: Desk) -> None:
    stops = toured(desk)
    other = changed_stop(desk, "vasa", tour=None)
    ada = registered(desk, stops["abo"], "Ada")
    alone = desk.events.get(other.id)
    with pytest.raises(InvalidInput, match="event: choose one of: vasa, seminarium"):
        assisting.move_to_stop(desk, stops["abo"], ada, stops["abo"], Mode.ONLINE, NOW)
    with pytest.raises(InvalidInput, match="event: the event is no stop of a tour"):
        assisting.move_to_stop(desk, alone, ada, stops["abo"], Mode.ONLINE, NOW)


def test_nobody_is_moved_to_a_stop_that_does_not_take_place(desk: Desk) -> None:
    stops = toured(desk)
    ada = registered(desk, stops["vasa"], "Ada")
    changed_stop(desk, "abo", cancelled=True)
    stops["abo"] = desk.events.get("abo")
    with pytest.raises(EventCancelled):
        to_stop(desk, stops, ada, "abo")
    assert at(desk, stops["vasa"], "Ada") == ada
