"""A visitor at the pages: calls the public handler as API Gateway does, and fills in the form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import boto3
import pytest
from tests.conftest import ROOT, an_event, utc

from kallelse import editing
from kallelse.models import EventRecord, Registration
from kallelse.ports import Desk
from kallelse.proving import issue

NOW = utc("2020-08-20T09:00")
MINUTE = timedelta(minutes=1)
PAGE = "/events/seminarium"
LANGUAGES = ["sv", "fi", "en"]
URLENCODED = "application/x-www-form-urlencoded"
FORM = {
    "name": "Ada Åberg",
    "email": "ada@example.org",
    "organisation": "Vasa",
    "organisation_kind": "municipality",
    "language": "sv",
}
DIET: dict[str, Any] = {
    "id": "diet",
    "kind": "multiple-choice",
    "label": {"sv": "Specialdieter"},
    "shown_when": {"question": "lunch", "answers": ["yes"]},
    "choices": [
        {"id": "vegetarian", "label": {"sv": "Vegetarisk"}},
        {"id": "gluten-free", "label": {"sv": "Glutenfri"}},
    ],
}
Ask = Callable[..., dict[str, Any]]


class Time:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def set_up_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the admin function in the local cloud, which lets "Bearer right" in."""
    settings = {
        "TABLE": "kallelse",
        "BUCKET": "bucket",
        "TEMPLATES": str(ROOT / "templates"),
        "MEETING_HOSTS": "webbseminarium.example",
        "SENDER": "kallelse@desk.example",
        "LOCAL": "1",
        "LOCAL_TOKEN": "right",  # pragma: allowlist secret: of the tests
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"KALLELSE_{name}", value)
    # Years later nothing would be shown of the people at the example event.
    monkeypatch.setattr("kallelse.config.system_clock", lambda: NOW)


def make_bucket() -> None:
    """The bucket of those settings."""
    boto3.client("s3").create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )


def request(method: str, path: str, fields: dict[str, Any], source: str = "192.0.2.1") -> dict[str, Any]:
    """A request as API Gateway hands it to a function."""
    path, _, query = path.partition("?")
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": dict(parse_qsl(query)),
        "headers": {"content-type": URLENCODED},
        "body": urlencode(fields, doseq=True),
        "isBase64Encoded": False,
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": source},
            "domainName": "desk.example",
            "stage": "$default",
        },
    }


def whatever_it_is(handler: Any, called: dict[str, Any]) -> Any:
    """What the admin handler answers; a change that must say what it is meant for takes what there is."""
    answer = handler(called, None)
    if answer["statusCode"] != 428:
        return answer
    return handler(called | {"headers": called["headers"] | {"if-match": "*"}}, None)


def opened(desk: Desk, **changes: Any) -> EventRecord:
    """The example event, changed, as stored."""
    return editing.apply(desk, an_event(**changes), frozenset({"webbseminarium.example"}), NOW)


def send(ask: Ask, record: EventRecord, changes: dict[str, Any] | None = None, language: str = "sv") -> Any:
    """Send a form that was shown a minute ago."""
    fields = FORM | {"proof": issue(record, NOW - MINUTE)} | (changes or {})
    return ask("POST", f"{PAGE}/{language}/registrations", fields)


def registrations(desk: Desk) -> list[Registration]:
    """All registrations, the first to arrive first."""
    return desk.registrations.of_event("seminarium")


def everything(without: str = "LIMIT") -> list[dict[str, Any]]:
    """All items of the table, but those whose key begins with ``without``."""
    items = boto3.client("dynamodb").scan(TableName="kallelse")["Items"]
    return [each for each in items if not each["pk"]["S"].startswith(without)]


def stamp(page: dict[str, Any]) -> str:
    """The stamp of the form on the page."""
    found = re.search(r'name="proof" value="([^"]+)"', page["body"])
    assert found
    return found[1]


def text(page: dict[str, Any]) -> str:
    """What the page says, without its markup."""
    return " ".join(
        unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page["body"], flags=re.DOTALL)).split()
    )
