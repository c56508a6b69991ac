"""The clock's function: finds broken-off work and mails that are due, each minute."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..adapters.dynamodb import connect, open_desk
from ..config import Settings, read
from ..dispatching import tick
from ..observability import count, observed
from ..ports import Desk


@cache
def _wiring() -> tuple[Settings, Desk]:
    settings = read(Settings)
    return settings, open_desk(connect(settings.table))


@observed
def handler(event: dict[str, Any], context: object) -> None:
    """Do what is due at this instant."""
    settings, desk = _wiring()
    count("MailsPosted", tick(desk, settings.clock()))
