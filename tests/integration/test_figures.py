"""The figures of a small event, counted by hand: around midnight, and where the clocks are put back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from tests.conftest import a_participant, an_event, utc
from tests.people import TWO_MODES, registered
from tests.visiting import NOW, Ask, opened

from kallelse import managing
from kallelse.figures import figures
from kallelse.models import EventRecord, Figures, Mail, MailKind, MailState, Mode, Registration
from kallelse.models.figures import DayFigures
from kallelse.ports import Desk

AUTUMN: dict[str, Any] = {
    "starts": "2020-10-28T13:00",
    "ends": "2020-10-28T15:00",
    "last_day_to_register": "2020-10-27",
}

TOLD = ("organisation", "organisation_kind", "language")


def a_registration(name: str, arrived: str, state: str = "confirmed", **fields: Any) -> Registration:
    """A registration, with what the participant told and other instants (UTC) among the fields."""
    told: dict[str, Any] = {key: fields.pop(key) for key in TOLD if key in fields}
    instants = {key: utc(fields.pop(key)) for key in list(fields) if key.endswith("_at")}
    registration = Registration(
        id=name.lower(),
        event_id="seminarium",
        holder=name.lower(),
        participant=a_participant(name).model_copy(update=told),
        mode=fields.pop("mode", Mode.ONLINE),
        state=state,
        registered_at=utc(arrived),
    )
    return registration.model_copy(update=fields | instants)


def counted(desk: Desk, *registrations: Registration, **changes: Any) -> Figures:
    """The figures of the autumn's event with these registrations."""
    listed: Any = SimpleNamespace(of_event=lambda _: list(registrations))
    record = EventRecord.new(an_event(**AUTUMN | changes), "00", NOW)
    return figures(replace(desk, registrations=listed), record)


def days(found: Figures) -> list[tuple[str, int, int, int]]:
    return [(str(each.day), each.arrived, each.cancelled, each.confirmed) for each in found.days]


def test_a_day_is_one_of_the_events_zone_and_begins_at_its_midnight(desk: Desk) -> None:
    # In summer Helsinki is three hours ahead: 21 o'clock in UTC is midnight there.
    found = counted(
        desk,
        a_registration("Ada", "2020-10-20T20:59:59", confirmed_at="2020-10-20T20:59:59"),
        a_registration("Bo", "2020-10-20T21:00:00", confirmed_at="2020-10-20T21:00:00"),
    )
    assert days(found) == [("2020-10-20", 1, 0, 1), ("2020-10-21", 1, 0, 2)]


def test_the_day_on_which_the_clocks_are_put_back_has_25_hours(desk: Desk) -> None:
    # 25 October 2020 lasts in Helsinki from 21 o'clock in UTC the day before until 22 o'clock.
    found = counted(
        desk,
        a_registration("Ada", "2020-10-24T20:59:59", confirmed_at="2020-10-24T20:59:59"),
        a_registration("Bo", "2020-10-24T21:00:00", confirmed_at="2020-10-24T21:00:00"),
        a_registration("Cia", "2020-10-25T21:59:59", confirmed_at="2020-10-25T21:59:59"),
        a_registration("Dan", "2020-10-25T22:00:00", confirmed_at="2020-10-25T22:00:00"),
    )
    assert days(found) == [("2020-10-24", 1, 0, 1), ("2020-10-25", 2, 0, 3), ("2020-10-26", 1, 0, 4)]


def test_a_seat_counts_from_the_day_it_is_confirmed_to_the_day_it_is_given_back(desk: Desk) -> None:
    found = counted(
        desk,
        a_registration("Ada", "2020-10-01T09:00", confirmed_at="2020-10-01T09:00"),
        a_registration(
            "Bo",
            "2020-10-01T09:05",
            "cancelled",
            confirmed_at="2020-10-01T09:05",
            cancelled_at="2020-10-05T09:00",
        ),
        # Waited for three days, and was seated when Bo cancelled.
        a_registration("Cia", "2020-10-02T09:00", confirmed_at="2020-10-05T09:00"),
        # Registered and cancelled on one day.
        a_registration(
            "Dan",
            "2020-10-06T09:00",
            "cancelled",
            confirmed_at="2020-10-06T09:00",
            cancelled_at="2020-10-06T10:00",
        ),
        a_registration(
            "Eva", "2020-10-07T09:00", "cancelled", cancelled_at="2020-10-08T09:00"
        ),  # waited in vain
        a_registration("Fia", "2020-10-09T09:00", "waiting"),
        a_registration("Gun", "2020-10-09T09:00", "unconfirmed"),
    )
    assert days(found) == [
        ("2020-10-01", 2, 0, 2),
        ("2020-10-02", 1, 0, 2),
        ("2020-10-05", 0, 1, 2),
        ("2020-10-06", 1, 1, 2),
        ("2020-10-07", 1, 0, 2),
        ("2020-10-08", 0, 1, 2),
        ("2020-10-09", 2, 0, 2),
    ]
    assert found.registrations == {"confirmed": 2, "cancelled": 3, "waiting": 1, "unconfirmed": 1}


def test_whoever_cancelled_counts_by_state_alone(desk: Desk) -> None:
    found = counted(
        desk,
        a_registration("Ada", "2020-10-01T09:00", language="sv"),
        a_registration("Bo", "2020-10-01T09:00", language="fi", organisation=" vasa ", mode=Mode.ON_SITE),
        a_registration("Cia", "2020-10-01T09:00", "waiting", organisation=None, organisation_kind=None),
        a_registration("Dan", "2020-10-01T09:00", "cancelled", organisation="Korsholm", language="en"),
        a_registration("Eva", "2020-10-01T09:00", organisation="Skatteverket", organisation_kind="agency"),
    )
    assert found.languages == {"sv": 3, "fi": 1}
    assert found.modes == {"online": 3, "on-site": 1}
    assert found.organisation_kinds == {"municipality": 2, "untold": 1, "agency": 1}
    assert found.organisations == 2


def test_the_share_of_those_who_joined_is_of_those_who_have_a_seat(desk: Desk) -> None:
    found = counted(
        desk,
        a_registration("Ada", "2020-10-01T09:00", joined_at="2020-10-28T11:00"),
        a_registration("Bo", "2020-10-01T09:00"),
        a_registration("Cia", "2020-10-01T09:00"),
        a_registration("Dan", "2020-10-01T09:00", "cancelled", joined_at="2020-10-28T11:00"),
        a_registration("Eva", "2020-10-01T09:00", "waiting"),
        a_registration("Fia", "2020-10-01T09:00", mode=Mode.ON_SITE),
    )
    assert found.joined == 2
    assert (found.attendance.seated, found.attendance.joined, found.attendance.share) == (4, 1, 0.25)
    online, on_site = found.attendance.modes[Mode.ONLINE], found.attendance.modes[Mode.ON_SITE]
    assert (online.seated, online.joined, online.share) == (3, 1, 0.333)
    assert (on_site.seated, on_site.joined, on_site.share) == (1, 0, 0.0)


def test_an_event_without_anybody_has_figures_too(desk: Desk) -> None:
    found = figures(desk, opened(desk))
    assert (found.seats.total, found.seats.free, found.registrations, found.days) == (2, 2, {}, ())
    assert (found.attendance.share, found.attendance.modes, found.survey) == (None, {}, None)


def test_seats_are_counted_by_mode_with_those_who_wait(desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    for name in ("Ada", "Bo", "Cia"):
        registered(desk, record, name)
    registered(desk, record, "Dan", Mode.ON_SITE)
    seats = figures(desk, record).seats
    assert (seats.total, seats.taken, seats.free, seats.waiting) == (3, 3, 0, 1)
    assert seats.modes[Mode.ONLINE].model_dump() == {"total": 2, "taken": 2, "free": 0, "waiting": 1}
    assert seats.modes[Mode.ON_SITE].model_dump() == {"total": 1, "taken": 1, "free": 0, "waiting": 0}


def test_an_event_that_got_fewer_seats_than_are_taken_has_none_free(desk: Desk) -> None:
    record = opened(desk)
    for name in ("Ada", "Bo"):
        registered(desk, record, name)
    seats = figures(desk, opened(desk, seats=1)).seats
    assert (seats.total, seats.taken, seats.free) == (1, 2, 0)


def test_mails_are_counted_by_kind_and_state(desk: Desk) -> None:
    record = opened(desk)
    for number, state in enumerate((MailState.DELIVERED, MailState.DELIVERED, MailState.BOUNCED)):
        desk.mails.create(
            Mail(
                event_id=record.event.id,
                kind=MailKind.REMINDER,
                recipient=f"r-{number}",
                version=1,
                state=state,
                created_at=NOW,
            )
        )
    assert figures(desk, record).mails == {"reminder": {"delivered": 2, "bounced": 1}}


def test_the_figures_can_be_kept_as_json_and_read_again(organise: Ask, desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo", Mode.ON_SITE)
    managing.cancel(desk, record, ada, NOW)
    found = figures(desk, record)
    told = json.loads(organise("GET", "/figures")["body"])
    assert Figures.model_validate(told) == found
    assert found.registrations == {"cancelled": 1, "confirmed": 1}


def test_nobody_is_named_in_the_figures(organise: Ask, desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada", organisation="Korsholm", greeting="Hej", accessibility="Slinga")
    told = organise("GET", "/figures")["body"]
    personal = ("Ada", "ada", "example.org", "Korsholm", "Hej", "Slinga", ada.id)
    assert not [word for word in personal if word in told]
    assert (
        DayFigures(day=date(2020, 8, 20), arrived=1, cancelled=0, confirmed=1) in figures(desk, record).days
    )
