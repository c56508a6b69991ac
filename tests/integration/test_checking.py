"""`kallelse check`: a program registers as a visitor does and cancels, at an event that is there for it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from tests.commanding import Wire
from tests.conftest import ROOT
from tests.desks import Desks
from tests.organisers import browsing
from tests.visiting import MINUTE, NOW, Ask, Time, opened, send
from typer.testing import Result

from kallelse import checking, editing, links
from kallelse.cli import check as command
from kallelse.cli.client import Answer
from kallelse.models import Event, EventRecord, MailKind, Purpose, RegistrationState
from kallelse.ports import Desk

PAGE = "https://desk.example/events/canary/sv"
FILE = ROOT / "templates/events/canary.yaml"
STEPS = ["page", "register", "link", "cancel", "revoked"]


@pytest.fixture
def record(desk: Desk) -> EventRecord:
    """The event of the file that comes with Kallelse, as if it were this year's."""
    days = {"starts": "2020-12-31T12:00", "ends": "2020-12-31T13:00", "last_day_to_register": "2020-12-30"}
    event = Event.model_validate(yaml.safe_load(FILE.read_text()) | days)
    return editing.apply(desk, event, frozenset({"webbseminarium.example"}), NOW)


@pytest.fixture
def wire(ask: Ask, time: Time) -> Wire:
    """A wire to the public pages, over which nobody shows who asks."""
    from kallelse.handlers import public

    class Unhurried(list[float]):
        def append(self, seconds: float) -> None:
            super().append(seconds)
            time.now += MINUTE * seconds / 60

    return Wire(public.handler, pauses=Unhurried())


def checked(wire: Wire, code: int = 0) -> Result:
    return wire.run("check", PAGE, code=code)


def done(result: Result) -> dict[str, str]:
    """How each step went; the function's metrics go to stdout too, as all is one process."""
    lines = [line.split("\t") for line in result.stdout.splitlines() if not line.startswith("{")]
    return {name: how for name, how, *_ in lines}


def test_a_check_does_what_a_visitor_does_and_leaves_the_seats_as_they_were(
    wire: Wire, desk: Desk, record: EventRecord
) -> None:
    for number in (1, 2):
        assert done(checked(wire)) == dict.fromkeys(STEPS, "ok")
        [registration] = desk.registrations.of_event("canary")
        assert (registration.state, registration.serial) == (RegistrationState.CANCELLED, number)
    assert [block.free for block in desk.seats.all_blocks("canary")["online"] if block.seats] == [5]  # type: ignore[index]
    assert not [each for each in wire.sent if "Authorization" in each.headers]


def test_each_step_tells_how_long_it_took(wire: Wire, record: EventRecord) -> None:
    took = re.findall(r"^\w+\tok\t\d+ ms$", checked(wire).stdout, re.MULTILINE)
    assert len(took) == len(STEPS)


def test_its_mails_go_to_the_simulator_of_the_mail_service(
    wire: Wire, desk: Desk, record: EventRecord, time: Time
) -> None:
    checked(wire)
    desks = Desks(desk)
    desks.tick(time.now + MINUTE)
    assert [(who, kind) for _, who, kind in desks.sent] == [("success", MailKind.CANCELLED)]
    assert checking.PARTICIPANT == command.PARTICIPANT["email"] == "success@simulator.amazonses.com"


def test_a_check_that_broke_off_is_made_good_by_the_next(wire: Wire, desk: Desk, record: EventRecord) -> None:
    wire.fail(None, None, None, Answer(503, {}, b""))
    assert done(checked(wire, code=7)) == {"page": "ok", "register": "ok", "link": "ok", "cancel": "failed"}
    [left] = desk.registrations.of_event("canary")
    assert left.state is RegistrationState.CONFIRMED
    assert done(checked(wire)) == dict.fromkeys(STEPS, "ok")


BROKEN: dict[str, tuple[tuple[Any, ...], int]] = {
    "page": (("lost",), 7),
    "register": ((None, Answer(409, {"apigw-requestid": "abc="}, b"")), 3),
    "link": ((None, None, Answer(404, {}, b"")), 4),
    "cancel": ((None, None, None, Answer(500, {}, b"")), 1),
    "revoked": ((None, None, None, None, Answer(200, {}, b"")), 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_ends_the_check_with_its_name_and_an_exit_code(
    wire: Wire, record: EventRecord, step: str
) -> None:
    faults, code = BROKEN[step]
    wire.fail(*faults)
    result = checked(wire, code)
    assert list(done(result)) == STEPS[: STEPS.index(step) + 1]
    assert done(result)[step] == "failed"
    assert result.stderr.startswith(f"{step}: ")
    if step == "register":
        assert "409" in result.stderr
        assert "request abc=" in result.stderr


def test_an_event_that_takes_no_registrations_or_is_none_for_checks_fails_the_check(
    wire: Wire, desk: Desk, record: EventRecord, time: Time
) -> None:
    changed = record.event.model_copy(update={"canary": False})
    editing.apply(desk, changed, frozenset({"webbseminarium.example"}), NOW)
    assert "canary: true" in checked(wire, code=1).stderr
    time.now = record.event.closes_at
    assert "is registration open?" in checked(wire, code=1).stderr
    assert "404" in wire.run("check", "https://desk.example/events/nowhere/sv", code=4).stderr


def test_what_is_checked_is_reached_over_https(wire: Wire) -> None:
    assert wire.run("check", "http://desk.example/events/canary/sv", code=2).stdout == ""
    assert wire.sent == []


ELSEWHERE: list[tuple[dict[str, Any], str]] = [
    ({"canary": True}, "ada@example.org"),
    ({}, checking.PARTICIPANT),
]


@pytest.mark.parametrize(("event", "address"), ELSEWHERE)
def test_nobody_else_is_answered_with_a_link(
    ask: Ask, desk: Desk, event: dict[str, Any], address: str
) -> None:
    record = opened(desk, **event)
    for _ in range(2):
        assert "Link" not in send(ask, record, {"email": address})["headers"]


def test_the_link_is_in_no_page(ask: Ask, desk: Desk) -> None:
    answer = send(ask, opened(desk, canary=True), {"email": checking.PARTICIPANT})
    secret = answer["headers"]["Link"].split("/")[2].split(">")[0]
    assert links.follow(desk, secret, Purpose.MANAGE)
    assert secret not in answer["body"]


def test_an_event_for_checks_is_in_no_list_but_the_endpoint_s(
    ask: Ask, desk: Desk, record: EventRecord, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(desk)
    with browsing(monkeypatch, time) as browser:
        browser.enter()
        lists = [ask("GET", "/sitemap.xml")["body"], browser.ask("GET", "/organiser")["body"]]
    assert ["/events/seminarium" in each for each in lists] == [True, True]
    assert not [each for each in lists if "canary" in each]
    assert [each.id for each in desk.events.listed(None, 10)] == ["canary", "seminarium"]


def test_an_event_for_checks_is_no_stop_of_a_tour(desk: Desk) -> None:
    tour = {"id": "turne", "title": {"sv": "Turné"}, "stops": 2}
    with pytest.raises(ValueError, match="canary must not be a stop"):
        opened(desk, canary=True, tour=tour)
