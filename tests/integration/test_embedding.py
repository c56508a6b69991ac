"""The form in a frame on the pages of others: only of those that the event lets have it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError
from tests.conftest import an_event
from tests.visiting import FORM, MINUTE, NOW, PAGE, Ask, Time, opened, registrations, request, stamp, text

from kallelse.models import EventRecord
from kallelse.ports import Desk
from kallelse.proving import issue

BASE = "https://desk.example"
SITES = ["https://www.vasa.fi", "https://intra.vasa.fi:8443"]


def framers(answer: dict[str, Any]) -> list[str]:
    """The sites that may show an answer in a frame."""
    policy: str = answer["headers"]["Content-Security-Policy"]
    [found] = re.findall(r"frame-ancestors ([^;]+)", policy)
    return str(found).split()


def send(ask: Ask, record: EventRecord, **changes: str) -> dict[str, Any]:
    fields = FORM | {"proof": issue(record, NOW - MINUTE)} | changes
    return ask("POST", f"{PAGE}/sv/embed", fields)


def test_the_form_and_its_answers_may_be_framed_by_those_sites_and_by_no_other(ask: Ask, desk: Desk) -> None:
    record = opened(desk, embed=SITES)
    answers = [
        ask("GET", f"{PAGE}/sv/embed"),
        send(ask, record),
        send(ask, record, name=""),
        send(ask, record, proof="stale"),
        send(ask, record, subject="filled in by a program"),
    ]
    assert [each["statusCode"] for each in answers] == [200, 200, 422, 422, 422]
    assert [framers(each) for each in answers] == [SITES] * 5


def test_every_other_page_of_the_event_stays_out_of_frames(ask: Ask, desk: Desk) -> None:
    opened(desk, embed=SITES)
    for path in ("", "/lost-link", "/qr.svg", "/event.ics"):
        assert framers(ask("GET", f"{PAGE}/sv{path}")) == ["'none'"]


@pytest.mark.parametrize("embed", [[], SITES])
def test_an_event_that_lets_nobody_embed_its_form_has_no_such_page(
    ask: Ask, desk: Desk, embed: list[str]
) -> None:
    record = opened(desk, embed=embed)
    statuses = [ask("GET", f"{PAGE}/sv/embed")["statusCode"], send(ask, record)["statusCode"]]
    assert statuses == ([200, 200] if embed else [404, 404])
    assert len(registrations(desk)) == (1 if embed else 0)


def test_what_was_registered_in_a_frame_is_a_registration_like_any_other(
    ask: Ask, desk: Desk, time: Time
) -> None:
    opened(desk, embed=SITES)
    shown = ask("GET", f"{PAGE}/sv/embed")
    assert shown["headers"]["Cache-Control"] == "private, max-age=10"
    time.now = NOW + MINUTE
    told = ask("POST", f"{PAGE}/sv/embed", FORM | {"proof": stamp(shown), "subject": ""})
    assert "Du är anmäld" in text(told)
    assert told["headers"]["Cache-Control"] == "no-store"
    [registration] = registrations(desk)
    assert registration.participant.email == "ada@example.org"


def test_the_frame_has_the_form_alone_and_its_links_lead_out_of_it(ask: Ask, desk: Desk) -> None:
    record = opened(desk, embed=SITES)
    for page in (ask("GET", f"{PAGE}/sv/embed"), send(ask, record, name=""), send(ask, record)):
        assert '<base target="_blank">' in page["body"]
        assert "<header>" not in page["body"]
        assert f'<link rel="canonical" href="{BASE}{PAGE}/sv">' in page["body"]
        # What belongs to the form stays where the form is.
        inside = re.findall(r'<form [^>]*>|<a href="#[^>]*>', page["body"])
        assert all('target="_self"' in each for each in inside)
    assert f'action="{PAGE}/sv/embed#problems"' in ask("GET", f"{PAGE}/sv/embed")["body"]


def test_a_wrong_answer_is_named_and_the_rest_kept_in_the_frame_too(ask: Ask, desk: Desk) -> None:
    answer = send(ask, opened(desk, embed=SITES), name="")
    assert "<title>Fel: " in answer["body"]
    assert 'value="ada@example.org"' in answer["body"]
    assert registrations(desk) == []


def test_a_form_that_is_closed_says_so_in_the_frame(ask: Ask, desk: Desk) -> None:
    opened(desk, embed=SITES, cancelled=True)
    page = ask("GET", f"{PAGE}/sv/embed")
    assert "<form" not in page["body"]
    assert "Evenemanget är inställt" in text(page)
    assert page["headers"]["Cache-Control"] == "public, max-age=10"


@pytest.mark.parametrize(
    "site",
    [
        "http://www.vasa.fi",
        "https://www.vasa.fi/",
        "https://www.vasa.fi/sida",
        "https://*.vasa.fi",
        "https://vasa.fi; script-src *",
        "https://vasa.fi https://annan.example",
        "https://vasa.fi\nX: y",
        "https://vasa.fi\n",
        "https://user@vasa.fi",
        "https://localhost",
        "*",
        "'self'",
        "",
    ],
)
def test_what_is_no_site_cannot_be_let_in_nor_change_the_policy(site: str) -> None:
    with pytest.raises(ValidationError, match="embed"):
        an_event(embed=[site])


def described(ask: Ask, **query: str) -> dict[str, Any]:
    from kallelse.handlers import public

    called = request("GET", "/oembed", {}) | {"queryStringParameters": query}
    return public.handler(called, None)


def test_others_programs_are_told_how_to_embed_the_form(ask: Ask, desk: Desk) -> None:
    opened(desk, embed=SITES, title={"sv": 'Ett "<b>'})
    answer = described(ask, url=f"{BASE}{PAGE}/sv", format="json")
    told = json.loads(answer["body"])
    assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", 'Ett "<b>')
    frame = (
        f'<iframe src="{BASE}{PAGE}/sv/embed" width="640" height="1200" title="Ett &quot;&lt;b&gt;"></iframe>'
    )
    assert told["html"] == frame
    assert answer["headers"]["Content-Type"] == "application/json"


def test_the_frame_is_no_larger_than_the_other_wants_it(ask: Ask, desk: Desk) -> None:
    opened(desk, embed=SITES)
    for wanted, got in (
        ("320", 320),
        ("2000", 640),
        ("0", 640),
        ("wide", 640),
        ("-5", 640),
        ("9" * 5000, 640),
    ):
        told = json.loads(described(ask, url=f"{BASE}{PAGE}/sv", maxwidth=wanted)["body"])
        assert told["width"] == got


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 404),
        ({"url": "https://other.example/events/seminarium/sv"}, 404),
        ({"url": f"{BASE}/events/seminarium/sv/lost-link"}, 404),
        ({"url": f"{BASE}/events/unknown/sv"}, 404),
        ({"url": f"{BASE}/events/seminarium/de"}, 404),
        ({"url": f"{BASE}/events/seminarium/sv", "format": "xml"}, 501),
    ],
)
def test_nothing_else_can_be_embedded(ask: Ask, desk: Desk, query: dict[str, str], status: int) -> None:
    opened(desk, embed=SITES)
    assert described(ask, **query)["statusCode"] == status


def test_an_event_that_lets_nobody_embed_it_is_not_described(ask: Ask, desk: Desk) -> None:
    opened(desk)
    assert described(ask, url=f"{BASE}{PAGE}/sv")["statusCode"] == 404
    assert "oembed" not in ask("GET", f"{PAGE}/sv")["body"]
