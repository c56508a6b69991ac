"""What every answer to an organiser says to browsers and caches: at the endpoint, and at the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.test_headers import ALWAYS
from tests.organisers import Browser, browsing
from tests.visiting import Ask, Time, opened, request

from kallelse.handlers import admin
from kallelse.handlers.admin.routing import ROUTES
from kallelse.handlers.organiser.paging import PAGES
from kallelse.ports import Desk

KEPT = {"/organiser/api/<version>/<name>"}
"""What browsers may keep, as it is for everybody who is let in and never changes."""


def filled(path: str, **names: str) -> str:
    return re.sub(r"<(\w+)>", lambda name: names.get(name[1], "1"), path)


def guarded(answer: dict[str, Any]) -> bool:
    headers = answer["headers"]
    policy = headers["Content-Security-Policy"]
    closed = "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    return closed and bool(headers.items() >= ALWAYS.items())


@pytest.mark.parametrize("token", ["Bearer right", "Bearer wrong"])
def test_every_answer_of_the_endpoint_is_guarded_and_kept_by_nobody(
    organise: Ask, desk: Desk, token: str
) -> None:
    opened(desk)
    for route in ROUTES:
        called = request(route.method, filled(route.path, event_id="seminarium"), {})
        answer = admin.handler(called | {"headers": {"authorization": token}}, None)
        assert guarded(answer), (route.method, route.path)
        assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.fixture
def browser(desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with browsing(monkeypatch, time) as browser:
        yield browser


@pytest.mark.parametrize("let_in", [True, False])
def test_every_page_for_organisers_is_guarded_and_kept_by_nobody(
    browser: Browser, desk: Desk, let_in: bool
) -> None:
    opened(desk)
    if let_in:
        browser.enter()
    for page in PAGES:
        answer = browser.get(filled(page.path, event_id="seminarium", name="swagger-ui.min.css"))
        assert guarded(answer), page.path
        if not let_in:
            assert answer["statusCode"] == 401
        if not (let_in and page.path in KEPT):
            assert answer["headers"]["Cache-Control"] == "no-store", page.path


def test_an_answer_without_a_guard_is_found() -> None:
    headers = ALWAYS | {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    assert guarded({"headers": headers})
    assert not guarded({"headers": headers | {"X-Content-Type-Options": "x"}})
    assert not guarded({"headers": headers | {"Content-Security-Policy": "default-src 'none'"}})
