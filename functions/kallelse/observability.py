"""Structured logs and business metrics. Neither ever carries a name, an address or a token."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(service="kallelse")
metrics = Metrics(namespace="Kallelse", service="kallelse")


def count(name: str, value: int = 1) -> None:
    """Add to a metric; zero is not worth a line."""
    if value:
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
