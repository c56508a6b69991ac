"""``make lighthouse``: what Lighthouse says of the page of an event, of its form with errors and of a tour.

The pages are served from this machine, whose load the time of a page depends on: performance is no test.
"""

from __future__ import annotations

import json
import os
import subprocess
from shutil import which
from typing import Any

from tests.browser.every_page import prepared
from tests.browser.world import World, a_world
from tests.conftest import ROOT

PROGRAM = ROOT / ".local/lighthouse/node_modules/.bin/lighthouse"
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
PAGES = ("event, open", "event, with every field", "tour")


def report(url: str) -> Any:
    """What Lighthouse finds at the address. Raises CalledProcessError."""
    sandbox = "--no-sandbox" if os.geteuid() == 0 else ""
    command = [str(PROGRAM), url, "--output=json", "--quiet", f"--chrome-flags=--headless {sandbox}"]
    environment = os.environ | {"CHROME_PATH": which("chromium") or "chromium"}
    told = subprocess.run(  # noqa: S603
        [*command, f"--only-categories={','.join(GOALS)}"], env=environment, capture_output=True, check=True
    )
    return json.loads(told.stdout)


def missed(report: Any) -> list[str]:
    """The audits that took something from a score that does not reach its goal."""
    below = [report["categories"][each] for each in GOALS if scores(report)[each] < GOALS[each]]
    counted = {ref["id"] for each in below for ref in each["auditRefs"] if ref["weight"]}
    return [f"{each['id']}: {each['title']}" for each in map(report["audits"].get, counted) if _fails(each)]


def _fails(audit: Any) -> bool:
    return audit["score"] is not None and audit["score"] < 0.9


def scores(report: Any) -> dict[str, int]:
    return {name: round(100 * (report["categories"][name]["score"] or 0)) for name in GOALS}


def show(world: World, name: str) -> None:
    found = report(world.url + prepared(world, name, "sv").path)
    print(f"\n{name}")  # noqa: T201
    for category, score in scores(found).items():
        print(f"  {category:<16} {score:>3}  (goal {GOALS[category]})")  # noqa: T201
    for each in missed(found):
        print(f"  - {each}")  # noqa: T201


if __name__ == "__main__":
    with a_world() as world:
        for name in PAGES:
            show(world, name)
