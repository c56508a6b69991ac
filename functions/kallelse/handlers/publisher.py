"""The publisher: turns approved summaries into documents and mails."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from ..adapters import s3
from ..adapters.dynamodb import connect, open_desk
from ..apart import each_apart
from ..config import PublisherSettings, read
from ..models import Summary
from ..observability import count, observed
from ..ports import Desk, Documents
from ..rendering import Renderer
from ..summarising import publish


@cache
def _wiring() -> tuple[PublisherSettings, Desk, Documents]:
    settings = read(PublisherSettings)
    return settings, open_desk(connect(settings.table)), s3.connect(settings.bucket)


@observed
def handler(event: dict[str, Any], context: object) -> None:
    """Publish what waits to be published."""
    settings, desk, documents = _wiring()
    renderer = Renderer(settings.templates)

    def post(summary: Summary) -> int:
        return len(publish(desk, documents, renderer, summary, settings.clock()))

    approved = desk.summaries.approved()
    count("SummariesPosted", each_apart((each.source_key, partial(post, each)) for each in approved))
