"""Makes a table hold exactly what an export to S3 holds: a step of "Restored from backup" in RUNBOOK.md.

``python -m infra.restore BUCKET PREFIX TABLE``, where the prefix is ``…/AWSDynamoDB/<id of the export>``.
DynamoDB itself imports into new tables only, which the stack would not know. Broken off, run it again.
"""

from __future__ import annotations

import gzip
import json
import sys
from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

IN_BATCH = 25
"""How many items BatchWriteItem takes (its API reference)."""

Item = dict[str, Any]


def exported(s3: S3Client, bucket: str, prefix: str) -> Iterator[Item]:
    """The items of an export in DynamoDB JSON.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
    """
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/data/"):
        for each in page.get("Contents", []):
            lines = gzip.decompress(s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read())
            yield from (json.loads(line, object_hook=_bytes)["Item"] for line in lines.splitlines())


def _bytes(value: dict[str, Any]) -> dict[str, Any]:
    # JSON has no bytes, so DynamoDB writes them in base64.
    return {"B": b64decode(value["B"])} if list(value) == ["B"] and isinstance(value["B"], str) else value


def load(client: DynamoDBClient, table: str, items: Iterable[Item]) -> tuple[int, int]:
    """Put the items, and delete whatever else is in the table; gives how many of each."""
    kept = set()
    puts = []
    for item in items:
        kept.add((item["pk"]["S"], item["sk"]["S"]))
        puts.append({"PutRequest": {"Item": item}})
        if len(puts) == IN_BATCH:
            _write(client, table, puts)
            puts = []
    _write(client, table, puts)
    gone = [key for key in _keys(client, table) if (key["pk"]["S"], key["sk"]["S"]) not in kept]
    for first in range(0, len(gone), IN_BATCH):
        _write(client, table, [{"DeleteRequest": {"Key": key}} for key in gone[first : first + IN_BATCH]])
    return len(kept), len(gone)


def _write(client: DynamoDBClient, table: str, requests: list[dict[str, Any]]) -> None:
    left: Any = {table: requests} if requests else {}
    while left:
        left = client.batch_write_item(RequestItems=left)["UnprocessedItems"]


def _keys(client: DynamoDBClient, table: str) -> Iterator[Item]:
    pages = client.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk")
    for page in pages:
        yield from page["Items"]


def main(bucket: str, prefix: str, table: str) -> None:
    """Restore, and say what was done."""
    items = exported(boto3.client("s3"), bucket, prefix.rstrip("/"))
    put, deleted = load(boto3.client("dynamodb"), table, items)
    print(f"{put} items are in {table} as they were; {deleted} others were deleted.")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
