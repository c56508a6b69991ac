"""The table when DynamoDB does not keep up."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from tests.simulation.faults import Fault, Faults

from kallelse.adapters.dynamodb import Table, connect
from kallelse.errors import Unavailable
from kallelse.ports import Desk


class Failing:
    """A client of which every call fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**_: Any) -> Any:
            raise self.error

        return call


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "GetItem"),
        ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem"),
        ClientError({"Error": {"Code": "TransactionConflictException"}}, "PutItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb.example"),
        ReadTimeoutError(endpoint_url="https://dynamodb.example"),
    ],
)
def test_a_table_that_does_not_keep_up_is_unavailable_rather_than_broken(error: Exception) -> None:
    with pytest.raises(Unavailable):
        Table(Failing(error), "kallelse").get({"pk": "a", "sk": "b"})  # type: ignore[arg-type]


def test_a_request_that_is_wrong_stays_an_error_of_ours() -> None:
    wrong = ClientError({"Error": {"Code": "ValidationException"}}, "GetItem")
    with pytest.raises(ClientError):
        Table(Failing(wrong), "kallelse").get({"pk": "a", "sk": "b"})  # type: ignore[arg-type]


class Recovering:
    """A client whose first write meets a transaction."""

    def __init__(self) -> None:
        self.tries = 0

    def put_item(self, **_: Any) -> Any:
        self.tries += 1
        if self.tries == 1:
            raise ClientError({"Error": {"Code": "TransactionConflictException"}}, "PutItem")
        return {}


def test_a_write_that_meets_a_transaction_is_tried_again() -> None:
    assert Table(Recovering(), "kallelse").put({"pk": "a", "sk": "b"})  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", [Fault.THROTTLE, Fault.TIMEOUT])
def test_what_dynamodb_refuses_is_tried_again_within_half_a_second(
    desk: Desk, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waits.append))
    monkeypatch.setattr("random.random", lambda: 1.0)
    table, faults = connect("kallelse"), Faults()
    faults.attach(table.client)
    faults.strike(0, fault)
    with pytest.raises(Unavailable):
        table.get({"pk": "a", "sk": "b"})
    assert len(waits) == 3
    assert sum(waits) < 0.5
