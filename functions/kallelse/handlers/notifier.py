"""The notifier: brings what webhooks are to be told to their receivers, each minute.

Only the clock starts it: mailer and publisher read the table's stream already, and more than two readers
of a shard are throttled (DynamoDB Developer Guide, "Best practices for DynamoDB Streams").
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ..adapters.dynamodb import connect, open_desk
from ..adapters.webhooks import HttpsCourier
from ..config import NotifierSettings, read
from ..delivering import Run, sweep
from ..models import DeliveryState
from ..observability import count, observed
from ..pacing import in_threads
from ..ports import Courier, Desk

MARGIN = timedelta(seconds=50)
"""What an attempt can take once it has begun: 10 seconds at the receiver, 40 at the table."""


@cache
def _wiring() -> tuple[NotifierSettings, Desk, Courier]:
    settings = read(NotifierSettings)
    return settings, open_desk(connect(settings.table, settings.clock)), HttpsCourier(settings.webhook_hosts)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Send what is due."""
    settings, desk, courier = _wiring()
    ends_at = settings.clock() + timedelta(milliseconds=context.get_remaining_time_in_millis()) - MARGIN
    changed = sweep(Run(desk, courier, settings.clock, ends_at), in_threads)
    count("WebhooksDelivered", sum(each.state is DeliveryState.DELIVERED for each in changed))
    count("WebhooksGivenUp", sum(each.state is DeliveryState.FAILED for each in changed))
