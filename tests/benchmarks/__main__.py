"""Everything that is measured, ours beside the references, into BENCHMARKS.md: `make bench`.

With the names of sections after it (``cold``, ``warm``, ...) only those are printed, and nothing is written.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from tests.conftest import ROOT

from . import artefact, bill, cold, flows, load, mailing, seats, warm
from .report import Section

ROUNDS, REQUESTS, REGISTRATIONS = 11, 100, 600

HEAD = """# Benchmarks

Written by `make bench`; do not edit. On {cores} cores, Python {python}, {system} {machine}. What counts are
ratios within one run; times are of this machine and of what else it did.
"""


def _bill() -> Section:
    # Of the functions in question only: a bill needs no more.
    names = ("public: POST", "feedback: a delivery", "dispatcher: nothing due")
    found = cold.raced_briefly(names)
    post, delivery, tick = (bill.Speed(found[each]["cold_cpu"], found[each]["warm_cpu"]) for each in names)
    return bill.section(post, delivery, tick)


SECTIONS: dict[str, Callable[[], Section]] = {
    "cold": lambda: cold.section(ROUNDS),
    "imports": cold.imports,
    "warm": lambda: warm.section(ROUNDS, REQUESTS),
    "profile": lambda: warm.profile(REQUESTS),
    "load": lambda: load.section(REGISTRATIONS),
    "flows": lambda: flows.section(flows.measured()),
    "seats": seats.section,
    "mails": mailing.section,
    "artefact": artefact.section,
    "bill": _bill,
}


def main(names: list[str]) -> None:
    """Print the sections, and write them all if none is named."""
    told = []
    logging.disable()
    for name in names or SECTIONS:
        with redirect_stdout(StringIO()):  # where the functions tell their metrics
            told.append(str(SECTIONS[name]()))
        print(told[-1], end="\n\n", flush=True)  # noqa: T201
    if not names:
        machine = {"cores": os.cpu_count(), "python": platform.python_version()}
        head = HEAD.format(**machine, system=platform.system(), machine=platform.machine())
        notes = Path(__file__).with_name("notes.md").read_text()
        (ROOT / "BENCHMARKS.md").write_text("\n\n".join([head.rstrip(), *told, notes]))


if __name__ == "__main__":
    main(sys.argv[1:])
