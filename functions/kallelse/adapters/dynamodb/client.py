"""The client of DynamoDB: requests signed and sent here, in a fifth of the time that botocore takes for it.

botocore is a quarter of a second of every cold start and most of the work of a registration
(BENCHMARKS.md). DynamoDB takes JSON over HTTPS and needs none of what makes botocore large. This client
has the calls, the answers and the exceptions of botocore's, so that either can be under a table.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import select
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache, partial
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from secrets import randbelow
from socket import socket
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from botocore.exceptions import ClientError, EndpointConnectionError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BUSY = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
        "TransactionInProgressException",
    }
)
"""The errors of DynamoDB that the same request may not meet again in a moment (its API reference)."""

CONNECTIONS = 32
"""As many as a process has threads at most, so that none has to open a connection for each call."""

ATTEMPTS = 4
"""How often a request is sent at most. What a lost answer did, Kallelse finds out by its conditions."""

SECONDS = 2
"""How long an answer may take. Without any, a visitor is told so before the function has to end."""

PIECE = 2**16
"""How many bytes of an answer are read at once."""

STATUS = re.compile(rb"HTTP/\d\.\d (\d{3})\b")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
IN_CHUNKS = re.compile(rb"\r\ntransfer-encoding: *chunked\r\n", re.IGNORECASE)
CHUNK = re.compile(rb"([0-9a-f]+)[^\r]*\r\n", re.IGNORECASE)

TARGET = "DynamoDB_20120810."
MEDIA_TYPE = "application/x-amz-json-1.0"


def make() -> DynamoDBClient:
    """This client where credentials are in the environment, as on Lambda; elsewhere botocore's finds them.

    With SnapStart they are not, since the environment is kept in the snapshot.
    """
    if "AWS_ACCESS_KEY_ID" in os.environ:
        region = os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"]
        return cast("DynamoDBClient", Client(_endpoint(region), region))
    return of_botocore()


def of_botocore() -> DynamoDBClient:
    """Its client, which waits 50, 100 and 200 ms before it tries again, as this one does.

    Its standard mode waits up to 1, 2 and 4 seconds for a table that is throttled, and a visitor's request
    has 10 for all its calls.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=2,
        read_timeout=SECONDS,
        retries={"mode": "legacy", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
    )
    return boto3.client("dynamodb", config=config)


def _endpoint(region: str) -> str:
    # The variables by which every SDK of AWS is sent elsewhere.
    named = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL")
    return named or f"https://dynamodb.{region}.amazonaws.com"


class Client:
    """Calls are named as botocore names them: ``client.get_item(TableName=..., Key=...)``.

    Each raises ClientError, or EndpointConnectionError when there was no answer. Threads may share it.
    """

    def __init__(self, endpoint: str, region: str) -> None:
        self.endpoint, self.region = endpoint, region
        parts = urlsplit(endpoint)
        self.host = parts.netloc
        self._connect = partial(
            HTTPSConnection if parts.scheme == "https" else HTTPConnection, timeout=SECONDS
        )
        self._idle: deque[HTTPConnection] = deque(maxlen=CONNECTIONS)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(self._call, name.title().replace("_", ""))

    def _call(self, operation: str, **request: Any) -> Any:
        body = json.dumps(request).encode()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._answered(operation, body)
            except ClientError as error:
                code, status = (
                    error.response["Error"]["Code"],
                    error.response["ResponseMetadata"]["HTTPStatusCode"],
                )
                if attempt == ATTEMPTS or (code not in BUSY and status < 500):
                    raise
            except (OSError, HTTPException) as error:
                if attempt == ATTEMPTS:
                    raise EndpointConnectionError(endpoint_url=self.endpoint, error=error) from error
            # Twice as long each time, and not the same for all who were turned away.
            time.sleep(randbelow(25 * 2**attempt + 1) / 1000)
        raise AssertionError("the last attempt returns or raises")

    def _answered(self, operation: str, body: bytes) -> Any:
        """What one request was answered with. Raises ClientError, OSError or HTTPException."""
        status, answer = self._exchanged(body, signed(self.host, self.region, operation, body))
        content = json.loads(answer) if answer else {}
        if status == 200:
            return content
        code = str(content.pop("__type", status)).rpartition("#")[2]
        told = {"Code": code, "Message": content.get("message") or content.get("Message") or ""}
        metadata = {"HTTPStatusCode": status}
        raise ClientError(cast("Any", content | {"Error": told, "ResponseMetadata": metadata}), operation)

    def _exchanged(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = self._connection()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST / HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n"
        try:
            if connection.sock is None:
                connection.connect()
            # In one piece; HTTPConnection.request would send head and body apart.
            connection.sock.sendall(head.encode() + body)
            status, answer = _read(connection.sock)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return status, answer

    def _connection(self) -> HTTPConnection:
        """One that is open, else a new one. What can be read between answers is the end of the connection."""
        with suppress(IndexError):  # none is left
            while connection := self._idle.pop():
                if not select.select([connection.sock], [], [], 0)[0]:
                    return connection
                connection.close()
        return self._connect(self.host)


def _read(connection: socket) -> tuple[int, bytes]:
    """The status and the body of an answer (RFC 9112).

    http.client would take longer to read the headers than the rest of a call takes.
    """
    told = b""
    while (end := told.find(b"\r\n\r\n")) < 0:
        told += _more(connection)
    head, begun = told[: end + 2], told[end + 4 :]
    if not (status := STATUS.match(head)):
        raise HTTPException("the answer does not begin as one")
    if length := LENGTH.search(head):
        body = _whole(connection, begun, int(length[1]))
    elif IN_CHUNKS.search(head):
        body = b"".join(_chunks(connection, begun))
    else:
        raise HTTPException("the answer does not tell how long it is")
    return int(status[1]), body


def _whole(connection: socket, begun: bytes, length: int) -> bytes:
    """So many bytes and whatever came with them, of which some are there."""
    parts, left = [begun], length - len(begun)
    while left > 0:
        parts.append(_more(connection))
        left -= len(parts[-1])
    return b"".join(parts)


def _chunks(connection: socket, told: bytes) -> Iterator[bytes]:
    """The parts of an answer that tells of each how long it is, up to an empty one (RFC 9112 §7.1)."""
    size = 1
    while size:
        while not (line := CHUNK.match(told)):
            told += _more(connection)
        size = int(line[1], 16)
        told = _whole(connection, told[line.end() :], size + 2)
        yield told[:size]
        told = told[size + 2 :]


def _more(connection: socket) -> bytes:
    if not (told := connection.recv(PIECE)):
        raise HTTPException("the answer broke off")
    return told


def signed(
    host: str, region: str, operation: str, body: bytes, now: datetime | None = None
) -> dict[str, str]:
    """The headers of a request, with its signature (AWS Signature Version 4, IAM User Guide)."""
    at = f"{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    headers = {"content-type": MEDIA_TYPE, "host": host, "x-amz-date": at, "x-amz-target": TARGET + operation}
    token = os.environ.get("AWS_SESSION_TOKEN")
    headers |= {"x-amz-security-token": token} if token else {}
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = f"POST\n/\n\n{lines}\n{';'.join(names)}\n{sha256(body).hexdigest()}"
    scope = f"{at[:8]}/{region}/dynamodb/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signature = _mac(_key(os.environ["AWS_SECRET_ACCESS_KEY"], scope), text).hex()
    credential = f"Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return headers


@lru_cache(maxsize=2)
def _key(secret: str, scope: str) -> bytes:
    """The key of a day."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    return key


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
