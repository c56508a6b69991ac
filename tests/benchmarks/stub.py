"""Stands for AWS: answers DynamoDB, S3, SES and Translate from a fixed table and bucket over a local socket,
and keeps nothing.

So the engine and the network cost both sides of a comparison the same, and each request finds the table as
the first one did.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

Item = dict[str, Any]


class Stub(ThreadingHTTPServer):
    """The endpoint. ``items``: all that the table holds; ``documents``: all that the bucket holds, by key;
    ``calls``: how often each was asked.
    """

    daemon_threads = True

    def __init__(self, items: list[Item], documents: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.documents = documents
        self.items = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
        self.calls: Counter[str] = Counter()

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """What DynamoDB or Translate would answer, as far as the measured requests ask."""
        self.calls[operation] += 1
        if operation == "GetItem":
            found = self._found(request["Key"])
            return {"Item": found} if found else {}
        if operation == "BatchGetItem":
            [(table, wanted)] = request["RequestItems"].items()
            items = [item for key in wanted["Keys"] if (item := self._found(key))]
            return {"Responses": {table: items}, "UnprocessedKeys": {}}
        if operation == "Query":
            items = [] if "IndexName" in request else self._matching(request)
            return {"Items": items, "Count": len(items)}
        if operation == "BatchWriteItem":
            return {"UnprocessedItems": {}}
        if operation == "TranslateText":
            codes = {name: request[name] for name in ("SourceLanguageCode", "TargetLanguageCode")}
            return codes | {"TranslatedText": request["Text"]}
        if request.get("ReturnValues") == "ALL_NEW":
            return {"Attributes": (self._found(request["Key"]) or request["Key"]) | {"taken": {"N": "1"}}}
        return {}

    def _found(self, key: Item) -> Item | None:
        return self.items.get((key["pk"]["S"], key["sk"]["S"]))

    def _matching(self, request: dict[str, Any]) -> list[Item]:
        """The items of a query, by what their sort keys begin with or lie between."""
        values = {name: value.get("S", "") for name, value in request["ExpressionAttributeValues"].items()}
        prefix = values.get(":prefix", "")
        first, last = values.get(":first", prefix), values.get(":own", f"{prefix}\U0010ffff")
        keys = sorted(key for key in self.items if key[0] == values[":pk"] and first <= key[1] <= last)
        if not request.get("ScanIndexForward", True):
            keys.reverse()
        return [self.items[key] for key in keys[: request.get("Limit")]]


class _Answering(BaseHTTPRequestHandler):
    server: Stub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        """A request of DynamoDB or Translate."""
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        self._tell(self.server.answer(operation, json.loads(self._body())))

    def do_GET(self) -> None:
        """A document of S3; or a request of SES, which only asks for the rate."""
        if self.path.startswith("/v2/"):
            quota = {"Max24HourSend": 50_000, "MaxSendRate": 14, "SentLast24Hours": 0}
            self._tell({"SendQuota": quota, "SendingEnabled": True, "ProductionAccessEnabled": True})
            return
        key = unquote(urlsplit(self.path).path).removeprefix("/bucket/")
        if key in self.server.documents:
            self._send(self.server.documents[key], "binary/octet-stream")
        else:
            self._send(b"<Error><Code>NoSuchKey</Code></Error>", "application/xml", HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET

    def handle_expect_100(self) -> bool:
        """Let a body come at once: botocore waits a second for this word, which must not wait in a buffer."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def do_PUT(self) -> None:
        """A document for S3."""
        self._body()
        self._send(b"", "application/xml")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _tell(self, answer: dict[str, Any]) -> None:
        self._send(json.dumps(answer).encode(), "application/x-amz-json-1.0")

    def _send(self, body: bytes, media_type: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def running(items: list[Item], documents: Mapping[str, bytes] | None = None) -> Iterator[Stub]:
    """The endpoint, answering until the end of the block."""
    with Stub(items, documents or {}) as stub:
        Thread(target=stub.serve_forever, daemon=True).start()
        yield stub
        stub.shutdown()
