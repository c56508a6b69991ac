"""Tells at the end of a run at how many points each flow was broken off, whichever process did it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Note = Callable[[str, int, int], None]

TRIED = "tried"


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Notes how many calls a flow makes, and how many points of it were tried, to be printed."""

    def note(flow: str, calls: int, points: int) -> None:
        request.node.user_properties.append((TRIED, (flow, calls, points)))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    tried = {value[0]: value[1:] for each in reports for name, value in each.user_properties if name == TRIED}
    if not tried:
        return
    terminalreporter.section("crash points")
    terminalreporter.write_line(f"{'flow':<40}{'calls':>8}{'points':>8}")
    for name, (calls, points) in sorted(tried.items()):
        terminalreporter.write_line(f"{name:<40}{calls:>8}{points:>8}")
    terminalreporter.write_line(f"{'in all':<48}{sum(points for _, points in tried.values()):>8}")
