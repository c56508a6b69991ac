"""Warm requests: the time of the processor for one, ours beside the references, and where it goes."""

from __future__ import annotations

import cProfile
import io
import os
import pstats
from typing import Any

from tests.visiting import request

from . import world
from .processes import Contender, deployed, raced, reference
from .report import Section, ms, ratio
from .stub import running

PUBLIC = "kallelse.handlers.public:handler"
TYPICAL, SIGNED = (f"tests.benchmarks.references.{name}:handler" for name in ("typical", "signed"))

POST_GOAL = 0.75

PRETIX = 0.074
"""Seconds of the processor that pretix took for a registration: the lower end of 74 to 82 ms, which were
measured before and elsewhere. It is a given constant, not a figure of this run."""

PRETIX_GOAL = 1 / 40


def routes() -> dict[str, dict[str, Any]]:
    """What a visitor looks at, by what it is."""
    found = world.world()
    event, tour = f"/events/{found.record.event.id}", f"/tours/{world.TOUR}"
    paths = {
        "the form": f"{event}/sv",
        "the form in a frame": f"{event}/sv/embed",
        "the tour of eight": f"{tour}/sv",
        "form for lost links": f"{event}/sv/lost-link",
        "privacy notice": f"{event}/sv/privacy",
        "own registration": f"/manage/{found.manage}",
        "form to edit it": f"/manage/{found.manage}/edit",
        "join link": f"/join/{found.join}",
        "calendar file": f"{event}/sv/event.ics",
        "calendar of the tour": f"{tour}/sv/events.ics",
        "QR code": f"{event}/sv/qr.svg",
        "accessibility statement": "/accessibility/sv",
        "sitemap": "/sitemap.xml",
    }
    return {name: request("GET", path, {}) | {"body": ""} for name, path in paths.items()}


def contenders(requests: int) -> list[Contender]:
    """All that is measured."""
    record = world.world().record
    show = [world.show(record)] * requests
    with_proof, without = (
        [world.register(record, number, proof) for number in range(requests)] for proof in (True, False)
    )
    found = [
        reference("hand-signed floor: form", SIGNED, show),
        reference("typical stack: form", TYPICAL, show),
        reference("hand-signed floor: POST", SIGNED, without),
        reference("typical stack: POST", TYPICAL, without),
        deployed("public: POST", PUBLIC, with_proof),
    ]
    return found + [deployed(f"public: {name}", PUBLIC, [each] * requests) for name, each in routes().items()]


def section(rounds: int, requests: int) -> Section:
    """The table of warm requests."""
    found = {name: each["warm_cpu"] for name, each in raced(contenders(requests), rounds).items()}
    form, post = found["typical stack: form"], found["typical stack: POST"]
    floor = {"form": found["hand-signed floor: form"], "POST": found["hand-signed floor: POST"]}
    rows = []
    for name, cpu in found.items():
        is_post = name.endswith("POST")
        goal = POST_GOAL if name == "public: POST" else None
        base, low = (post, floor["POST"]) if is_post else (form, floor["form"])
        rows.append([name, ms(cpu), ratio(cpu, base, goal), ratio(cpu, low)])
    ours = found["public: POST"]
    about = (
        f"Milliseconds of the processor for one request, of {requests - 1} in each process after a first"
        f" that is not counted; medians of {rounds} fresh processes that alternate, of what the cold starts"
        " are of. Ratios to the typical stack and to the floor, a handler that signs its requests by hand and"
        " has neither SDK nor framework. Theirs reads the event and writes a counter and an item in one"
        " transaction; ours reads five items by two requests and writes two, and checks, counts and guards"
        " what the README tells."
        f"\n\nA registration takes {ms(ours)} ms. pretix took {ms(PRETIX)} to 82 ms for one, measured"
        f" elsewhere:"
        f" {ratio(ours, PRETIX)} of that, 1/{PRETIX / ours:.0f}"
        f" ({'goal' if ours <= PRETIX * PRETIX_GOAL else 'goal not reached:'} 1/40)."
    )
    return Section("Warm requests", about, ("Handler: request", "CPU, ms", "÷ typical", "÷ floor"), rows)


def profile(requests: int, most: int = 25) -> Section:
    """Where the time of a registration goes."""
    found = world.world()
    with running(found.items) as stub:
        os.environ |= world.SETTINGS | {"AWS_ENDPOINT_URL_DYNAMODB": stub.address}
        from kallelse.handlers import public
        from kallelse.handlers.public.wiring import wiring

        wiring.cache_clear()
        asked = [world.register(found.record, number) for number in range(requests)]
        public.handler(asked[0], None)
        profiler = cProfile.Profile()
        profiler.enable()
        for each in asked:
            public.handler(each, None)
        profiler.disable()
        wiring.cache_clear()
    told = io.StringIO()
    pstats.Stats(profiler, stream=told).strip_dirs().sort_stats("tottime").print_stats(most)
    lines = [line for line in told.getvalue().splitlines() if line.strip()]
    about = f"The {most} functions of {requests} registrations that take most themselves, by the profiler."
    return Section("Where a registration's time goes", about, lines="\n".join(lines[1:]))
