"""Real AWS clients whose calls go wrong at a chosen point, over moto.

A call of a client is one call here, however often botocore tries it: the faults strike the attempts,
so that botocore's own retries, as the adapters configure them, decide what the caller notices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber


class Fault(StrEnum):
    """What happens to a call."""

    CRASH = "the process is gone before the call"
    LOST_ANSWER = "the first attempt is carried out, and its answer is lost"
    LOST_FOR_GOOD = "the first attempt is carried out, and no attempt is answered"
    THROTTLE = "every attempt is throttled"
    TIMEOUT = "no attempt is carried out, and none is answered"


class Stopped(BaseException):
    """The process is gone: nobody catches this."""


CarryOut = Callable[[str, AWSPreparedRequest], AWSResponse]
"""Does what a request asks for, given the name of botocore's event for it."""

IDEMPOTENT = "TransactWriteItems"
"""botocore gives it a token by which DynamoDB knows a further attempt, and answers as it did before."""

THROTTLED = {
    "dynamodb": (400, {}, '{"__type": "ThrottlingException", "message": "too many"}'),
    "sesv2": (429, {"x-amzn-ErrorType": "TooManyRequestsException"}, '{"message": "too many"}'),
    "s3": (503, {}, "<Error><Code>SlowDown</Code><Message>too many</Message></Error>"),
}
"""The status, headers and body of a service that is asked too much, by the names in botocore's events."""


def response(
    request: AWSPreparedRequest, body: str, status: int = 200, headers: dict[str, str] | None = None
) -> AWSResponse:
    """An answer as the HTTP client would give it."""
    return AWSResponse(request.url, status, headers or {}, MockRawResponse(body))  # type: ignore[arg-type]


def by_moto(event_name: str, request: AWSPreparedRequest) -> AWSResponse:
    """The request, carried out by moto."""
    answer = botocore_stubber(event_name, request)
    assert answer is not None, event_name
    return answer


class Client(Protocol):
    """What all clients of boto3 have."""

    @property
    def meta(self) -> Any:
        """The client's events."""
        ...


@dataclass
class Faults:
    """Counts the calls of its clients, and lets one of them go wrong.

    ``at``: the number of that call, from 0; ``calls``: the names of those made so far.
    """

    at: int = -1
    fault: Fault | None = None
    calls: list[str] = field(default_factory=list)
    _attempts: int = 0
    _unheard: AWSResponse | None = None

    def strike(self, at: int, fault: Fault) -> None:
        """Count from the beginning, and let call number ``at`` go wrong."""
        self.at, self.fault, self.calls = at, fault, []

    def spare(self) -> None:
        """Count from the beginning, and let everything go well."""
        self.at, self.fault, self.calls = -1, None, []

    def attach(self, client: Client, carry_out: CarryOut = by_moto) -> None:
        """Stand between a client and moto, or what is to carry out its requests instead."""
        events = client.meta.events
        events.unregister("before-send", botocore_stubber)
        events.register("before-call", self._call)

        def attempt(event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
            return self._attempt(event_name, request, carry_out)

        events.register("before-send", attempt)

    def _call(self, event_name: str, **_: Any) -> None:
        if self._strikes(len(self.calls)) is Fault.CRASH:
            raise Stopped
        self.calls.append(event_name.removeprefix("before-call."))
        self._attempts, self._unheard = 0, None

    def _strikes(self, number: int) -> Fault | None:
        return self.fault if number == self.at else None

    def _attempt(self, event_name: str, request: AWSPreparedRequest, carry_out: CarryOut) -> AWSResponse:
        self._attempts += 1
        match self._strikes(len(self.calls) - 1):
            case Fault.THROTTLE:
                status, headers, body = THROTTLED[event_name.split(".")[1]]
                return response(request, body, status, headers)
            case Fault.TIMEOUT:
                raise ReadTimeoutError(endpoint_url=request.url)
            case Fault.LOST_ANSWER | Fault.LOST_FOR_GOOD if self._attempts == 1:
                self._unheard = carry_out(event_name, request)
                raise ReadTimeoutError(endpoint_url=request.url)
            case Fault.LOST_FOR_GOOD:
                raise ReadTimeoutError(endpoint_url=request.url)
        if self._unheard and event_name.endswith(IDEMPOTENT):
            return self._unheard
        return carry_out(event_name, request)
