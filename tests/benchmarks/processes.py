"""Contenders, each in fresh processes of its own that alternate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from infra.build import artefact, templates
from tests.conftest import ROOT

from . import world
from .plain import plain
from .stub import running

FRESH = Path(__file__).with_name("fresh.py")
SITE = next(Path(each) for each in sys.path if each.endswith("site-packages"))

Figures = dict[str, float]
"""What a process took, by what; the time of a warm request also by its ``routeKey``."""


@dataclass(frozen=True)
class Contender:
    """A handler and what it is asked, the first time cold. ``paths``: where it is imported from.

    Unless told otherwise that is the source tree. Requests with a ``routeKey`` are timed by it, and their
    answers must not be failures unless ``expected`` says which, by the same key.
    """

    name: str
    handler: str
    requests: Sequence[dict[str, Any]]
    templates: Path = ROOT / "templates"
    paths: tuple[Path, ...] = (ROOT, ROOT / "functions", SITE)
    expected: Mapping[str, int] = field(default_factory=dict)


def deployed(
    name: str, handler: str, requests: Sequence[dict[str, Any]], expected: Mapping[str, int] | None = None
) -> Contender:
    """One of ours as it is deployed: from what the build makes for this machine, and nothing else."""
    return Contender(name, handler, requests, templates(), (artefact(),), expected or {})


def reference(name: str, handler: str, requests: Sequence[dict[str, Any]]) -> Contender:
    """One that ours is measured against."""
    return Contender(name, handler, requests, paths=(ROOT, plain()))


def raced(contenders: Sequence[Contender], rounds: int) -> dict[str, Figures]:
    """The medians of each contender over the rounds, in each of which all run once."""
    found: dict[str, list[Figures]] = {each.name: [] for each in contenders}
    there = world.world()
    with running(there.items, there.documents) as stub, TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.json" for number in range(len(contenders))]
        for file, each in zip(files, contenders, strict=True):
            file.write_text(json.dumps({"requests": list(each.requests), "expected": dict(each.expected)}))
        for round_ in range(rounds + 1):
            for file, each in zip(files, contenders, strict=True):
                figures = _run(each, file, stub.address)
                if round_:  # the first writes what Python keeps compiled
                    found[each.name].append(figures)
    return {
        name: {key: median(each[key] for each in all_) for key in all_[0]} for name, all_ in found.items()
    }


def _run(contender: Contender, requests: Path, address: str) -> Figures:
    environment = {
        "PATH": os.environ["PATH"],
        **world.SETTINGS,
        "KALLELSE_TEMPLATES": str(contender.templates),
    }
    environment |= {f"AWS_ENDPOINT_URL_{name}": address for name in ("DYNAMODB", "SESV2", "S3", "TRANSLATE")}
    paths = ":".join(map(str, contender.paths))
    # -S leaves out the environment's own start-up files, which no function has.
    command = [sys.executable, "-S", str(FRESH), paths, contender.handler, str(requests)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{contender.name}: {done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))
