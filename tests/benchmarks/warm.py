"""Warm requests: the time of the processor for one, ours beside the references, and where it goes."""

from __future__ import annotations

import cProfile
import io
import os
import pstats
from dataclasses import dataclass

from . import routes, world
from .processes import Contender, Figures, deployed, raced, reference
from .report import Section, ms, ratio
from .stub import running

PUBLIC = "kallelse.handlers.public:handler"
TYPICAL, SIGNED = (f"tests.benchmarks.references.{name}:handler" for name in ("typical", "signed"))

HEADS = ("CPU, ms", "÷ typical", "÷ floor")

EACH = 11
"""Requests of each route in each process."""

POST_GOAL = 0.75

PRETIX = 0.074
"""Seconds of the processor that pretix took for a registration: the lower end of 74 to 82 ms, which were
measured before and elsewhere. It is a given constant, not a figure of this run."""

PRETIX_GOAL = 1 / 40


def contenders(requests: int) -> list[Contender]:
    """What is timed request by request: the references, and ours at the same."""
    record = world.world().record
    show = [world.show(record)] * requests
    with_proof, without = (
        [world.register(record, number, proof) for number in range(requests)] for proof in (True, False)
    )
    return [
        reference("hand-signed floor: form", SIGNED, show),
        reference("typical stack: form", TYPICAL, show),
        reference("hand-signed floor: POST", SIGNED, without),
        reference("typical stack: POST", TYPICAL, without),
        deployed("public: POST", PUBLIC, with_proof),
        deployed("public: the form", PUBLIC, show),
    ]


def by_route(requests: int) -> list[Contender]:
    """The functions behind the API, each of which answers all its routes in one process."""
    return [
        deployed(
            name,
            f"kallelse.handlers.{name}:handler",
            routes.repeated(asked(), requests),
            routes.STATUSES,
        )
        for name, asked in routes.FUNCTIONS.items()
    ]


@dataclass(frozen=True)
class Bases:
    """The times of the references, in seconds: of the typical stack and of the floor."""

    form: tuple[float, float]
    post: tuple[float, float]

    def row(self, name: str, cpu: float, goal: float | None = None) -> list[str]:
        """A row of a table: GET beside the form, the rest beside the registration."""
        shown = name.endswith("form") or name.startswith(("GET", routes.ELSEWHERE))
        typical, floor = self.form if shown else self.post
        return [name, ms(cpu), ratio(cpu, typical, goal), ratio(cpu, floor)]


def section(rounds: int, requests: int) -> Section:
    """The tables of warm requests."""
    alone, together = contenders(requests), by_route(EACH)
    found = raced([*alone, *together], rounds)
    times = {each.name: found[each.name]["warm_cpu"] for each in alone}
    form, post = (
        (times[f"typical stack: {what}"], times[f"hand-signed floor: {what}"]) for what in ("form", "POST")
    )
    bases, ours = Bases(form, post), times["public: POST"]
    goals = {"public: POST": POST_GOAL}
    rows = [bases.row(name, cpu, goals.get(name)) for name, cpu in times.items()]
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
        f"\n\nBelow, every route of the functions behind the API: {EACH - 1} requests of each, after a first"
        f" that is not counted, one route after the other in the same process, which alternates with those"
        " above. GET is compared with the references' form, all else with their POST, whatever a route does."
    )
    parts = [_of_function(each, found[each.name], bases) for each in together]
    return Section("Warm requests", about, ("Handler: request", *HEADS), rows, parts=parts)


def _of_function(contender: Contender, found: Figures, bases: Bases) -> Section:
    """The table of the routes of one function."""
    named = dict.fromkeys(asked["routeKey"] for asked in contender.requests)
    others = [(each, *routes.EXPECTED[each]) for each in named if each in routes.EXPECTED]
    about = f"{len(named)} routes." + "".join(
        f" `{route}` answers {status}: {reason}." for route, status, reason in others
    )
    rows = [bases.row(route, found[route]) for route in named]
    return Section(f"The {contender.name} function, by route", about, ("Route", *HEADS), rows)


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
