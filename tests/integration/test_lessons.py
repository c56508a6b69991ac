"""What went wrong in other registration systems, and must not here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.conftest import utc
from tests.guarantees import breaches, by_name, form, opened

from kallelse import dispatching, erasing, managing, registering, seating
from kallelse.errors import ColleagueRefused, RegistrationClosed
from kallelse.models import EventRecord, MailKind, Mode, RegistrationState
from kallelse.ports import Desk

NOW = utc("2020-08-20T09:00")
UNCONFIRMED, CONFIRMED, WAITING, OFFERED, CANCELLED = RegistrationState


def register(desk: Desk, record: EventRecord, *names: str) -> None:
    for minute, name in enumerate(names):
        registering.register(desk, record, form(name, "Vasa"), NOW + timedelta(minutes=minute))


def states(desk: Desk, record: EventRecord) -> dict[str, RegistrationState]:
    return {name: each.state for name, each in by_name(desk, record.event.id).items()}


def test_a_waiting_list_offer_never_goes_out_after_the_start(desk: Desk) -> None:
    record = opened(desk, NOW, seats=1, offer="PT4H")
    register(desk, record, "Ada", "Bo", "Cia")
    before, start = record.event.starts_at - timedelta(minutes=5), record.event.starts_at
    managing.cancel(desk, record, by_name(desk, record.event.id)["Ada"], before)
    offered = by_name(desk, record.event.id)["Bo"]
    assert (offered.state, offered.held_until) == (OFFERED, start)
    for minutes in range(5):
        dispatching.tick(desk, start + timedelta(minutes=minutes))
    with pytest.raises(RegistrationClosed):
        seating.promote(desk, record, by_name(desk, record.event.id)["Cia"], start)
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": CANCELLED, "Cia": WAITING}
    cia = by_name(desk, record.event.id)["Cia"].mailbox
    told = {mail.kind for mail in desk.mails.of_event(record.event.id) if mail.recipient == cia}
    assert told == {MailKind.WAITING}


def test_deleting_something_unused_releases_no_seat_on_a_full_event(desk: Desk) -> None:
    record = opened(desk, NOW, seats=1, seats_per_organisation=3)
    register(desk, record, "Ada", "Bo", "Cia")
    people = by_name(desk, record.event.id)
    managing.cancel(desk, record, people["Bo"], NOW)
    managing.cancel(desk, record, by_name(desk, record.event.id)["Bo"], NOW)
    for name in ("Bo", "Cia"):
        erasing.erase(desk, record, by_name(desk, record.event.id)[name], NOW)
    desk.seats.release(record.event.id, Mode.ONLINE, 0, people["Cia"].holder, NOW)
    dispatching.tick(desk, NOW + timedelta(hours=1))
    assert states(desk, record) == {"Ada": CONFIRMED}
    assert not breaches(desk, record.event.id, NOW)


def test_erasing_one_who_passed_the_seat_on_leaves_the_colleague_counted(desk: Desk) -> None:
    record = opened(desk, NOW, seats=5, seats_per_organisation=1)
    register(desk, record, "Ada")
    ada = by_name(desk, record.event.id)["Ada"]
    managing.substitute(desk, record, ada, "Bo", "bo@example.org", NOW)
    erasing.erase(desk, record, by_name(desk, record.event.id)["Ada"], NOW)
    assert states(desk, record) == {"Bo": CONFIRMED}
    assert not breaches(desk, record.event.id, NOW)


def test_cancelling_frees_the_seat_at_once_for_the_first_in_line(desk: Desk) -> None:
    record = opened(desk, NOW, seats=1)
    register(desk, record, "Ada", "Bo", "Cia")
    managing.cancel(desk, record, by_name(desk, record.event.id)["Ada"], NOW)
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": CONFIRMED, "Cia": WAITING}


def test_a_full_event_lets_a_colleague_take_the_seat(desk: Desk) -> None:
    record = opened(desk, NOW, seats=1, seats_per_organisation=2)
    register(desk, record, "Ada", "Bo")
    ada = by_name(desk, record.event.id)["Ada"]
    managing.substitute(desk, record, ada, "Cia", "cia@example.org", NOW)
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": WAITING, "Cia": CONFIRMED}
    cancelled = by_name(desk, record.event.id)["Ada"]
    with pytest.raises(ColleagueRefused):
        managing.substitute(desk, record, cancelled, "Dan", "dan@example.org", NOW)
    assert not breaches(desk, record.event.id, NOW)


def test_promotion_goes_on_past_an_invalid_entry_of_the_waiting_list(desk: Desk) -> None:
    record = opened(desk, NOW, seats=2)
    register(desk, record, "Ada", "Bo", "Cia", "Dan")
    people = by_name(desk, record.event.id)
    # Cia's registration goes, and her entry in the line stays behind.
    gone = people["Cia"].model_copy(update={"state": CONFIRMED})
    assert desk.registrations.erase(gone)
    assert desk.registrations.count_waiting(record.event.id, Mode.ONLINE) == 2
    managing.cancel(desk, record, people["Ada"], NOW)
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": CONFIRMED, "Dan": CONFIRMED}
