"""What search engines are told: which pages there are, and which are nobody's business."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from tests.conftest import an_event, utc
from tests.tours import HOSTS, toured
from tests.visiting import LANGUAGES, NOW, Ask, Time

from kallelse import editing, indexing, staging
from kallelse.ports import Desk

BASE = "https://desk.example"
NAMES = {"": "http://www.sitemaps.org/schemas/sitemap/0.9", "xhtml": "http://www.w3.org/1999/xhtml"}


def found(ask: Ask) -> dict[str, set[str]]:
    """The addresses of the sitemap, and the languages that each names alternates in."""
    answer = ask("GET", "/sitemap.xml")
    assert answer["headers"]["Content-Type"] == "application/xml; charset=utf-8"
    urls = ET.fromstring(answer["body"]).findall("url", NAMES)  # noqa: S314 - our own
    return {
        str(url.findtext("loc", namespaces=NAMES)).removeprefix(BASE): {
            each.attrib["hreflang"] for each in url.findall("xhtml:link", NAMES)
        }
        for url in urls
    }


def test_the_sitemap_has_every_event_and_its_tour_in_every_language(ask: Ask, desk: Desk) -> None:
    toured(desk)
    pages = ("/events/seminarium", "/events/abo", "/events/vasa", "/tours/turne")
    assert found(ask) == {f"{page}/{language}": set(LANGUAGES) for page in pages for language in LANGUAGES}


def test_it_leaves_out_what_is_over_put_away_or_a_draft_and_tours_of_nothing_else(
    ask: Ask, desk: Desk, time: Time
) -> None:
    toured(desk)
    editing.apply(
        desk,
        an_event(id="utkast", draft=True, tour={"id": "b", "title": {"sv": "B"}, "stops": 1}),
        HOSTS,
        NOW,
    )
    editing.apply(desk, an_event(id="installt", cancelled=True), HOSTS, NOW)
    staging.put_away(desk, "installt", NOW)
    time.now = utc("2020-10-01T09:00")
    assert set(found(ask)) == {
        f"{page}/{each}" for page in ("/events/vasa", "/tours/turne") for each in LANGUAGES
    }
    time.now = utc("2020-11-01T09:00")
    assert found(ask) == {}


def test_a_tour_whose_file_was_never_applied_has_no_page(ask: Ask, desk: Desk) -> None:
    editing.apply(desk, an_event(tour={"id": "b", "title": {"sv": "B"}, "stops": 1}), HOSTS, NOW)
    assert set(found(ask)) == {f"/events/seminarium/{each}" for each in LANGUAGES}


@pytest.mark.parametrize("page", [1, 2, 3, 100])
def test_the_list_is_read_to_its_end_however_it_is_divided(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    for number in range(4):
        editing.apply(desk, an_event(id=f"e{number}", starts=f"2020-09-16T0{number + 1}:00"), HOSTS, NOW)
    monkeypatch.setattr(indexing, "PAGE", page)
    assert [each.id for each in indexing.events(desk, NOW)] == ["e3", "e2", "e1", "e0"]


def test_an_event_that_began_long_ago_is_found_while_it_lasts(desk: Desk) -> None:
    dates = {"starts": "2020-01-10T09:00", "last_day_to_register": "2020-01-09", "ends": "2020-12-01T09:00"}
    editing.apply(desk, an_event(**dates), HOSTS, NOW)
    assert [each.id for each in indexing.events(desk, NOW)] == ["seminarium"]
    assert indexing.events(desk, NOW + timedelta(days=200)) == []


def test_crawlers_are_kept_from_pages_for_one_person_and_led_to_the_sitemap(ask: Ask, desk: Desk) -> None:
    from kallelse.handlers.public import app

    rules = ask("GET", "/robots.txt")["body"].splitlines()
    assert rules[0] == "User-agent: *"
    kept_out = [rule.removeprefix("Disallow: ") for rule in rules if rule.startswith("Disallow: ")]
    assert {"/admin/", "/organiser"} <= set(kept_out)
    # Whatever a personal link leads to.
    links = [each.path for each in app.routes if "<token>" in each.path]
    assert links
    assert [each for each in links if not each.startswith(tuple(kept_out))] == []
    assert rules[-1] == f"Sitemap: {BASE}/sitemap.xml"
    assert "Disallow: /" not in rules
    assert "Disallow: /events" not in " ".join(rules)
