"""Makes every call of the services in use, with whatever botocore comes first on the path, and prints them.

Nothing leaves the process: what would be sent is printed as JSON, one line for each call, and answered with
an empty body. Run as a script, with the services as arguments.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

REGIONS = ("eu-north-1", "us-east-1", "cn-north-1")
PLAIN = {
    "string": "a" * 64,
    "integer": 1,
    "long": 1,
    "double": 1.0,
    "float": 1.0,
    "boolean": True,
    "blob": b"a",
    "timestamp": datetime(2026, 9, 16, tzinfo=UTC),
}
SIGNED = {"authorization", "user-agent", "x-amz-date", "amz-sdk-invocation-id", "date"}
"""Headers that differ each time."""


class Body(BytesIO):
    """The body of an answer."""

    def stream(self, **_options: Any) -> list[bytes]:
        return [self.read()]


def example(shape: Any) -> Any:
    """The smallest value that the shape takes."""
    if shape.type_name == "structure":
        wanted = list(shape.required_members)
        if getattr(shape, "is_tagged_union", False):
            wanted = [next(iter(shape.members))]
        return {name: example(shape.members[name]) for name in wanted}
    if shape.type_name == "list":
        return [example(shape.member)]
    if shape.type_name == "map":
        return {example(shape.key): example(shape.value)}
    return shape.enum[0] if getattr(shape, "enum", None) else PLAIN[shape.type_name]


def calls(service: str, region: str) -> list[tuple[Any, ...]]:
    """What each operation of the service would send."""
    config = Config(retries={"total_max_attempts": 1})
    session: Any = boto3.Session("none", "none", region_name=region)
    client = session.client(service, config=config)
    sent: list[tuple[Any, ...]] = []

    def answer(request: Any, **_about: Any) -> AWSResponse:
        headers = {name: str(value) for name, value in request.headers.items() if name.lower() not in SIGNED}
        body = request.body.read() if hasattr(request.body, "read") else request.body
        sent.append((service, region, operation, request.method, request.url, str(body), headers))
        return AWSResponse(request.url, 200, HTTPHeaders(), Body(b"<a/>" if service == "s3" else b"{}"))

    client.meta.events.register("before-send", answer)
    for operation, name in sorted(client.meta.method_to_api_mapping.items()):
        shape = client.meta.service_model.operation_model(name).input_shape
        getattr(client, operation)(**(example(shape) if shape else {}))
    return sent


if __name__ == "__main__":
    uuid.uuid4 = lambda: uuid.UUID(int=0)  # the tokens of calls that may be repeated
    for service in sys.argv[1:]:
        for region in REGIONS:
            for call in calls(service, region):
                sys.stdout.write(json.dumps(call, default=str) + "\n")
