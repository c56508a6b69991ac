"""The handlers over HTTP as API Gateway calls them: bad input is told clearly, and writes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from tests.conftest import ROOT, an_event, utc
from tests.visiting import FORM, URLENCODED, Ask, everything, make_bucket, set_up_admin, text, whatever_it_is

from kallelse import editing, managing, proving
from kallelse.models import Mail, MailKind, MailState, Mode, Registration, RegistrationState
from kallelse.ports import Desk
from kallelse.registering import registration_id


@pytest.fixture
def ask(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Calls a handler with its settings, on the table of the desk."""
    make_bucket()
    set_up_admin(monkeypatch)
    monkeypatch.setattr("kallelse.config.system_clock", lambda: utc("2020-08-20T09:00"))
    from kallelse.handlers import admin, public
    from kallelse.handlers.admin.wiring import wiring as admin_wiring
    from kallelse.handlers.public.wiring import wiring

    for wired in (admin_wiring, wiring):
        wired.cache_clear()

    def call(
        handler: Any,
        method: str,
        path: str,
        body: str = "",
        kind: str = "",
        encoded: bool = False,
        **headers: str,
    ) -> Any:
        path, _, query = path.partition("?")
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "queryStringParameters": dict(parse_qsl(query)) or None,
            "headers": {"content-type": kind, **headers},
            "body": body,
            "isBase64Encoded": encoded,
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        }
        return whatever_it_is(handler, event)

    def choose(method: str, path: str, *arguments: Any, **headers: Any) -> Any:
        handler = admin.handler if path.startswith("/admin") else public.handler
        return call(handler, method, path, *arguments, **headers)

    yield choose
    for wired in (admin_wiring, wiring):
        wired.cache_clear()


def register(ask: Ask, body: str, kind: str = URLENCODED, event_id: str = "seminarium") -> dict[str, Any]:
    return ask("POST", f"/events/{event_id}/sv/registrations", body + proof(), kind)


def proof() -> str:
    """The stamp of a form that was shown a minute ago, as the last field of the form."""
    from kallelse.handlers.public.wiring import wiring

    shown_at = wiring().now() - timedelta(minutes=1)
    return "&" + urlencode({"proof": proving.issue(wiring().desk.events.get("seminarium"), shown_at)})


@pytest.fixture
def opened(desk: Desk) -> Desk:
    editing.apply(desk, an_event(), frozenset({"webbseminarium.example"}), utc("2020-08-20T09:00"))
    return desk


def written(desk: Desk) -> tuple[int, int]:
    [block] = desk.seats.blocks("seminarium", Mode.ONLINE)
    return len(desk.registrations.of_event("seminarium")), len(block.holders)


def test_a_good_form_is_answered_with_a_seat(ask: Ask, opened: Desk) -> None:
    answer = register(ask, urlencode(FORM))
    assert answer["statusCode"] == 200
    assert "Du är anmäld" in answer["body"]
    assert "onsdag 16 september 2020 kl. 13.00–15.45" in text(answer)
    assert written(opened) == (1, 1)


def test_a_form_is_read_as_the_gateway_sends_it_in_base64(ask: Ask, opened: Desk) -> None:
    body = b64encode((urlencode(FORM) + proof()).encode()).decode()
    answer = ask("POST", "/events/seminarium/sv/registrations", body, URLENCODED, encoded=True)
    assert answer["statusCode"] == 200
    assert written(opened) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"name": " "}, "name", "Fyll i det här fältet"),
        ({"name": "x" * 121}, "name", "Skriv något kortare här"),
        ({"name": "Ada\nBcc: all"}, "name", "Skriv på en rad"),
        ({"email": "ada"}, "email", "Skriv en e-postadress"),
        ({"email": "ada@example.org\r\nBcc: b@example.org"}, "email", "Skriv en e-postadress"),
        ({"organisation": ""}, "organisation", "Fyll i det här fältet"),
        ({"organisation_kind": "company"}, "organisation_kind", "Välj ett av alternativen"),
        ({"language": "de"}, "language", "Välj ett av alternativen"),
    ],
)
def test_a_wrong_field_is_named_the_rest_is_kept_and_nothing_written(
    ask: Ask, opened: Desk, changes: dict[str, str], field: str, told: str
) -> None:
    answer = register(ask, urlencode(FORM | changes))
    assert answer["statusCode"] == 422
    assert "<title>Fel: " in answer["body"]
    assert f'href="#{field}"' in answer["body"]
    assert told in answer["body"]
    kept = "Vasa" if field != "organisation" else "Ada Åberg"
    assert f'value="{kept}"' in answer["body"]
    assert written(opened) == (0, 0)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (json.dumps(FORM), "application/json", 415),
        (urlencode(FORM), "", 415),
        (urlencode(FORM | {"name": "x" * 13_000}), URLENCODED, 413),
        (urlencode(FORM | {"admin": "1"}), URLENCODED, 400),
        (urlencode(FORM) + "&name=Bo", URLENCODED, 400),
        ("name=%ff%fe", URLENCODED, 400),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_and_nothing_written(
    ask: Ask, opened: Desk, body: str, kind: str, status: int
) -> None:
    answer = register(ask, body, kind)
    assert answer["statusCode"] == status
    assert '<html lang="sv">' in answer["body"]
    assert written(opened) == (0, 0)


def test_what_a_visitor_writes_is_shown_as_text(ask: Ask, opened: Desk) -> None:
    answer = register(ask, urlencode(FORM | {"name": '"><script>alert(1)</script>', "email": "x"}))
    assert "<script>" not in answer["body"]


@pytest.mark.parametrize(
    "path", ["/events/nothing/sv", "/events/seminarium/xx", "/manage/wrong", "/join/wrong", "/nowhere"]
)
def test_an_unknown_address_leads_to_a_readable_page(ask: Ask, opened: Desk, path: str) -> None:
    answer = ask("GET", path)
    assert answer["statusCode"] == 404
    assert "<h1>" in answer["body"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fi-FI,fi;q=0.9,en;q=0.8", "fi"), ("de,en;q=0.5", "en"), ("de", "sv"), ("", "sv")],
)
def test_a_link_that_does_not_work_is_told_in_the_language_of_the_browser(
    ask: Ask, opened: Desk, accepted: str, language: str
) -> None:
    answer = ask("GET", "/manage/wrong", **{"accept-language": accepted})
    assert f'<html lang="{language}">' in answer["body"]


def test_an_unknown_event_takes_no_registration(ask: Ask, opened: Desk) -> None:
    assert register(ask, urlencode(FORM), event_id="nothing")["statusCode"] == 404


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "right"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/admin/events/seminarium"),
        ("GET", "/admin/events/seminarium"),
        ("GET", "/admin/events/seminarium/registrations"),
        ("POST", "/admin/events/seminarium/registrations/any/promote"),
        ("GET", "/admin/events/seminarium/figures"),
        ("GET", "/admin/events/seminarium/export"),
        ("POST", "/admin/events/seminarium/summaries"),
        ("GET", "/admin/events/seminarium/summaries"),
        ("GET", "/admin/events/seminarium/summaries/sv/1"),
        ("GET", "/admin/events/seminarium/summaries/sv/1/diff"),
        ("GET", "/admin/events/seminarium/summaries/en/1/compare"),
        ("POST", "/admin/events/seminarium/summaries/sv/1/state"),
        ("POST", "/admin/events/seminarium/summaries/sv/1/translations"),
        ("GET", "/admin/events/seminarium/distribution"),
        ("PUT", "/admin/events/seminarium/notes/ett"),
        ("GET", "/admin/events/seminarium/notes/ett"),
        ("POST", "/admin/events/seminarium/messages"),
        ("GET", "/admin/events/seminarium/messages"),
        ("GET", "/admin/events/seminarium/messages/1"),
        ("GET", "/admin/events/seminarium/registrations/any/preview/confirmed"),
    ],
)
def test_a_stranger_gets_nothing_from_the_admin_endpoint(
    ask: Ask, opened: Desk, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = ask(method, path, "{}", "application/json", **headers)
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["title"] == "Unauthorized"


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status", "told"),
    [
        ("PUT", "/admin/events/other", "a: [", "application/yaml", 422, "not valid YAML at line"),
        ("PUT", "/admin/events/other", "{}", "text/plain", 415, "application/yaml"),
        ("PUT", "/admin/events/other", "{}", "application/json", 422, "hosts"),
        ("PUT", "/admin/events/other", "x" * 1_000_001, "application/yaml", 413, "1000000 bytes"),
        ("GET", "/admin/events/other", "", "", 404, "no such event"),
        ("POST", "/admin/events/seminarium/registrations/any/promote", "", "", 404, "no such registration"),
        (
            "POST",
            "/admin/events/seminarium/summaries",
            "{}",
            "application/json",
            422,
            "language: ",
        ),
        (
            "POST",
            "/admin/events/seminarium/summaries",
            '{"language": "fi", "markdown": "x"}',
            "application/json",
            422,
            "choose one of: sv, en",
        ),
    ],
)
def test_bad_input_of_an_organiser_is_told_as_problem_json(
    ask: Ask, opened: Desk, method: str, path: str, body: str, kind: str, status: int, told: str
) -> None:
    answer = ask(method, path, body, kind, authorization="Bearer right")
    assert answer["statusCode"] == status
    assert "application/problem+json" in str(answer)
    assert told in answer["body"]
    events = [each["pk"]["S"] for each in everything() if each["sk"]["S"] == "EVENT"]
    assert events == ["EVENT#seminarium"]


def organise(ask: Ask, method: str, path: str, content: Any = None) -> dict[str, Any]:
    """What the admin endpoint answers an organiser of the seminar."""
    body = json.dumps(content) if content else ""
    address = f"/admin/events/seminarium{path}"
    return ask(method, address, body, "application/json", authorization="Bearer right")


def test_fewer_seats_than_are_taken_throw_nobody_out_and_the_organiser_is_told(
    ask: Ask, opened: Desk
) -> None:
    for name in ("ada", "bo"):
        register(ask, urlencode(FORM | {"email": f"{name}@example.org"}))
    answer = organise(ask, "PUT", "", an_event(seats=1).model_dump(mode="json", exclude_none=True))
    [notice] = json.loads(answer["body"])["notices"]
    assert notice.startswith("online: 2 seats are taken, 1 more than the 1 of the event.")
    assert written(opened) == (2, 2)


def test_more_seats_go_to_those_who_wait_at_once(ask: Ask, opened: Desk) -> None:
    for name in ("ada", "bo", "cia"):
        register(ask, urlencode(FORM | {"email": f"{name}@example.org"}))
    answer = organise(ask, "PUT", "", an_event(seats=3).model_dump(mode="json", exclude_none=True))
    assert json.loads(answer["body"])["notices"] == []
    states = [each.state for each in opened.registrations.of_event("seminarium")]
    assert states == [RegistrationState.CONFIRMED] * 3


def test_one_whom_an_organiser_promotes_comes_next_whatever_the_place_in_line(ask: Ask, opened: Desk) -> None:
    for name in ("ada", "bo", "cia", "dan"):
        register(ask, urlencode(FORM | {"email": f"{name}@example.org"}))
    record = opened.events.get("seminarium")
    ids = {name: registration_id(record, f"{name}@example.org") for name in ("ada", "bo", "cia", "dan")}
    waiting = [each.id for each in opened.registrations.of_event("seminarium") if each.block is None]
    last = max(waiting, key=lambda each: opened.registrations.place_in_line(stored(opened, each)))
    answer = organise(ask, "POST", f"/registrations/{last}/promote")
    assert json.loads(answer["body"])["state"] == "waiting"
    assert opened.registrations.place_in_line(stored(opened, last)) == 1
    managing.cancel(opened, record, stored(opened, ids["ada"]), utc("2020-08-20T09:10"))
    assert stored(opened, last).state is RegistrationState.CONFIRMED
    answer = organise(ask, "POST", f"/registrations/{ids['ada']}/promote")
    assert answer["statusCode"] == 409
    assert "does not wait" in answer["body"]


def a_stuck_mail(desk: Desk) -> Mail:
    now = utc("2020-08-20T09:00")
    mail = Mail(
        event_id="seminarium", kind=MailKind.CONFIRMED, recipient="r-ada", version=1,
        state=MailState.FAILED, stuck=True, due_at=now, created_at=now,
    )  # fmt: skip
    assert desk.mails.create(mail)
    return mail


def test_an_organiser_sees_the_mails_that_are_stuck_and_has_one_sent_again(ask: Ask, opened: Desk) -> None:
    register(ask, urlencode(FORM))
    mail = a_stuck_mail(opened)
    [listed] = json.loads(organise(ask, "GET", "/mails?stuck=true")["body"])["mails"]
    assert (listed["id"], listed["state"]) == (mail.id, "failed")
    answer = organise(ask, "POST", f"/mails/{mail.id}/decision", {"again": True})
    assert json.loads(answer["body"])["state"] == "pending"
    assert opened.mails.due(utc("2026-01-01T00:00")) == [mail.id]
    assert organise(ask, "POST", f"/mails/{mail.id}/decision", {"again": True})["statusCode"] == 409
    assert json.loads(organise(ask, "GET", "/mails?stuck=true")["body"])["mails"] == []


@pytest.mark.parametrize(
    ("mail_id", "content", "status"),
    [
        ("seminarium_confirmed_r-bo_1", {"again": True}, 404),
        ("annat_confirmed_r-ada_1", {"again": True}, 404),
        ("seminarium_confirmed_r-ada_1", {"again": "yes"}, 422),
        ("seminarium_confirmed_r-ada_1", {"later": True}, 422),
    ],
)
def test_a_decision_that_cannot_be_taken_changes_nothing(
    ask: Ask, opened: Desk, mail_id: str, content: dict[str, Any], status: int
) -> None:
    mail = a_stuck_mail(opened)
    answer = organise(ask, "POST", f"/mails/{mail_id}/decision", content)
    assert answer["statusCode"] == status
    assert opened.mails.get(mail.id) == mail


def stored(desk: Desk, registration: str) -> Registration:
    found = desk.registrations.find("seminarium", registration)
    assert found
    return found


NEEDED_BY_OTHERS = {
    "public": {"yaml", "nh3", "markdown_it", "icalendar", "kallelse.adapters.ses", "kallelse.adapters.s3"},
    "admin": {"babel", "jinja2", "nh3", "markdown_it", "icalendar", "kallelse.composing"},
}
"""What a handler must not load for every request."""


@pytest.mark.parametrize("name", NEEDED_BY_OTHERS)
def test_a_handler_does_not_import_what_only_others_or_few_routes_need(name: str) -> None:
    code = f"import sys, kallelse.handlers.{name}; print(*sys.modules)"
    environment = {"PYTHONPATH": str(ROOT / "functions")}
    loaded = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not NEEDED_BY_OTHERS[name] & set(loaded)
