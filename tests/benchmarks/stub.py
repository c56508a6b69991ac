"""Stands for AWS: answers DynamoDB and SES from a fixed table over a local socket, and keeps nothing.

So the engine and the network cost both sides of a comparison the same, and each request finds the table as
the first one did.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Item = dict[str, Any]


class Stub(ThreadingHTTPServer):
    """The endpoint. ``items``: all that the table holds; ``calls``: how often each was asked."""

    daemon_threads = True

    def __init__(self, items: list[Item]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.items = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
        self.calls: Counter[str] = Counter()

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """What DynamoDB would answer, as far as the measured requests ask."""
        self.calls[operation] += 1
        if operation == "GetItem":
            found = self._found(request["Key"])
            return {"Item": found} if found else {}
        if operation == "BatchGetItem":
            [(table, wanted)] = request["RequestItems"].items()
            items = [item for key in wanted["Keys"] if (item := self._found(key))]
            return {"Responses": {table: items}, "UnprocessedKeys": {}}
        if operation == "Query":
            items = [] if "IndexName" in request else list(self._matching(request))
            return {"Items": items, "Count": len(items)}
        if request.get("ReturnValues") == "ALL_NEW":
            return {"Attributes": request["Key"] | {"taken": {"N": "1"}}}
        return {}

    def _found(self, key: Item) -> Item | None:
        return self.items.get((key["pk"]["S"], key["sk"]["S"]))

    def _matching(self, request: dict[str, Any]) -> Iterator[Item]:
        values = request["ExpressionAttributeValues"]
        prefix = values.get(":prefix", {}).get("S", "")
        for (partition, sort_key), item in self.items.items():
            if partition == values[":pk"]["S"] and sort_key.startswith(prefix):
                yield item


class _Answering(BaseHTTPRequestHandler):
    server: Stub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        """A request of DynamoDB."""
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(self.server.answer(operation, json.loads(body)))

    def do_GET(self) -> None:
        """A request of SES, which only asks for the rate."""
        quota = {"Max24HourSend": 50_000, "MaxSendRate": 14, "SentLast24Hours": 0}
        self._send({"SendQuota": quota, "SendingEnabled": True, "ProductionAccessEnabled": True})

    def _send(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def running(items: list[Item]) -> Iterator[Stub]:
    """The endpoint, answering until the end of the block."""
    with Stub(items) as stub:
        Thread(target=stub.serve_forever, daemon=True).start()
        yield stub
        stub.shutdown()
