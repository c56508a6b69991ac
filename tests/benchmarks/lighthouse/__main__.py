"""``make lighthouse``: what Lighthouse says of the pages that most people see; fails below a goal.

The pages are served from this machine, whose load the time of a page depends on: performance is no test,
and a page that is slow at first is looked at anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from shutil import which
from typing import Any

from tests.browser.every_page import prepared
from tests.browser.world import World, a_world
from tests.conftest import ROOT

PROGRAM = ROOT / ".local/lighthouse/node_modules/.bin/lighthouse"
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
FOR_EVERYBODY = (
    "event, open",
    "event, with every field",
    "summaries",
    "privacy",
    "tour",
    "tour, with a form",
    "accessibility statement",
)
FOR_ONE = ("form, with errors", "form, registered", "manage, confirmed", "edit", "join, open")
"""Pages that robots.txt keeps from search engines, or that only a form leads to: without SEO."""

ATTEMPTS = 3


def report(url: str, goals: dict[str, int]) -> Any:
    """What Lighthouse finds at the address. Raises CalledProcessError."""
    sandbox = "--no-sandbox" if os.geteuid() == 0 else ""
    command = [str(PROGRAM), url, "--output=json", "--quiet", f"--chrome-flags=--headless {sandbox}"]
    environment = os.environ | {"CHROME_PATH": which("chromium") or "chromium"}
    told = subprocess.run(  # noqa: S603
        [*command, f"--only-categories={','.join(goals)}"], env=environment, capture_output=True, check=True
    )
    return json.loads(told.stdout)


def missed(report: Any, below: list[str]) -> list[str]:
    """The audits that took something from the scores that do not reach their goals."""
    counted = {
        ref["id"] for name in below for ref in report["categories"][name]["auditRefs"] if ref["weight"]
    }
    return [f"{each['id']}: {each['title']}" for each in map(report["audits"].get, counted) if _fails(each)]


def _fails(audit: Any) -> bool:
    return audit["score"] is not None and audit["score"] < 0.9


def address(world: World, name: str) -> str:
    """Where the page is. One that answers a form gets an address of its own, as Lighthouse sends none."""
    visit = prepared(world, name, "sv")
    world.get_ready(visit)
    if visit.fields is None:
        return world.url + visit.path
    world.texts |= {"/answer": world.ask(visit, "sv")[1], "/favicon.ico": "none"}
    return f"{world.url}/answer"


def look(url: str, goals: dict[str, int]) -> tuple[Any, dict[str, int]]:
    """What Lighthouse finds at the address, with the scores, once it is quick or after the last attempt."""
    for _ in range(ATTEMPTS):
        found = report(url, goals)
        scores = {each: round(100 * (found["categories"][each]["score"] or 0)) for each in goals}
        if scores["performance"] >= goals["performance"]:
            break
    return found, scores


def reaches_goals(world: World, name: str) -> bool:
    """Whether the page does, after its scores are printed."""
    goals = {each: goal for each, goal in GOALS.items() if name in FOR_EVERYBODY or each != "seo"}
    found, scores = look(address(world, name), goals)
    below = [each for each, score in scores.items() if score < goals[each]]
    told = (f"{each} {scores[each] if each in goals else 'not asked'}" for each in GOALS)
    print(f"{name:<26} {', '.join(told)}", flush=True)  # noqa: T201
    for each in missed(found, below):
        print(f"  - {each}")  # noqa: T201
    return not below


def main() -> int:
    goals = ", ".join(f"{name} {goal}" for name, goal in GOALS.items())
    print(f"Goals: {goals}. SEO is not asked of pages that are kept from search engines.")  # noqa: T201
    with a_world() as world:
        reached = [reaches_goals(world, name) for name in (*FOR_EVERYBODY, *FOR_ONE)]
    return int(not all(reached))


if __name__ == "__main__":
    sys.exit(main())
