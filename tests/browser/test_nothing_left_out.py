"""What the browser looks at is all that people see: every page of both functions, and every template.

A new route is to have a page in ``pages.py`` or ``organiser_pages.py``, or to be named here as one that
answers with none. States of a page, such as an error or done, are pages of their own there.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.browser.every_page import EVERY_PAGE
from tests.browser.letters import letters
from tests.browser.readings import Reading, Readings
from tests.browser.texts import texts
from tests.browser.world import World
from tests.conftest import ROOT
from tests.visiting import LANGUAGES

from kallelse.handlers import organiser, public
from kallelse.handlers.public import indexing

LANGUAGE = LANGUAGES[0]
FUNCTIONS = {"public": public.app, "organiser": organiser.app}

NO_PAGES = {
    "public": {
        # What is downloaded, or read by programs.
        "GET /card.png",
        "GET /events/<event_id>/<language>/card.png",
        "GET /events/<event_id>/<language>/event.ics",
        "GET /events/<event_id>/<language>/qr.svg",
        "GET /tours/<tour_id>/<language>/events.ics",
        "GET /oembed",
        "GET /robots.txt",
        "GET /sitemap.xml",
        "GET /manage/<token>/data.json",
        "GET /manage/<token>/event.ics",
        "GET /data/<token>/data.json",
        "GET /join/<token>/event.ics",
        # What leads to another page: the files of a summary, and the meeting.
        "GET /summaries/<token>/<wanted>",
        "POST /join/<token>",
    },
    "organiser": {
        "GET /organiser/api/openapi.json",
        "GET /organiser/api/<version>/<name>",
        "POST /organiser/enter/<token>",
        "POST /organiser/leave",
    },
}
"""The routes that answer with no page."""


PRIVATE = tuple(each for each in indexing.PRIVATE if "*" not in each)
DESCRIPTION = r'<meta name="description" content="[^"]'


def routes(app: Any) -> list[Any]:
    return list[Any](app.routes)


def called(route: Any) -> str:
    return f"{route.method} {route.path}"


def taken(app: Any, readings: list[Reading]) -> set[str]:
    """The routes that lead to what was read."""
    ways = [
        next(
            (
                called(way)
                for way in routes(app)
                if way.method == each.method and way.names_in(each.path) is not None
            ),
            "",
        )
        for each in readings
    ]
    return set(ways) - {""}


@pytest.fixture
def read(readings: Readings) -> list[Reading]:
    """Every page in one language; they are the same in each."""
    return [readings.of(name, LANGUAGE) for name in EVERY_PAGE]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_route_leads_to_a_page_that_is_looked_at_or_to_none(read: list[Reading], function: str) -> None:
    app = FUNCTIONS[function]
    assert {called(each) for each in routes(app)} - taken(app, read) == NO_PAGES[function]


def test_every_template_of_a_page_mail_or_document_is_looked_at(read: list[Reading], world: World) -> None:
    used = {template for each in read for template in each.templates}
    world.templates.clear()
    for each in (letters, texts):
        each.cache_clear()
    texts("en")
    used |= world.templates
    folders = {"templates": ROOT / "templates", "infra/local": ROOT / "infra/local"}
    files = {str(file.relative_to(folder)) for folder in folders.values() for file in folder.rglob("*.html")}
    assert files - used == set()


def test_every_page_that_search_engines_may_read_says_in_a_line_what_it_is(read: list[Reading]) -> None:
    found = [each for each in read if each.method == "GET" and not each.path.startswith(PRIVATE)]
    open_to_all = [each for each in found if not each.path.endswith("/embed")]
    pages = [each for each in open_to_all if "web/error.html" not in each.templates]
    assert {each.path.rsplit("/")[-1] for each in pages} >= {"privacy", "summaries", "survey", "lost-link"}
    assert [each.path for each in pages if not re.search(DESCRIPTION, each.html)] == []


def test_a_page_that_is_left_out_is_found(read: list[Reading]) -> None:
    app = FUNCTIONS["public"]
    few = [each for each in read if not each.path.startswith("/accessibility/")]
    assert taken(app, read) - taken(app, few) == {"GET /accessibility/<language>"}
