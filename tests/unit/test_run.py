"""The event of `make run`."""

from __future__ import annotations

from datetime import date, datetime

from infra.local.run import event_soon

from kallelse import editing


def test_the_seed_event_is_moved_four_weeks_ahead_and_keeps_its_times() -> None:
    event = editing.read(event_soon(datetime(2026, 3, 2, 9)).decode())
    assert event.starts == datetime(2026, 3, 30, 13)
    assert event.ends == datetime(2026, 3, 30, 15, 45)
    assert event.last_day_to_register == date(2026, 3, 23)
