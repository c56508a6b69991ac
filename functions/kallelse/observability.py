"""Structured logs and business metrics: only what is listed here goes out.

A name, an address or a token must never end in a log, and what others wrote may hold one: the text of a
foreign exception (pydantic's and botocore's quote what they were given), a warning, a line of a library.
So a line has only the keys of ``KEYS`` and one of the texts of ``INCIDENTS``, whoever wrote it.
"""

from __future__ import annotations

import gc
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from traceback import walk_tb
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from .errors import KallelseError, Unexpected
from .tracing import answering

if TYPE_CHECKING:
    from .models import Mail

Incident = Literal[
    "a mail cannot be written",
    "a mail met a storage that does not keep up",
    "a mail was accepted",
    "a record of the stream failed",
    "an event is sold out",
    "feedback failed",
    "unexpected error",
]
"""What can be told in a log."""

Metric = Literal[
    "CanaryCancelled",
    "CanaryRegistered",
    "DispatchLateness",
    "EventsSoldOut",
    "FeedbackOnUnknownMail",
    "Mails",
    "MailsAccepted",
    "MailsPosted",
    "MailsStuck",
    "RegistrationsAccepted",
    "RegistrationsCancelled",
    "RegistrationsRefused",
    "RegistrationsWaiting",
    "SummariesPosted",
    "WebhooksDelivered",
    "WebhooksGivenUp",
]
"""What is counted or measured. There is no dimension beside ``service`` but of ``Mails``: their kind, and the
state that they came to. No dimension grows with events or people, and each combination is paid for by the
hours in which it occurs.
"""

SECONDS = frozenset[Metric]({"DispatchLateness"})
"""What is measured in seconds; everything else is a number."""

INCIDENTS, METRICS = frozenset(get_args(Incident)), frozenset(get_args(Metric))

KEYS = (
    "level", "name", "location", "message", "timestamp", "service", "function_request_id", "xray_trace_id",
    "error", "detail", "at", "mail", "event", "request_id",
)  # fmt: skip
"""What a line may hold. ``name`` and ``location``: the logger and where it was called; ``error``: the type of
an exception, ``detail``: its text if it is ours, ``at``: the lines of ours that it passed; ``mail``: the id
of a mail, which names its recipient by the id of the registration; ``event``: the id of an event;
``request_id``: of the request that is answered, or that called for the mail, see :mod:`kallelse.tracing`."""

NAMESPACE = "Kallelse"
"""Under which CloudWatch shows the metrics."""

LEFT_OUT = "(left out)"
"""Stands for a text that is not ours."""


class AllowList(LambdaPowertoolsFormatter):
    """Writes what is listed, and drops the rest."""

    def serialize(self, log: Any) -> str:
        """The line as JSON."""
        kept = {key: log[key] for key in KEYS if key in log}
        if not (isinstance(kept["message"], str) and kept["message"] in INCIDENTS):
            kept["message"] = LEFT_OUT
        return super().serialize(kept)


SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", "kallelse")
"""The name of the stack, since one account may have several."""

_formatter = AllowList(name="%(name)s", service=SERVICE, utc=True, use_rfc3339=True)
_logger = Logger(service=SERVICE, logger_formatter=_formatter)
_metrics = Metrics(namespace=NAMESPACE, service=SERVICE)


def guard_root() -> None:
    """Let the lines and warnings of libraries out by the same list; Lambda's handler is there already."""
    logging.captureWarnings(True)
    for handler in (*logging.getLogger().handlers, logging.lastResort):
        if handler:
            handler.setFormatter(_formatter)


guard_root()


def report(incident: Incident, error: Exception) -> None:
    """Log what went wrong: of a foreign exception only the type, and where it passed our code."""
    told: dict[str, Any] = {"error": type(error).__name__, "at": _ours(error.__traceback__)}
    if isinstance(error, KallelseError):
        told["detail"] = str(error)
    _logger.error(incident, extra=told)


def _ours(traceback: TracebackType | None) -> list[str]:
    places = [(frame.f_globals.get("__name__", ""), line) for frame, line in walk_tb(traceback)]
    return [f"{module}:{line}" for module, line in places if module.startswith("kallelse")]


def count(metric: Metric, value: int = 1) -> None:
    """Add to a metric; zero is not worth a line."""
    if value:
        measure(metric, value)


def measure(metric: Metric, value: float) -> None:
    """Add to a metric, also zero: that nothing is late is worth knowing."""
    unit = MetricUnit.Seconds if metric in SECONDS else MetricUnit.Count
    _metrics.add_metric(name=metric, unit=unit, value=value)


def count_mails(mails: Iterable[Mail]) -> None:
    """Count mails that came to another state, by kind and state."""
    for (kind, state), number in Counter((each.kind, each.state) for each in mails).items():
        dimensions = {"service": SERVICE, "kind": kind.value, "state": state.value}
        unit, metric = MetricUnit.Count, "Mails"
        with single_metric(metric, unit, number, namespace=NAMESPACE, default_dimensions=dimensions):
            pass


Handler = TypeVar("Handler", bound=Callable[..., Any])


def observed(handler: Handler) -> Handler:
    """A handler whose metrics go out, and whose foreign exceptions lose their texts.

    Lambda writes the text of what a handler raises to the log, and into the dead letters. With the handler
    all that a process keeps is there, so from now on only what comes later is looked through for garbage.
    """
    gc.freeze()
    gc.enable()

    @wraps(handler)
    def run(event: dict[str, Any], context: Any) -> Any:
        run_id = getattr(context, "aws_request_id", None)
        request_id = event.get("requestContext", {}).get("requestId") or run_id
        _logger.append_keys(function_request_id=run_id, request_id=request_id)
        try:
            with answering(request_id):
                return handler(event, context)
        except KallelseError as error:
            raise error from None
        except Exception as error:
            raise Unexpected(type(error).__name__).with_traceback(error.__traceback__) from None
        finally:
            if _metrics.metric_set:
                if request_id:
                    # No dimension, but a word of the line that tells the metrics, by which it is found.
                    _metrics.add_metadata("request_id", request_id)
                _metrics.flush_metrics()

    return run  # type: ignore[return-value]
