"""The floor: no SDK at all. Requests are signed by hand (SigV4) and sent by urllib3; pages are Jinja2."""

from __future__ import annotations

import hmac
import json
import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader
from urllib3 import PoolManager

ENDPOINT, REGION = os.environ["AWS_ENDPOINT_URL_DYNAMODB"], os.environ["AWS_DEFAULT_REGION"]
HOST, TABLE = ENDPOINT.partition("://")[2], os.environ["KALLELSE_TABLE"]
FIELDS = ("name", "email", "organisation", "organisation_kind", "language")

pool = PoolManager()
templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), sha256).digest()


def call(operation: str, request: dict[str, Any]) -> Any:
    """One request of DynamoDB."""
    body, target = json.dumps(request).encode(), f"DynamoDB_20120810.{operation}"
    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{at[:8]}/{REGION}/dynamodb/aws4_request"
    names = "content-type;host;x-amz-date;x-amz-target"
    signed = f"content-type:application/x-amz-json-1.0\nhost:{HOST}\nx-amz-date:{at}\nx-amz-target:{target}\n"
    canonical = f"POST\n/\n\n{signed}\n{names}\n{sha256(body).hexdigest()}"
    key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    credential = f"Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    signature = hmac.new(key, text.encode(), sha256).hexdigest()
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": HOST,
        "x-amz-date": at,
        "x-amz-target": target,
        "authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}",
    }
    return json.loads(pool.request("POST", ENDPOINT + "/", body=body, headers=headers).data)


def _page(name: str, /, **context: Any) -> dict[str, Any]:
    html = templates.get_template(name).render(**context)
    return {"statusCode": 200, "headers": {"content-type": "text/html; charset=utf-8"}, "body": html}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The form of an event, or a registration."""
    event_id, language = event["rawPath"].split("/")[2:4]
    partition = {"S": f"EVENT#{event_id}"}
    key = {"pk": partition, "sk": {"S": "EVENT"}}
    item = call("GetItem", {"TableName": TABLE, "Key": key, "ConsistentRead": True})["Item"]
    content = json.loads(item["body"]["S"])
    if event["requestContext"]["http"]["method"] == "GET":
        return _page("form.html", event=content, language=language)
    values = {name: each[0] for name, each in parse_qs(event["body"]).items()}
    counted = {
        "TableName": TABLE,
        "Key": {"pk": partition, "sk": {"S": "COUNTER"}},
        "UpdateExpression": "ADD taken :one",
        "ConditionExpression": "attribute_not_exists(taken) OR taken < :seats",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":seats": {"N": str(content["seats"])}},
    }
    registration = {"pk": partition, "sk": {"S": f"REG#{uuid4()}"}}
    registration |= {name: {"S": values[name]} for name in FIELDS}
    put = {"TableName": TABLE, "Item": registration}
    call("TransactWriteItems", {"TransactItems": [{"Update": counted}, {"Put": put}]})
    return _page("registered.html", event=content, language=language, name=values["name"])
