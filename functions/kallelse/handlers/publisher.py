"""The publisher: turns summaries into documents and mails, draws cards, and enters erasures in the ledger."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from ..adapters import ledger, s3
from ..adapters.dynamodb import connect, open_desk
from ..apart import each_apart
from ..config import PublisherSettings, read
from ..drawing import draw
from ..erasing import enter
from ..models import Erasure, Summary
from ..observability import count, observed
from ..ports import Desk, Ledger
from ..rendering import Renderer
from ..summarising import publish


@cache
def _wiring() -> tuple[PublisherSettings, Desk, s3.BucketDocuments, Ledger]:
    settings = read(PublisherSettings)
    desk = open_desk(connect(settings.table, settings.clock))
    return settings, desk, s3.connect(settings.bucket), ledger.connect(settings.bucket)


@observed
def handler(event: dict[str, Any], context: object) -> None:
    """Publish what waits to be published."""
    settings, desk, documents, erased = _wiring()
    renderer = Renderer(settings.templates)

    def post(summary: Summary) -> int:
        posted = publish(desk, documents, renderer, summary, settings.clock())
        count("SummariesPosted", len(posted))
        return len(posted)

    def record(erasure: Erasure) -> int:
        enter(desk, erased, documents, erasure)
        return 0

    work = desk.agenda.to_publish()
    tasks = [(each.source_key, partial(post, each)) for each in work.summaries]
    tasks += [(each.digest, partial(record, each)) for each in work.erasures]
    tasks += [(each, partial(draw, desk, documents, renderer, each)) for each in work.cards]
    each_apart(tasks)
