"""The clock's function: finds broken-off work, mails that are due and data to be erased, each minute."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..adapters.dynamodb import connect, open_desk
from ..config import DispatcherSettings, read
from ..dispatching import tick
from ..observability import count, measure, observed
from ..ports import Desk


@cache
def _wiring() -> tuple[DispatcherSettings, Desk]:
    settings = read(DispatcherSettings)
    # Without a clock, so that it sees what it is to erase.
    return settings, open_desk(connect(settings.table))


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, int] | None:
    """Do what is due at this instant; asked with ``{"replay": true}``, erase again instead.

    That is for an operator after a restore, see the runbook; the answer tells how many, by event. So is
    ``{"hold": true}``: do what is due, and hold every mail that may have gone out before.
    """
    settings, desk = _wiring()
    if event.get("replay") is True:
        # Once in years, so no tick pays for what reads the bucket.
        from ..adapters import ledger
        from ..erasing import replay

        return replay(desk, ledger.connect(settings.bucket), settings.clock())
    count("MailsPosted", tick(desk, settings.clock(), measure))
    if event.get("hold") is True:
        from ..mailing import hold

        return hold(desk, settings.clock())
    return None
