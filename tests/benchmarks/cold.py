"""Cold starts: a fresh process imports a handler and answers one request, ours beside the references.

What is measured begins when the interpreter has started, and ends with the answer. Both sides ask the same
stub. Processes alternate, so that a machine that slows down slows all down; medians are told.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

from infra.build import artefact

from . import world
from .processes import Contender, Figures, deployed, raced, reference
from .report import Section, ms, ratio

PUBLIC = "kallelse.handlers.public:handler"
BARE, TYPICAL = (f"tests.benchmarks.references.{name}:handler" for name in ("bare", "typical"))

FORM_GOAL, POST_GOAL = 1.25, 0.75


def references() -> list[Contender]:
    """What ours is measured against."""
    record = world.world().record
    show, post = [world.show(record)], [world.register(record, proof=False)]
    return [
        reference("bare script: form", BARE, show),
        reference("typical stack: form", TYPICAL, show),
        reference("typical stack: POST", TYPICAL, post),
    ]


def ours() -> list[Contender]:
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
    return [deployed(name, handler, [request]) for name, (handler, request) in asked.items()]


def section(rounds: int) -> Section:
    """The table of cold starts."""
    source = Contender("public: form, from the source tree", PUBLIC, [world.show(world.world().record)])
    found = raced([*references(), *ours(), source], rounds)
    form, post = found["bare script: form"]["cold_cpu"], found["typical stack: POST"]["cold_cpu"]
    goals = {"public: form": (form, FORM_GOAL), "public: POST": (post, POST_GOAL)}
    rows = [_row(name, figures, form, post, goals.get(name)) for name, figures in found.items()]
    about = (
        "From the start of the import to the first answer, in fresh processes that alternate; medians of"
        f" {rounds}. Milliseconds of the processor and by the clock, and the most memory. Ours as"
        " infra/build.py makes it for this machine, alone with its layer of templates: what is deployed, but"
        " for another Python and processor. The references with the packages that they need and no other, of"
        " the same versions, for the same Python, as an ordinary `sam build` installs them: botocore with all"
        " its data, and compiled Python that is valid, which `sam build` itself does not make. The last row"
        " is ours from the source tree, among all packages of the tests, its templates not compiled."
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
    code = f"import sys; sys.path.insert(0, {str(artefact())!r}); import kallelse.handlers.public"
    command = [sys.executable, "-S", "-P", "-X", "importtime", "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr  # noqa: S603
    about = (
        f"`python -X importtime` of the public handler as it is deployed, the {most} dearest, in"
        " milliseconds by the clock with all that each imports first; telling it costs time itself."
    )
    lines = [line.removeprefix("import time:").split("|") for line in told.splitlines() if "|" in line]
    timed = [(int(total), name) for _, total, name in lines if total.strip().isdigit()]
    rows = [f"{total / 1000:8.1f}  {name.strip()}" for total, name in sorted(timed, reverse=True)[:most]]
    return Section("What the public function imports", about, lines="\n".join(rows))


def raced_briefly(names: tuple[str, ...], rounds: int = 3, requests: int = 50) -> dict[str, Figures]:
    """Some of them, cold and warm, where the last digit does not matter."""
    chosen = [each for each in ours() if each.name.startswith(names)]
    return raced([replace(each, requests=list(each.requests) * requests) for each in chosen], rounds)
