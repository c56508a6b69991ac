"""The whole life of the seed event on the local cloud, and whether what was promised happened."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.table import Table

from ..build import ROOT
from . import webhook
from .after import corrected, organiser_asks, reading, summaries, totals
from .before import (
    a_place_changes_hands,
    join_links,
    meeting,
    organisers_write,
    registration,
    too_late,
)
from .cloud import LocalCloud, deploy, emulator, free_port
from .dialogue import groups, groups_afterwards, notes, thanks
from .erasing import erased
from .front import front
from .life import EVENT, OUTPUT, Life, console
from .people import participants
from .privilege import refusals, unused
from .tour import public_summaries, summaries_of_the_tour, the_tour
from .traces import keep_traces, listen


def live(life: Life) -> None:
    """Everything from the invitation to the summaries."""
    people = participants()
    registration(life, people)
    the_tour(life, people)
    a_place_changes_hands(life, people)
    too_late(life)
    organisers_write(life, people)
    groups(life)
    join_links(life, people)
    groups_afterwards(life)
    meeting(life, people)
    notes(life)
    organiser_asks(life)
    thanks(life, people)
    summaries(life, people)
    corrected(life)
    reading(life)
    summaries_of_the_tour(life)
    webhook.told(life)
    public_summaries(life)
    erased(life, *people[1:3])


@contextmanager
def local_cloud(port: int = 0) -> Iterator[LocalCloud]:
    """A local cloud with Kallelse on it, at an address of its own."""
    with emulator() as endpoint:
        cloud = LocalCloud(endpoint, f"http://localhost:{free_port(port)}")
        deploy(cloud, "webbseminarium.example")
        with front(cloud, EVENT):
            yield cloud


def prepare() -> None:
    """Make room for what the demo keeps."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    for folder in ("mails", "pages", "summaries"):
        (OUTPUT / folder).mkdir(parents=True)


def run() -> list[tuple[str, object, object]]:
    """Live the life; gives each promise beside what happened."""
    prepare()
    console.print("Starting the local cloud and deploying template.yaml ...")
    with local_cloud() as cloud:
        life = Life(cloud)
        listen(cloud)
        live(life)
        totals(life)
        life.check("what functions were refused", [], refusals())
        life.check("what functions may do, and never had to", [], unused(cloud))
        keep_traces(life)
        return life.outcome


def main() -> int:
    """Run, print the table, and give 1 when a promise was not kept."""
    outcome = run()
    table = Table("What", "Promised", "Happened", "")
    for what, promised, happened in outcome:
        table.add_row(
            what, short(promised), short(happened), "kept" if promised == happened else "[red]BROKEN[/red]"
        )
    console.print(table)
    console.print(f"Mails, pages and summaries: {OUTPUT.relative_to(ROOT)}")
    return int(any(promised != happened for _, promised, happened in outcome))


def short(value: object) -> str:
    """A value for the table: long collections by their size, counts in the order of their names."""
    if isinstance(value, set | dict) and len(value) > 6:
        return f"{len(value)} recipients"
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in sorted(value.items()))
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
