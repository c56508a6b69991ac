"""The table: plain Python values in and out, and a conditional write as a yes or a no."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from ...clock import Clock
from ...errors import Unavailable
from .client import BUSY, make
from .keys import DUE_INDEX, Key
from .values import Item, plain, typed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

IN_BATCH = 25
"""How many items BatchWriteItem takes (its API reference)."""

IN_TRANSACTION = "TransactionConflictException"
"""A transaction is changing the item at this moment. It takes milliseconds; botocore does not retry."""

ATTEMPTS = 5
"""How often a write is tried that meets a transaction."""


def connect(name: str, clock: Clock | None = None) -> Table:
    """The table of this name. ``clock``: see :class:`Table`."""
    return Table(make(), name, clock)


READING = frozenset({"get_item", "batch_get_item", "query"})
"""The operations that change nothing."""

Ahead = dict[tuple[str, str], dict[str, Any] | None]
"""Items by their keys, as DynamoDB has them; None for those that are not there."""

_ahead: ContextVar[Ahead | None] = ContextVar("ahead", default=None)


def _place(key: Item) -> tuple[str, str]:
    return key["pk"], key["sk"]


def _forget(ahead: Ahead, written: dict[str, Any] | None) -> None:
    """What was read of an item that is written, which may not be so any more whatever becomes of that."""
    if written:
        ahead.pop((written["pk"]["S"], written["sk"]["S"]), None)
    else:
        ahead.clear()  # several were written


@dataclass(frozen=True)
class Table:
    """One DynamoDB table and the client that reaches it.

    ``clock``: by which reads leave out what is to be erased by then, though nobody has erased it yet.
    Without a clock they show it, which is for whoever erases.
    """

    client: DynamoDBClient
    name: str
    clock: Clock | None = None

    def get(self, key: Key) -> Item | None:
        """One item, read consistently."""
        ahead, place = _ahead.get() or {}, _place(key)
        if place in ahead:
            found = ahead[place]
        else:
            answer = self._call("get_item", TableName=self.name, Key=typed(key), ConsistentRead=True)
            found = answer.get("Item")
        return next(self._shown([found] if found else []), None)

    @contextmanager
    def ahead(self, *keys: Key) -> Iterator[None]:
        """Read items consistently in one request: until one is written itself, :meth:`get` gives it so.

        Within another such context the items are added to those of that, until this one ends.
        """
        around = _ahead.get()
        ahead = {} if around is None else around
        token = _ahead.set(ahead)
        try:
            ahead.update(self._together(keys))
            yield
        finally:
            for key in keys:
                ahead.pop(_place(key), None)
            _ahead.reset(token)

    def _together(self, keys: Sequence[Key]) -> Ahead:
        wanted: Any = {"Keys": [typed(key) for key in keys], "ConsistentRead": True}
        answer = self._call("batch_get_item", RequestItems={self.name: wanted})
        left = answer.get("UnprocessedKeys", {}).get(self.name, {"Keys": []})["Keys"]
        found: Ahead = {_place(key): None for key in keys if typed(key) not in left}
        return found | {_place(plain(item)): item for item in answer["Responses"].get(self.name, [])}

    def query(self, partition: str, prefix: str, page: int | None = None, **options: Any) -> Iterator[Item]:
        """The items of a partition whose sort key begins with ``prefix``, read consistently.

        ``page``: how many to read at once; for callers that stop early.
        """
        options |= {"Limit": page} if page else {}
        yield from self._items(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=typed({":pk": partition, ":prefix": prefix}),
            ConsistentRead=True,
            **options,
        )

    def page(self, partition: str, after: str | None, limit: int) -> list[Item]:
        """So many items of a partition, read consistently, the last sort keys first.

        Fewer where the partition ends; one page of DynamoDB, so they must be less than 1 MB together.
        """
        start = {"ExclusiveStartKey": typed({"pk": partition, "sk": after})} if after else {}
        answer = self._call(
            "query",
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed({":pk": partition}),
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=limit,
            **start,
        )
        return [plain(item) for item in answer["Items"]]

    def due(self, what: str, until: str) -> Iterator[tuple[Key, str]]:
        """The keys of the items of one kind that are due by an instant, and since when, the first first."""
        items = self._items(
            IndexName=DUE_INDEX,
            KeyConditionExpression="due = :due AND due_at <= :until",
            ExpressionAttributeValues=typed({":due": what, ":until": until}),
        )
        for item in items:
            yield {"pk": item["pk"], "sk": item["sk"]}, item["due_at"]

    def _items(self, **request: Any) -> Iterator[Item]:
        for answer in self._pages(**request):
            yield from self._shown(answer["Items"])

    def _shown(self, items: list[dict[str, Any]]) -> Iterator[Item]:
        """The items, without those whose time of erasure has come: see :mod:`.expiry`."""
        now = self.clock().timestamp() if self.clock else -math.inf
        found = (plain(item) for item in items)
        return (item for item in found if item.get("erased_at", math.inf) > now)

    def _pages(self, **request: Any) -> Iterator[dict[str, Any]]:
        while True:
            answer = self._call("query", TableName=self.name, **request)
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def count(self, condition: str, values: Item) -> int:
        """How many items a key condition meets, read consistently."""
        pages = self._pages(
            KeyConditionExpression=condition,
            ExpressionAttributeValues=typed(values),
            ConsistentRead=True,
            Select="COUNT",
        )
        return sum(page["Count"] for page in pages)

    def put(self, item: Item, condition: str | None = None, values: Item | None = None) -> bool:
        """Store an item; False when the condition does not hold."""
        request = _request(condition, values)
        return self._holds("put_item", Item=typed(item), **request)

    def update_and_get(self, key: dict[str, str], expression: str, values: Item) -> Item:
        """Change an item, and give all of it as it is afterwards."""
        answer = self._call(
            "update_item",
            TableName=self.name,
            Key=typed(key),
            UpdateExpression=expression,
            ExpressionAttributeValues=typed(values),
            ReturnValues="ALL_NEW",
        )
        return plain(answer["Attributes"])

    def update_if(self, key: dict[str, str], expression: str, values: Item, condition: str) -> Item | None:
        """Change an item and give all of it as it is afterwards; None when the condition does not hold."""
        request = _request(condition, values) | {"ReturnValues": "ALL_NEW"}
        answer = self._if_met("update_item", Key=typed(key), UpdateExpression=expression, **request)
        return plain(answer["Attributes"]) if answer else None

    def update(
        self,
        key: dict[str, str],
        expression: str,
        values: Item | None = None,
        condition: str | None = None,
    ) -> bool:
        """Change an item; False when the condition does not hold."""
        request = _request(condition, values)
        return self._holds("update_item", Key=typed(key), UpdateExpression=expression, **request)

    def delete(self, key: dict[str, str], condition: str | None = None, values: Item | None = None) -> bool:
        """Delete an item, which is harmless when it is gone; False when the condition does not hold."""
        return self._holds("delete_item", Key=typed(key), **_request(condition, values))

    def delete_all(self, keys: list[Key]) -> None:
        """Delete items, which is harmless for those that are gone. Not all at once: repeat if broken off."""
        for first in range(0, len(keys), IN_BATCH):
            left = {self.name: [{"DeleteRequest": {"Key": typed(each)}} for each in keys[first:][:IN_BATCH]]}
            for _ in range(ATTEMPTS):
                left = self._call("batch_write_item", RequestItems=left)["UnprocessedItems"]
                if not left:
                    break
            else:
                raise Unavailable("the storage does not keep up")

    def transact(self, *writes: TransactWriteItemTypeDef) -> bool:
        """All of the writes or none; False when a condition does not hold or another was faster."""
        try:
            self._call("transact_write_items", TransactItems=writes)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            reasons = {each.get("Code") for each in error.response.get("CancellationReasons", [])}
            if reasons <= {"None", "ConditionalCheckFailed", "TransactionConflict"}:
                return False
            raise Unavailable("the storage could not carry out a transaction") from error
        return True

    def put_in_transaction(
        self, item: Item, condition: str | None = None, values: Item | None = None
    ) -> TransactWriteItemTypeDef:
        """A conditional put as a part of a transaction."""
        request: Any = {"TableName": self.name, "Item": typed(item)}
        return {"Put": request | _request(condition, values)}

    def update_in_transaction(
        self, key: dict[str, str], expression: str, values: Item, condition: str
    ) -> TransactWriteItemTypeDef:
        """A conditional change as a part of a transaction."""
        request: Any = {"TableName": self.name, "Key": typed(key), "UpdateExpression": expression}
        return {"Update": request | _request(condition, values)}

    def check_in_transaction(
        self, key: dict[str, str], condition: str, values: Item
    ) -> TransactWriteItemTypeDef:
        """What must hold of another item for a transaction to be carried out."""
        request: Any = {"TableName": self.name, "Key": typed(key)}
        return {"ConditionCheck": request | _request(condition, values)}

    def delete_in_transaction(self, key: dict[str, str]) -> TransactWriteItemTypeDef:
        """A delete as a part of a transaction."""
        return {"Delete": {"TableName": self.name, "Key": typed(key)}}

    def _holds(self, operation: str, **request: Any) -> bool:
        return self._if_met(operation, **request) is not None

    def _if_met(self, operation: str, **request: Any) -> Any | None:
        try:
            return self._call(operation, TableName=self.name, **request)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return None
            raise

    def _call(self, operation: str, **request: Any) -> Any:
        """One request. Raises Unavailable when DynamoDB does not keep up even after the client's retries."""
        if operation not in READING and (ahead := _ahead.get()):
            _forget(ahead, request.get("Key") or request.get("Item"))
        for _ in range(ATTEMPTS):
            try:
                return getattr(self.client, operation)(**request)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in BUSY:
                    raise Unavailable("the storage does not keep up") from error
                if code != IN_TRANSACTION:
                    raise
            except (NoConnection, HTTPClientError) as error:
                raise Unavailable("the storage cannot be reached") from error
        raise Unavailable("the storage does not keep up")


def _request(condition: str | None, values: Item | None) -> dict[str, Any]:
    # "state" is a reserved word of DynamoDB.
    names = {"#state": "state"} if condition and "#state" in condition else None
    request = {
        "ConditionExpression": condition,
        "ExpressionAttributeValues": typed(values) if values else None,
        "ExpressionAttributeNames": names,
    }
    return {name: value for name, value in request.items() if value}


__all__ = ["Item", "Table", "connect", "plain", "typed"]
