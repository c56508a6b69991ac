"""What operators are shown of the business: registrations, seats, lateness, and mails."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from tests.people import TWO_MODES, found, link, registered
from tests.visiting import FORM, MINUTE, NOW, Ask, Time, opened, registrations, send

from kallelse import checking, dispatching, managing
from kallelse.models import EventRecord, Mode, RegistrationState
from kallelse.observability import METRICS
from kallelse.ports import Desk
from kallelse.proving import issue
from kallelse.seating import GRACE

QUIET = GRACE + timedelta(seconds=1)


class Told:
    """What a tick tells."""

    def __init__(self) -> None:
        self.lateness: list[float] = []
        self.sold_out = 0

    def __call__(self, name: dispatching.Measured, value: float) -> None:
        assert name in METRICS
        if name == "EventsSoldOut":
            self.sold_out += int(value)
        else:
            self.lateness.append(value)


@pytest.fixture
def told() -> Told:
    return Told()


def counted(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The sums of what went out since it was asked last."""
    sums: Counter[str] = Counter()
    for line in map(json.loads, capsys.readouterr().out.splitlines()):
        for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
            sums[each["Name"]] += sum(line[each["Name"]])
    return dict(sums)


def submitted(ask: Ask, record: EventRecord, name: str) -> int:
    """The status of the answer to the form of a person."""
    who = {"name": name, "email": f"{name.lower()}@example.org"}
    return int(send(ask, record, who)["statusCode"])


def test_what_becomes_of_forms_is_counted(
    ask: Ask, desk: Desk, capsys: pytest.CaptureFixture[str], time: Time
) -> None:
    record = opened(desk)
    assert [submitted(ask, record, name) for name in ("Ada", "Bo", "Cia")] == [200, 200, 200]
    assert counted(capsys) == {"RegistrationsAccepted": 2, "RegistrationsWaiting": 1}
    assert submitted(ask, record, "Ada") == 200
    assert counted(capsys) == {}, (
        "an address that is registered already is told the same, and counted no more"
    )
    page = link(desk, found(desk, record, "ada@example.org"))
    assert ask("POST", f"{page}/cancel")["statusCode"] == 200
    assert counted(capsys) == {"RegistrationsCancelled": 1}
    time.now = record.event.closes_at
    who = FORM | {"email": "dan@example.org", "proof": issue(record, time.now - MINUTE)}
    assert ask("POST", "/events/seminarium/sv/registrations", who)["statusCode"] == 409
    assert counted(capsys) == {"RegistrationsRefused": 1}


def test_what_organisers_do_by_hand_is_counted_too(
    organise: Ask, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(desk, seats=1)
    for name in ("Ada", "Bo"):
        who = {"name": name, "email": f"{name}@example.org", "language": "sv"}
        who |= {"organisation": "Vasa", "organisation_kind": "municipality"}
        assert organise("POST", "/registrations", {"participant": who})["statusCode"] == 201
    assert counted(capsys) == {"RegistrationsAccepted": 1, "RegistrationsWaiting": 1}
    [ada] = [each for each in registrations(desk) if each.state is RegistrationState.CONFIRMED]
    for _ in range(2):
        assert organise("POST", f"/registrations/{ada.id}/cancel")["statusCode"] == 200
    assert counted(capsys) == {"RegistrationsCancelled": 1}


def test_checks_are_counted_apart(ask: Ask, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    record = opened(desk, canary=True)
    answer = send(ask, record, {"email": checking.PARTICIPANT})
    page = answer["headers"]["Link"].split(">")[0].removeprefix("<")
    assert counted(capsys) == {"CanaryRegistered": 1}
    assert ask("POST", f"{page}/cancel")["statusCode"] == 200
    assert counted(capsys) == {"CanaryCancelled": 1}


def test_the_lateness_is_the_time_since_the_first_of_the_due_work_fell_due(desk: Desk, told: Told) -> None:
    record = opened(desk, reminders=["P2D", "P3D"])
    dispatching.tick(desk, NOW, told)
    dispatching.tick(desk, NOW + MINUTE, told)
    at = record.event.starts_at - timedelta(days=3)
    dispatching.tick(desk, at + 7 * MINUTE, told)
    dispatching.tick(desk, at + 8 * MINUTE, told)
    assert told.lateness == [0.0, 0.0, 420.0, 0.0]


def test_nobody_s_arrival_is_taken_for_lateness(desk: Desk, told: Told) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    dispatching.tick(desk, NOW, told)
    later = NOW + timedelta(days=5)
    managing.send_link_again(desk, record, ada.participant.email, later)
    managing.cancel(desk, record, found(desk, record, ada.participant.email), later)
    assert desk.agenda.due(later + MINUTE).registrations
    dispatching.tick(desk, later + MINUTE, told)
    assert told.lateness == [0.0, 0.0]


def test_an_event_that_has_just_got_full_is_told_once_a_day(
    desk: Desk, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    dispatching.tick(desk, NOW + QUIET, told)
    assert told.sold_out == 0
    registered(desk, record, "Bo")
    with caplog.at_level("INFO", "kallelse"):
        dispatching.tick(desk, NOW + QUIET, told)
    assert told.sold_out == 1
    [line] = [each for each in caplog.records if each.message == "an event is sold out"]
    assert vars(line)["event"] == "seminarium"
    registered(desk, record, "Cia")  # waits, and gets the seat of Ada
    managing.cancel(desk, record, ada, NOW + MINUTE)
    dispatching.tick(desk, NOW + MINUTE + QUIET, told)
    assert told.sold_out == 1
    tomorrow = NOW + timedelta(days=1, minutes=2)
    managing.cancel(desk, record, found(desk, record, "cia@example.org"), tomorrow)
    dispatching.tick(desk, tomorrow + QUIET, told)
    assert told.sold_out == 1
    registered(desk, record, "Dan", at=tomorrow + 2 * MINUTE)
    dispatching.tick(desk, tomorrow + 2 * MINUTE + QUIET, told)
    assert told.sold_out == 2


def test_an_event_with_several_modes_is_sold_out_once_each_of_them_is(desk: Desk, told: Told) -> None:
    record = opened(desk, **TWO_MODES)
    for name in ("Ada", "Bo"):
        registered(desk, record, name)
    dispatching.tick(desk, NOW + QUIET, told)
    assert told.sold_out == 0
    registered(desk, record, "Cia", Mode.ON_SITE)
    dispatching.tick(desk, NOW + QUIET, told)
    assert told.sold_out == 1


@pytest.mark.parametrize("changes", [{"cancelled": True}, {"last_day_to_register": "2020-08-19"}])
def test_that_nobody_can_register_any_more_is_no_news(
    desk: Desk, told: Told, changes: dict[str, object]
) -> None:
    record = opened(desk, seats=1)
    registered(desk, record, "Ada")
    opened(desk, seats=1, **changes)
    dispatching.tick(desk, NOW + QUIET, told)
    assert told.sold_out == 0
