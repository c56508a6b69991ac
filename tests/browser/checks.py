"""What is wrong with a page in the browser."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from shutil import which
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Request, Route, sync_playwright
from tests.browser.measures import FOCUS, FOREIGN, GROWN, LARGE, ORDER, SIZES, TEXTS, UNSTYLED
from tests.browser.world import Visit, World
from tests.conftest import ROOT
from tests.visiting import URLENCODED

TOOLS = ROOT / ".local/browser"
WIDTHS = (320, 1280)
"""CSS pixels; at 320 nothing may have to be scrolled sideways (WCAG 2.2, 1.4.10)."""

THEMES = ("light", "dark")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "EN-301-549", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")

# axe does not report a small target unless one asks. Styles that are fetched again are not looked at, since
# the policy of the pages lets no script fetch anything.
AXE = """axe.run({exclude: ["FOREIGN"]}, {
    runOnly: %s,
    rules: {"target-size": {enabled: true}},
    resultTypes: ["violations"],
    preload: false,
}).then(found => JSON.stringify(found.violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.failureSummary.replace(/\\s+/g, " ")}`)
)))""".replace("FOREIGN", FOREIGN)

GUARDS = {
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; ",
}
"""How the headers begin that every page comes with."""

FOR_ONE = ("/manage", "/join", "/data", "/summaries", "/unsubscribe", "/organiser")
"""How the paths begin of the pages that nobody may keep a copy of."""


@cache
def axe() -> str:
    """The source of axe-core, which ``make test`` fetches."""
    return (TOOLS / "axe.min.js").read_text()


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Debian's Chromium. Raises FileNotFoundError when it is not there."""
    chromium = which("chromium")
    if not chromium:
        raise FileNotFoundError("the tests of the pages need Chromium (Debian: apt-get install chromium)")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=arguments)


@dataclass
class Reader:
    """A tab of the browser, and what went wrong on the page that is in it."""

    world: World
    page: Page
    devtools: CDPSession
    problems: list[str] = field(default_factory=list)
    source: str = ""

    @classmethod
    def open(cls, world: World, context: BrowserContext) -> Reader:
        page = context.new_page()
        reader = cls(world, page, context.new_cdp_session(page))
        page.on("console", lambda message: reader.note(f"console: {message.text}", message.location["url"]))
        page.on("pageerror", lambda error: reader.problems.append(f"script: {error}"))
        page.on("request", reader._check_origin)
        return reader

    def note(self, problem: str, url: str) -> None:
        # Chromium complains of each page with a status of 400 and above; visit() looks at the status. It
        # asks for an icon where neither the page nor its policy speaks of one, as in a mail.
        expected = [self.page.url]
        if self.page.url.removeprefix(self.world.url) in self.world.texts:
            expected.append(f"{self.world.url}/favicon.ico")
        if not ("Failed to load resource" in problem and url in expected):
            self.problems.append(f"{problem} ({url})")

    def _check_origin(self, request: Request) -> None:
        if not request.url.startswith((f"{self.world.url}/", "data:", "about:")):
            self.problems.append(f"a request to {request.url}")

    def visit(self, visit: Visit, language: str) -> None:
        """Open the page with a browser in this language; a form is sent there as its own page would."""
        self.problems.clear()
        self.page.set_extra_http_headers({"accept-language": language})
        self.world.get_ready(visit)
        url = self.world.url + visit.path
        if visit.fields is not None:
            self.page.route(url, lambda route: _send(route, visit.fields or {}), times=1)
        response = self.page.goto(url, wait_until="load")
        assert response
        self.source = response.text()
        if response.status != visit.status:
            self.problems.append(f"status {response.status}, not {visit.status}")
        if visit.path not in self.world.texts:
            self.problems += unguarded(visit, response.headers)

    def show(self, width: int, theme: Any) -> None:
        """Look at the page on a screen of this width, in this theme."""
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(color_scheme=theme)

    def evaluate(self, script: str) -> Any:
        """What a script gives, run by the developer tools: the policy of the page does not hold for them."""
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = self.devtools.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def violations(self, theme: str = THEMES[0]) -> list[str]:
        """What axe finds; in the dark, where all but the colours is as it was, of the colours."""
        if not self.evaluate("'axe' in window"):
            self.evaluate(axe() + ";0")
        kind, values = ("tag", RULES) if theme == THEMES[0] else ("rule", COLOURS)
        return list(json.loads(self.evaluate(AXE % json.dumps({"type": kind, "values": values}))))

    def focus(self) -> list[str]:
        """Where the focus is not seen. A key is pressed first, since browsers show it to keyboards alone."""
        self.page.keyboard.press("Tab")
        return list(self.evaluate(FOCUS))

    def language(self) -> str:
        return str(self.evaluate("document.documentElement.lang"))

    def examine(self, language: str, grows: bool = True) -> list[str]:
        """What is wrong with the page that is open, in every width and theme.

        ``grows``: whether its text can be made larger by itself; that of a mail is, with all of it.
        """
        found = []
        if (spoken := self.language()) != language:
            found.append(f"the page says that it is in {spoken!r}")
        for width, theme in product(WIDTHS, THEMES):
            self.show(width, theme)
            here = self.violations(theme) + (self.measures(width, grows) if theme == THEMES[0] else [])
            found += [f"{width} px, {theme}: {each}" for each in here]
        found += self.evaluate(UNSTYLED)
        # A page without styles goes on to load things, such as a picture for print; the next world has none.
        self.page.goto("about:blank")
        return self.problems + found

    def measures(self, width: int, grows: bool) -> list[str]:
        """What is wrong with what the page measures."""
        if width == min(WIDTHS):
            return [*self.evaluate(SIZES), *self.evaluate(ORDER), *(self.enlarged() if grows else [])]
        return [*self.evaluate(SIZES), *self.focus()]

    def enlarged(self) -> list[str]:
        """What is wrong once somebody has had the browser double its text, on a screen twice as wide."""
        self.evaluate(TEXTS)
        self._write_as_large_as(32)
        found = self.evaluate(GROWN)
        self.page.set_viewport_size({"width": 2 * min(WIDTHS), "height": 800})
        found += self.evaluate(LARGE)
        self._write_as_large_as(16)
        return list(found)

    def _write_as_large_as(self, pixels: int) -> None:
        self.devtools.send("Page.setFontSizes", {"fontSizes": {"standard": pixels}})


def unguarded(visit: Visit, headers: dict[str, str]) -> list[str]:
    """What the headers of a page lack that keep it from others (their names in small letters)."""
    found = [f"{name} is {headers.get(name)!r}" for name, begins in GUARDS.items()
             if not headers.get(name, "").startswith(begins)]  # fmt: skip
    policy = headers.get("content-security-policy", "")
    found += [
        f"the policy has no {part}" for part in ("base-uri 'none'", "frame-ancestors ") if part not in policy
    ]
    private = visit.status >= 400 or visit.fields is not None or visit.path.startswith(FOR_ONE)
    if private and headers.get("cache-control") != "no-store":
        found.append(f"caches may keep it: {headers.get('cache-control')!r}")
    return found


def _send(route: Route, fields: dict[str, Any]) -> None:
    headers = route.request.headers | {"content-type": URLENCODED}
    route.continue_(method="POST", headers=headers, post_data=urlencode(fields, doseq=True))
