"""Tells at the end of a run at how many points each flow was broken off."""

from __future__ import annotations

import pytest

TRIED = pytest.StashKey[dict[str, tuple[int, int]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TRIED] = {}


@pytest.fixture
def tried(pytestconfig: pytest.Config) -> dict[str, tuple[int, int]]:
    """How many calls each flow makes, and how many points of it were tried, to be printed."""
    return pytestconfig.stash[TRIED]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tried = config.stash[TRIED]
    if not tried:
        return
    terminalreporter.section("crash points")
    terminalreporter.write_line(f"{'flow':<40}{'calls':>8}{'points':>8}")
    for name, (calls, points) in tried.items():
        terminalreporter.write_line(f"{name:<40}{calls:>8}{points:>8}")
    terminalreporter.write_line(f"{'in all':<48}{sum(points for _, points in tried.values()):>8}")
