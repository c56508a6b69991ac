"""The publisher: turns summaries that were handed in into documents and mails."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..adapters import s3
from ..adapters.dynamodb import connect, open_desk
from ..config import PublisherSettings, read
from ..observability import count, metrics
from ..ports import Desk, Documents
from ..rendering import Renderer
from ..summarising import publish


@cache
def _wiring() -> tuple[PublisherSettings, Desk, Documents]:
    settings = read(PublisherSettings)
    return settings, open_desk(connect(settings.table)), s3.connect(settings.bucket)


@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> None:
    """Publish what waits to be published."""
    settings, desk, documents = _wiring()
    renderer = Renderer(settings.templates)
    for summary in desk.summaries.handed_in():
        created = publish(desk, documents, renderer, summary, settings.clock())
        count("SummariesPosted", len(created))
