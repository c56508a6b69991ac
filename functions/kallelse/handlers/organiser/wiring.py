"""What the organisers' pages share: settings, the desk, and the renderer."""

from __future__ import annotations

from functools import cache

from ...adapters.dynamodb import connect, open_desk
from ...config import OrganiserSettings, read
from ...ports import Desk
from ...rendering import Renderer


@cache
def wiring() -> tuple[OrganiserSettings, Desk, Renderer]:
    """Made at the first request, since it reads the settings."""
    settings = read(OrganiserSettings)
    return settings, open_desk(connect(settings.table)), Renderer(settings.templates)
