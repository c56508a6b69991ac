"""Cold starts: a fresh process imports a handler and answers one request, ours beside the references.

What is measured begins when the interpreter has started, and ends with the answer. Both sides ask the same
stub. Processes alternate, so that a machine that slows down slows all down; medians are told.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.compile_templates import compile_templates
from tests.conftest import ROOT

from . import world
from .processes import SITE, Contender, Figures, raced
from .report import Section, ms, ratio

PUBLIC = "kallelse.handlers.public:handler"
BARE, TYPICAL = (f"tests.benchmarks.references.{name}:handler" for name in ("bare", "typical"))

FORM_GOAL, POST_GOAL = 1.25, 0.75


def references() -> list[Contender]:
    """What ours is measured against."""
    record = world.world().record
    show, post = [world.show(record)], [world.register(record, proof=False)]
    return [
        Contender("bare script: form", BARE, show),
        Contender("typical stack: form", TYPICAL, show),
        Contender("typical stack: POST", TYPICAL, post),
    ]


def ours(templates: Path) -> list[Contender]:
    """Each handler, and what it is asked."""
    found = world.world()
    event = f"/events/{found.record.event.id}"
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "public: form": (PUBLIC, world.show(found.record)),
        "public: POST": (PUBLIC, world.register(found.record)),
        "admin: an event": ("kallelse.handlers.admin:handler", world.look_in(event)),
        "organiser: the events": ("kallelse.handlers.organiser:handler", world.visit(found.cookie)),
        "dispatcher: nothing due": ("kallelse.handlers.dispatcher:handler", {}),
        "mailer: nothing due": ("kallelse.handlers.mailer:handler", {}),
        "feedback: a delivery": ("kallelse.handlers.feedback:handler", world.heard()),
        "publisher: nothing due": ("kallelse.handlers.publisher:handler", {}),
        "notifier: nothing due": ("kallelse.handlers.notifier:handler", {}),
    }
    return [
        Contender(name, handler, [request], templates=templates) for name, (handler, request) in asked.items()
    ]


def section(rounds: int) -> Section:
    """The table of cold starts."""
    with TemporaryDirectory() as folder:
        templates = Path(shutil.copytree(ROOT / "templates", Path(folder) / "templates"))
        compile_templates(templates)
        plain = Contender("public: form, templates not compiled", PUBLIC, [world.show(world.world().record)])
        found = raced([*references(), *ours(templates), plain], rounds)
    form, post = found["bare script: form"]["cold_cpu"], found["typical stack: POST"]["cold_cpu"]
    goals = {"public: form": (form, FORM_GOAL), "public: POST": (post, POST_GOAL)}
    rows = [_row(name, figures, form, post, goals.get(name)) for name, figures in found.items()]
    about = (
        "From the start of the import to the first answer, in fresh processes that alternate; medians of"
        f" {rounds}. Milliseconds of the processor and by the clock, and the most memory. The source tree"
        f" with"
        " compiled Python on both sides, and templates compiled as the build does it."
        " Ratios are those of the processor's time, which other work on the machine changes least:"
        " to the bare script showing the form, and to the typical stack taking a POST."
    )
    heads = ("Handler: request", "CPU, ms", "Clock, ms", "of which import", "MB", "÷ bare", "÷ typical")
    return Section("Cold starts", about, heads, rows)


def _row(
    name: str, figures: Figures, form: float, post: float, goal: tuple[float, float] | None
) -> list[str]:
    told = [ms(figures[key]) for key in ("cold_cpu", "cold", "imported")]
    bare, typical = (ratio(figures["cold_cpu"], base, _goal(goal, base)) for base in (form, post))
    return [name, *told, f"{figures['peak']:.0f}", bare, typical]


def _goal(goal: tuple[float, float] | None, base: float) -> float | None:
    return goal[1] if goal and goal[0] == base else None


def imports(most: int = 30) -> Section:
    """What the import of the public handler is made of."""
    paths = [str(ROOT / "functions"), str(SITE)]
    code = f"import sys; sys.path[:0] = {paths!r}; import kallelse.handlers.public"
    command = [sys.executable, "-S", "-X", "importtime", "-c", code]
    for _ in range(2):  # the first writes what Python keeps compiled
        told = subprocess.run(command, capture_output=True, text=True, check=True).stderr  # noqa: S603
    about = (
        f"`python -X importtime` of the public handler, the {most} dearest, in milliseconds by the clock with"
        " all that each imports first; telling it costs time itself."
    )
    lines = [line.removeprefix("import time:").split("|") for line in told.splitlines() if "|" in line]
    timed = [(int(total), name) for _, total, name in lines if total.strip().isdigit()]
    rows = [f"{total / 1000:8.1f}  {name.strip()}" for total, name in sorted(timed, reverse=True)[:most]]
    return Section("What the public function imports", about, lines="\n".join(rows))


def raced_briefly(names: tuple[str, ...], rounds: int = 3, requests: int = 50) -> dict[str, Figures]:
    """Some of them, cold and warm, where the last digit does not matter."""
    with TemporaryDirectory() as folder:
        templates = Path(shutil.copytree(ROOT / "templates", Path(folder) / "templates"))
        compile_templates(templates)
        chosen = [each for each in ours(templates) if each.name.startswith(names)]
        return raced([replace(each, requests=list(each.requests) * requests) for each in chosen], rounds)
