"""What operators see of registrations: how many, and nothing about whom or where."""

from __future__ import annotations

from ...models import Event, RegistrationState
from ...observability import Metric, count
from ...registering import Answer

METRICS: dict[RegistrationState, Metric] = {RegistrationState.WAITING: "RegistrationsWaiting"}
"""What a registration is counted as in the states in which it holds no seat."""


def count_registered(event: Event, answer: Answer) -> None:
    """Count a registration that came of a form; an address that was registered already is none."""
    if answer.new:
        count("CanaryRegistered" if event.canary else METRICS.get(answer.state, "RegistrationsAccepted"))


def count_refused() -> None:
    """Count a form of which no registration came, for another reason than what was in it."""
    count("RegistrationsRefused")


def count_cancelled(event: Event, before: RegistrationState) -> None:
    """Count a cancellation, once."""
    if before is not RegistrationState.CANCELLED:
        count("CanaryCancelled" if event.canary else "RegistrationsCancelled")
