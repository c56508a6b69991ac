"""What every answer of the public function says to browsers and caches."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.people import registered
from tests.tours import toured
from tests.visiting import MINUTE, PAGE, Ask, Time, make_bucket, opened, request

from kallelse import links
from kallelse.models import Purpose
from kallelse.ports import Desk

ALWAYS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
JOIN = "/join/{token}"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

KEPT = {
    "/events/{event_id}/{language}": "private, max-age=10",
    "/events/{event_id}/{language}/card.png": "public, max-age=60",
    "/events/{event_id}/{language}/qr.svg": "public, max-age=3600",
    "/events/{event_id}/{language}/event.ics": "public, max-age=60",
    "/tours/{tour_id}/{language}": "public, max-age=10",
    "/tours/{tour_id}/{language}/events.ics": "public, max-age=60",
    "/card.png": "public, max-age=86400",
    "/sitemap.xml": "public, max-age=3600",
    "/robots.txt": "public, max-age=86400",
}
"""What is for everybody, and how it may be kept. Everything else is for one person: no-store."""


def policy(route: str) -> str:
    """The button for joining leads on to the meeting, which is elsewhere."""
    return POLICY.replace("form-action 'self'", "form-action 'self' https:") if route == JOIN else POLICY


def routes(method: str) -> list[str]:
    from kallelse.handlers.public import app

    every = app.routes
    return sorted(re.sub(r"<(\w+)>", r"{\1}", each.path) for each in every if each.method == method)


@pytest.fixture
def address(ask: Ask, desk: Desk) -> Callable[[str], str]:
    """The address of a page that is there, by its route."""
    make_bucket()
    stops = toured(desk)
    registration = registered(desk, stops["seminarium"], "Ada")

    def filled(route: str) -> str:
        purpose = next((each for each in Purpose if route.startswith(f"/{each}/")), Purpose.MANAGE)
        names = {"event_id": "seminarium", "tour_id": "turne", "language": "sv", "wanted": "html"}
        if "{token}" in route:
            names["token"] = links.issue(desk, registration, purpose)
        return route.format(**names)

    return filled


@pytest.mark.parametrize("route", routes("GET"))
def test_every_page_is_guarded_and_only_what_is_for_everybody_is_kept(
    ask: Ask, address: Callable[[str], str], route: str
) -> None:
    headers = ask("GET", address(route))["headers"]
    assert headers.items() >= ALWAYS.items()
    assert headers["Content-Security-Policy"] == policy(route)
    assert headers["Cache-Control"] == KEPT.get(route, "no-store")


@pytest.mark.parametrize("route", routes("POST"))
def test_every_answer_to_a_form_is_guarded_and_kept_by_nobody(
    ask: Ask, address: Callable[[str], str], route: str
) -> None:
    headers = ask("POST", address(route), {})["headers"]
    assert headers.items() >= ALWAYS.items()
    assert headers["Content-Security-Policy"] == policy(route)
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/nowhere", f"{PAGE}/de", "/manage/unknown", "/events/unknown/sv"])
def test_what_is_not_there_says_the_same_and_is_kept_by_nobody(ask: Ask, desk: Desk, path: str) -> None:
    answer = ask("GET", path)
    assert answer["statusCode"] == 404
    assert answer["headers"].items() >= (ALWAYS | {"Content-Security-Policy": POLICY}).items()
    assert answer["headers"]["Cache-Control"] == "no-store"


def test_the_table_names_only_routes_that_there_are() -> None:
    assert set(KEPT) <= set(routes("GET"))


def again(path: str, known: str) -> Any:
    """The answer to one who has it, or says so."""
    from kallelse.handlers import public

    called = request("GET", path, {})
    return public.handler(called | {"headers": {"if-none-match": known}}, None)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}'])
def test_a_page_without_form_is_not_sent_again_to_who_has_it(ask: Ask, desk: Desk, form: str) -> None:
    opened(desk, cancelled=True)
    first = ask("GET", f"{PAGE}/sv")
    assert first["headers"]["Cache-Control"] == "public, max-age=10"
    tag = first["headers"]["ETag"]
    answer = again(f"{PAGE}/sv", form.format(tag))
    assert (answer["statusCode"], answer["body"]) == (304, "")
    assert (
        answer["headers"].items() >= (ALWAYS | {"ETag": tag, "Cache-Control": "public, max-age=10"}).items()
    )


def test_a_page_that_changed_is_sent_again(ask: Ask, desk: Desk, time: Time) -> None:
    record = opened(desk)
    time.now = record.event.closes_at - MINUTE
    tag = ask("GET", f"{PAGE}/sv")["headers"]["ETag"]
    time.now = record.event.closes_at
    answer = again(f"{PAGE}/sv", tag)
    assert answer["statusCode"] == 200
    assert answer["headers"]["Cache-Control"] == "public, max-age=10"
    assert again(f"{PAGE}/sv", answer["headers"]["ETag"])["statusCode"] == 304


def test_a_page_with_a_form_is_always_sent_with_a_fresh_stamp(ask: Ask, desk: Desk) -> None:
    opened(desk)
    tag = ask("GET", f"{PAGE}/sv")["headers"]["ETag"]
    assert again(f"{PAGE}/sv", tag)["statusCode"] == 200


def test_the_page_of_a_tour_with_a_form_for_several_stops_is_kept_by_no_cache_that_several_share(
    ask: Ask, desk: Desk
) -> None:
    toured(desk, one_stop_each=False)
    assert ask("GET", "/tours/turne/sv")["headers"]["Cache-Control"] == "private, max-age=10"
