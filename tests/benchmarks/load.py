"""Registrations a second and how long each takes, through the real handler on DynamoDB Local."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import quantiles
from typing import Any

from tests.dynamodb_local import running_table

from kallelse.adapters.dynamodb import open_desk

from . import world
from .report import Section, ms

CLIENTS = (1, 8, 32)


@contextmanager
def handler(table: Any) -> Iterator[Any]:
    """The public handler, on this engine."""
    before = dict(os.environ)
    # DynamoDB Local keeps a table for each key.
    settings = {"AWS_ENDPOINT_URL_DYNAMODB": table.client.meta.endpoint_url, "AWS_ACCESS_KEY_ID": "local"}
    os.environ.update(world.SETTINGS | settings)
    from kallelse.handlers import public
    from kallelse.handlers.public.wiring import wiring

    wiring.cache_clear()
    try:
        yield public.handler
    finally:
        wiring.cache_clear()
        os.environ.clear()
        os.environ.update(before)


def section(registrations: int) -> Section:
    """The table: so many registrations by each number of clients."""
    rows = []
    with running_table() as table, handler(table) as answer:
        for clients in CLIENTS:
            record = world.applied(
                open_desk(table), id=f"clients-{clients}", seats=2 * registrations, tour=None
            )
            requests = [world.register(record, number) for number in range(registrations + clients)]
            with ThreadPoolExecutor(clients) as crew:
                list(crew.map(answer, requests[:clients], [None] * clients))  # opens the connections
                began = time.perf_counter()
                took = list(crew.map(lambda each: _timed(answer, each), requests[clients:]))
                seconds = time.perf_counter() - began
            cuts = quantiles(took, n=100)
            rows.append(
                [clients, f"{registrations / seconds:,.0f}", *(ms(cuts[at - 1]) for at in (50, 95, 99))]
            )
    about = (
        f"{registrations} registrations of different people through the public handler: clients as threads of"
        " one process, DynamoDB Local as another, on the same machine. So this is the least that one function"
        " does, and says nothing of how many functions Lambda would start."
    )
    heads = ("Clients", "Registrations/s", "p50, ms", "p95, ms", "p99, ms")
    return Section("Registrations a second", about, heads, rows)


def _timed(answer: Any, request: dict[str, Any]) -> float:
    began = time.perf_counter()
    status = answer(request, None)["statusCode"]
    if status != 200:
        raise RuntimeError(f"a registration was answered with {status}")
    return time.perf_counter() - began
