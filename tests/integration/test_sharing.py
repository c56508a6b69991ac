"""What the pages of events and tours tell programs, and the ways to pass them on, which tell nobody."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import vobject  # type: ignore[import-untyped]
from tests.conftest import ROOT, an_event
from tests.facts import check
from tests.tours import changed_stop, toured
from tests.visiting import LANGUAGES, NOW, PAGE, Ask, opened

from kallelse import editing
from kallelse.ports import Desk

BASE = "https://desk.example"
LOADS = {"img": "src", "script": "src", "iframe": "src", "source": "srcset", "object": "data", "embed": "src"}
"""The elements that a browser loads something for, and by which attribute."""

LOADED_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest"}


class Page(HTMLParser):
    """The elements of a page, and the text of its scripts."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.feed(answer["body"])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script" and data.strip():
            self.scripts.append(data)

    def links(self, relation: str) -> list[dict[str, str]]:
        return [each for tag, each in self.elements if tag == "link" and each["rel"] == relation]

    def meta(self, name: str) -> str:
        [found] = [
            each["content"]
            for tag, each in self.elements
            if tag == "meta" and name in (each.get("name"), each.get("property"))
        ]
        return found

    def anchors(self) -> list[dict[str, str]]:
        return [each for tag, each in self.elements if tag == "a"]


@pytest.fixture
def page(ask: Ask, desk: Desk) -> Page:
    toured(desk)
    return Page(ask("GET", f"{PAGE}/fi"))


def test_a_page_has_one_address_and_names_those_in_the_other_languages(page: Page) -> None:
    assert [each["href"] for each in page.links("canonical")] == [f"{BASE}{PAGE}/fi"]
    alternates = {each["hreflang"]: each["href"] for each in page.links("alternate")}
    assert alternates == {each: f"{BASE}{PAGE}/{each}" for each in LANGUAGES} | {
        "x-default": f"{BASE}{PAGE}/sv"
    }


def test_each_alternate_names_the_same_alternates(ask: Ask, desk: Desk) -> None:
    opened(desk)
    pages = [Page(ask("GET", f"{PAGE}/{each}")) for each in LANGUAGES]
    assert pages[0].links("alternate") == pages[1].links("alternate") == pages[2].links("alternate")


def test_link_previews_find_title_text_and_picture(page: Page) -> None:
    assert page.meta("og:title") == "Seminaari"
    assert page.meta("og:description") == page.meta("description") == "Ett seminarium."
    assert page.meta("og:url") == f"{BASE}{PAGE}/fi"
    assert page.meta("og:image").startswith(f"{BASE}{PAGE}/fi/card.png?")
    assert page.meta("twitter:card") == "summary_large_image"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [PAGE, "/tours/turne"])
def test_search_engines_find_the_facts_that_the_page_shows(
    ask: Ask, desk: Desk, path: str, language: str
) -> None:
    toured(desk)
    answer = ask("GET", f"{path}/{language}")
    [script] = Page(answer).scripts
    facts = json.loads(script)
    check(facts)
    assert not re.search(r"webbseminarium\.example|/join/|/manage/", answer["body"])
    assert facts["url"] == f"{BASE}{path}/{language}"
    assert facts["startDate"] == "2020-09-16T13:00:00+03:00"
    nested = facts["superEvent"] if path == PAGE else facts["subEvent"][0]
    assert nested["url"] == f"{BASE}{'/tours/turne' if path == PAGE else PAGE}/{language}"


def test_no_text_of_an_event_gets_out_of_the_facts_or_the_head(ask: Ask, desk: Desk) -> None:
    title = "</script><script>alert(1)</script>\"'&<!--"
    opened(desk, title={"sv": title}, short_description={"sv": title})
    answer = ask("GET", f"{PAGE}/sv")
    page = Page(answer)
    assert [each for tag, each in page.elements if tag == "script"] == [{"type": "application/ld+json"}]
    assert json.loads(page.scripts[0])["name"] == title
    assert page.meta("og:title") == page.meta("description") == title
    assert answer["body"].count("<script") == 1


def test_pages_that_are_known_elsewhere_carry_the_public_url_when_there_is_one(
    ask: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kallelse.handlers.public.wiring import wiring

    opened(desk)
    monkeypatch.setenv("KALLELSE_BASE_URL", "https://kallelse.example.org")
    wiring.cache_clear()
    page = Page(ask("GET", f"{PAGE}/sv"))
    assert [each["href"] for each in page.links("canonical")] == [f"https://kallelse.example.org{PAGE}/sv"]
    assert "desk.example" not in ask("GET", "/robots.txt")["body"]


def test_a_preview_says_that_an_event_is_cancelled(ask: Ask, desk: Desk) -> None:
    opened(desk, cancelled=True)
    assert Page(ask("GET", f"{PAGE}/sv")).meta("og:title") == "Inställt: Seminarium"


def test_a_long_description_is_cut_between_words(ask: Ask, desk: Desk) -> None:
    opened(desk, short_description={"sv": "Öppenhet är ett löfte.\n\n" * 40})
    told = Page(ask("GET", f"{PAGE}/sv")).meta("description")
    assert len(told) <= 202
    assert told.endswith((" är …", " ett …", "löfte. …", "Öppenhet …"))


@pytest.mark.parametrize("path", [f"{PAGE}/sv", "/tours/turne/sv"])
def test_the_page_can_be_passed_on_by_plain_links_and_loads_nothing_from_anybody(
    ask: Ask, desk: Desk, path: str
) -> None:
    toured(desk)
    answer = ask("GET", path)
    page = Page(answer)
    outward = [each for each in page.anchors() if urlsplit(each["href"]).scheme == "https"]
    assert {urlsplit(each["href"]).hostname for each in outward} == {
        "www.linkedin.com",
        "www.facebook.com",
        "wa.me",
        "x.com",
    }
    for each in outward:
        [shared] = [value for values in parse_qs(urlsplit(each["href"]).query).values() for value in values]
        assert shared == f"{BASE}{path}"
        assert {"noopener", "noreferrer"} <= set(each["rel"].split())
    [mail] = [each["href"] for each in page.anchors() if each["href"].startswith("mailto:?")]
    assert parse_qs(urlsplit(mail).query)["body"] == [f"{BASE}{path}"]
    assert f'<span class="address">{BASE}{path}</span>' in answer["body"]
    assert {urlsplit(each).netloc for each in loaded(page)} <= {""}


def loaded(page: Page) -> list[str]:
    found = [each[LOADS[tag]] for tag, each in page.elements if LOADS.get(tag, "") in each]
    found += [each["href"] for tag, each in page.elements if tag == "link" and each["rel"] in LOADED_LINKS]
    return found + re.findall(r"url\(", " ".join(each.get("style", "") for _, each in page.elements))


def test_the_check_for_what_is_loaded_finds_it() -> None:
    planted = '<img src="//a.example/x"><link rel="stylesheet" href="/x"><script src="/y"></script>'
    assert loaded(Page({"body": planted})) == ["//a.example/x", "/y", "/x"]
    assert urlsplit("//a.example/x").netloc


def test_who_is_not_registered_can_take_the_event_to_the_own_calendar(ask: Ask, desk: Desk) -> None:
    opened(desk)
    answer = ask("GET", f"{PAGE}/fi/event.ics")
    assert answer["headers"]["Content-Type"] == "text/calendar; charset=utf-8"
    entry = vobject.readOne(answer["body"]).vevent
    assert (entry.uid.value, entry.url.value) == ("seminarium@kallelse", f"{BASE}{PAGE}/fi")
    assert entry.summary.value == "Seminaari"


def test_a_tour_can_be_subscribed_to_and_tells_what_changed(ask: Ask, desk: Desk) -> None:
    toured(desk)
    changed_stop(desk, "vasa", starts="2020-10-15T13:00", ends="2020-10-15T15:00")
    changed_stop(desk, "abo", cancelled=True)
    text = ask("GET", "/tours/turne/sv/events.ics")["body"]
    feed = vobject.readOne(text)
    assert feed.method.value == "PUBLISH"
    told = {
        each.uid.value: (each.sequence.value, each.status.value, each.dtstart.value.day)
        for each in feed.vevent_list
    }
    assert told == {
        "seminarium@kallelse": ("1", "CONFIRMED", 16),
        "vasa@kallelse": ("2", "CONFIRMED", 15),
        "abo@kallelse": ("2", "CANCELLED", 30),
    }
    assert "X-WR-CALNAME:Turné\r\n" in text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in text


def test_nobody_is_named_in_a_feed_but_the_contact_and_no_meeting_is_led_to(ask: Ask, desk: Desk) -> None:
    toured(desk)
    text = ask("GET", "/tours/turne/sv/events.ics")["body"]
    assert "kansliet@example.org" in text
    for secret in ("webbseminarium", "ATTENDEE", "/join", "/manage"):
        assert secret not in text


def test_drafts_are_in_no_feed_and_a_tour_of_drafts_has_none(ask: Ask, desk: Desk) -> None:
    editing.apply(desk, an_event(id="utkast", draft=True), frozenset({"webbseminarium.example"}), NOW)
    assert ask("GET", "/events/utkast/sv/event.ics")["statusCode"] == 404
    assert ask("GET", "/events/utkast/sv/qr.svg")["statusCode"] == 404
    toured(desk, {"draft": True})
    assert ask("GET", "/tours/turne/sv/events.ics")["statusCode"] == 404


def test_the_code_for_print_is_a_picture_of_the_address_in_each_language(ask: Ask, desk: Desk) -> None:
    opened(desk)
    codes = {}
    for language in LANGUAGES:
        answer = ask("GET", f"{PAGE}/{language}/qr.svg")
        assert answer["headers"]["Content-Type"] == "image/svg+xml"
        drawn = ET.fromstring(answer["body"])  # noqa: S314 - our own
        assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
        codes[language] = answer["body"]
    assert len(set(codes.values())) == 3


@pytest.mark.parametrize("path", [f"{PAGE}/sv/qr.svg", f"{PAGE}/sv/event.ics", f"{PAGE}/sv/card.png"])
def test_there_is_nothing_to_share_of_an_event_that_is_not_there(ask: Ask, desk: Desk, path: str) -> None:
    assert ask("GET", path)["statusCode"] == 404


def test_what_is_rarely_asked_for_is_loaded_only_then() -> None:
    code = (
        "import sys, kallelse.handlers.public as p; print({'segno', 'icalendar', 'typst'} & set(sys.modules))"
    )
    environment = {"PYTHONPATH": str(ROOT / "functions")}
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


def test_addresses_in_the_head_are_escaped_once(ask: Ask, desk: Desk) -> None:
    opened(desk, embed=["https://www.vasa.fi"])
    [found] = [each for each in Page(ask("GET", f"{PAGE}/sv")).links("alternate") if "type" in each]
    assert unescape(found["href"]) == found["href"] == f"{BASE}/oembed?format=json&url={BASE}{PAGE}/sv"
