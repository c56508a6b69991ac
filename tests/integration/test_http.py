"""The handlers over HTTP as API Gateway calls them: bad input is told clearly, and writes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from tests.conftest import ROOT, an_event, utc

from kallelse import editing
from kallelse.ports import Desk

FORM = {
    "name": "Ada Åberg",
    "email": "ada@example.org",
    "organisation": "Vasa",
    "organisation_kind": "municipality",
    "language": "sv",
}
URLENCODED = "application/x-www-form-urlencoded"
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Calls a handler with its settings, on the table of the desk."""
    boto3.client("s3").create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    settings = {
        "TABLE": "kallelse",
        "BUCKET": "bucket",
        "TEMPLATES": str(ROOT / "templates"),
        "MEETING_HOSTS": "webbseminarium.example",
        "LOCAL": "1",
        "LOCAL_TOKEN": "right",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"KALLELSE_{name}", value)
    monkeypatch.setattr("kallelse.config.system_clock", lambda: utc("2020-08-20T09:00"))
    from kallelse.handlers import admin, public

    for module in (admin, public):
        module._wiring.cache_clear()

    def call(handler: Any, method: str, path: str, body: str = "", kind: str = "", **headers: str) -> Any:
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"content-type": kind, **headers},
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        }
        return handler(event, None)

    def choose(method: str, path: str, *arguments: str, **headers: str) -> Any:
        handler = admin.handler if path.startswith("/admin") else public.handler
        return call(handler, method, path, *arguments, **headers)

    yield choose
    for module in (admin, public):
        module._wiring.cache_clear()


def register(ask: Ask, body: str, kind: str = URLENCODED, event_id: str = "seminarium") -> dict[str, Any]:
    return ask("POST", f"/events/{event_id}/sv/registrations", body, kind)


@pytest.fixture
def opened(desk: Desk) -> Desk:
    editing.apply(desk, an_event(), frozenset({"webbseminarium.example"}))
    return desk


def written(desk: Desk) -> tuple[int, int]:
    [block] = desk.seats.blocks("seminarium")
    return len(desk.registrations.of_event("seminarium")), len(block.holders)


def test_a_good_form_is_answered_with_a_seat(ask: Ask, opened: Desk) -> None:
    answer = register(ask, urlencode(FORM))
    assert answer["statusCode"] == 200
    assert "Du är anmäld" in answer["body"]
    assert "onsdag 16 september 2020 kl. 13.00–15.45" in answer["body"]
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
        (urlencode(FORM | {"name": "x" * 9000}), URLENCODED, 413),
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


def test_an_unknown_event_takes_no_registration(ask: Ask, opened: Desk) -> None:
    assert register(ask, urlencode(FORM), event_id="nothing")["statusCode"] == 404


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "right"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/admin/events/seminarium"),
        ("GET", "/admin/events/seminarium"),
        ("GET", "/admin/events/seminarium/registrations"),
        ("GET", "/admin/events/seminarium/figures"),
        ("POST", "/admin/events/seminarium/summaries"),
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
        ("PUT", "/admin/events/other", "{}", "application/json", 422, "seats"),
        ("PUT", "/admin/events/other", "x" * 1_000_001, "application/yaml", 413, "1000000 bytes"),
        ("GET", "/admin/events/other", "", "", 404, "no such event"),
        (
            "POST",
            "/admin/events/seminarium/summaries",
            "[]",
            "application/json",
            400,
            "language and markdown",
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
    assert [record.event.id for record in opened.events.live()] == ["seminarium"]


def test_the_public_handler_does_not_import_what_only_others_need() -> None:
    code = "import sys, kallelse.handlers.public; print(*sys.modules)"
    environment = {"PYTHONPATH": str(ROOT / "functions")}
    loaded = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"yaml", "nh3", "markdown_it", "kallelse.adapters.ses", "kallelse.adapters.s3"} & set(loaded)
