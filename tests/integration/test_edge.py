"""Behind CloudFront: who went past it is not let in, and whose request it is, only it knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.visiting import FORM, MINUTE, NOW, PAGE, Ask, Time, opened, registrations, request

from kallelse.http import EDGE, VISITOR
from kallelse.limiting import PER_NETWORK
from kallelse.models import EventRecord
from kallelse.ports import Desk
from kallelse.proving import issue

SECRET = "only-the-edge-knows"  # noqa: S105 - of this test  # pragma: allowlist secret: made up
Knock = Callable[[dict[str, Any], dict[str, str]], dict[str, Any]]


@pytest.fixture
def knock(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> Knock:
    """Hands the public function a request with these headers as well."""
    monkeypatch.setenv("KALLELSE_EDGE_SECRET", SECRET)
    from kallelse.handlers import public

    return lambda asked, headers: public.handler(asked | {"headers": asked["headers"] | headers}, None)


def form(record: EventRecord, number: int) -> dict[str, Any]:
    fields = FORM | {"proof": issue(record, NOW - MINUTE), "email": f"{number}@example.org"}
    return request("POST", f"{PAGE}/sv/registrations", fields)


@pytest.mark.parametrize("headers", [{}, {EDGE: ""}, {EDGE: "guessed"}, {EDGE: "gissat-å"}])
def test_who_goes_past_the_edge_is_let_in_nowhere_and_changes_nothing(
    desk: Desk, knock: Knock, headers: dict[str, str]
) -> None:
    record = opened(desk)
    assert knock(request("GET", f"{PAGE}/sv", {}), headers) == {"statusCode": 403}
    assert knock(form(record, 1), headers) == {"statusCode": 403}
    assert registrations(desk) == []


def test_who_comes_through_the_edge_sees_the_page(desk: Desk, knock: Knock) -> None:
    opened(desk)
    assert knock(request("GET", f"{PAGE}/sv", {}), {EDGE: SECRET})["statusCode"] == 200


def used_up(desk: Desk, network: str) -> None:
    desk.limits.take(f"network#seminarium#{network}", PER_NETWORK, NOW + 60 * MINUTE, NOW, PER_NETWORK)


def test_visitors_behind_the_edge_are_told_apart_by_what_it_tells(desk: Desk, knock: Knock) -> None:
    record = opened(desk)
    used_up(desk, "198.51.100.7/32")
    used_up(desk, "192.0.2.1/32")  # which is the edge, as the gateway sees it
    assert knock(form(record, 1), {EDGE: SECRET, VISITOR: "198.51.100.7"})["statusCode"] == 429
    assert knock(form(record, 1), {EDGE: SECRET, VISITOR: "203.0.113.9"})["statusCode"] == 200


def test_without_an_edge_what_visitors_say_of_themselves_counts_for_nothing(ask: Ask, desk: Desk) -> None:
    from kallelse.handlers import public

    asked = form(opened(desk), 1)
    used_up(desk, "192.0.2.1/32")
    asked["headers"] |= {EDGE: SECRET, VISITOR: "203.0.113.9"}
    assert public.handler(asked, None)["statusCode"] == 429


def test_the_organisers_pages_too_are_reached_through_the_edge_only(
    desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"TABLE": "kallelse", "TEMPLATES": str(ROOT / "templates"), "EDGE_SECRET": SECRET}
    for name, value in settings.items():
        monkeypatch.setenv(f"KALLELSE_{name}", value)
    from kallelse.handlers import organiser
    from kallelse.handlers.organiser.wiring import wiring

    wiring.cache_clear()
    asked = request("GET", "/organiser", {})
    assert organiser.handler(asked, None) == {"statusCode": 403}
    asked["headers"] |= {EDGE: SECRET}
    assert organiser.handler(asked, None)["statusCode"] == 401
    wiring.cache_clear()
