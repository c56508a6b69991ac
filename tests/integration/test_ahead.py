"""What is read ahead is what is there, until something is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import botocore.client
import pytest

from kallelse.adapters.dynamodb import Table
from kallelse.adapters.dynamodb.values import typed
from kallelse.ports import Desk

A, B = {"pk": "EVENT#a", "sk": "A"}, {"pk": "TOUR#b", "sk": "B"}


@pytest.fixture
def table(desk: Desk) -> Table:
    events: Any = desk.events
    found: Table = events.table
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    make: Callable[..., Any] = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
    operations: list[str] = []

    def noting(client: Any, operation: str, request: Any) -> Any:
        operations.append(operation)
        return make(client, operation, request)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", noting)
    return operations


def test_items_are_read_in_one_request_whether_they_are_there_or_not(table: Table, asked: list[str]) -> None:
    table.put(A | {"name": "Ada"})
    with table.ahead(A, B):
        assert (table.get(A), table.get(B), table.get(A)) == (A | {"name": "Ada"}, None, A | {"name": "Ada"})
    assert asked == ["PutItem", "BatchGetItem"]


def test_an_item_that_was_to_be_written_is_read_anew_even_if_the_write_met_another(
    table: Table, asked: list[str]
) -> None:
    with table.ahead(A, B):
        # What another process writes, of which this one knows nothing.
        boto3.client("dynamodb").put_item(TableName="kallelse", Item=typed(A | {"name": "Ada"}))
        assert table.get(A) is None
        assert not table.put(A, "attribute_not_exists(pk)")
        assert (table.get(A), table.get(B)) == (A | {"name": "Ada"}, None)
    assert asked == ["BatchGetItem", "PutItem", "PutItem", "GetItem"]


def test_after_a_transaction_all_items_are_read_anew(table: Table, asked: list[str]) -> None:
    with table.ahead(A, B):
        assert table.transact(table.put_in_transaction(A | {"name": "Ada"}))
        assert (table.get(A), table.get(B)) == (A | {"name": "Ada"}, None)
    assert asked == ["BatchGetItem", "TransactWriteItems", "GetItem", "GetItem"]


def test_what_is_read_ahead_within_is_added_until_it_ends_and_forgotten_with_its_writes(
    table: Table, asked: list[str]
) -> None:
    with table.ahead(A):
        with table.ahead(B):
            assert (table.get(A), table.get(B)) == (None, None)
            table.put(A | {"name": "Ada"})
        assert (table.get(A), table.get(B)) == (A | {"name": "Ada"}, None)
    assert asked == ["BatchGetItem", "BatchGetItem", "PutItem", "GetItem", "GetItem"]


def test_nothing_that_was_read_ahead_outlasts_its_use(table: Table, asked: list[str]) -> None:
    with table.ahead(A):
        pass
    assert table.get(A) is None
    assert asked[-1] == "GetItem"


def test_what_dynamodb_does_not_get_to_is_read_by_itself(
    table: Table, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table.put(A | {"name": "Ada"})
    busy = {
        "Responses": {},
        "UnprocessedKeys": {"kallelse": {"Keys": [{"pk": {"S": "EVENT#a"}, "sk": {"S": "A"}}]}},
    }
    monkeypatch.setattr(table.client, "batch_get_item", lambda **_: busy)
    with table.ahead(A, B):
        assert table.get(A) == A | {"name": "Ada"}
        assert table.get(B) is None
    assert asked[-1] == "GetItem"
