"""The bare script: one botocore client, one Jinja2 template, no framework. It shows the form."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from botocore.session import get_session
from jinja2 import Environment, FileSystemLoader

client: Any = get_session().create_client("dynamodb")
templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The form of an event."""
    event_id, language = event["rawPath"].split("/")[2:4]
    item = client.get_item(
        TableName=os.environ["KALLELSE_TABLE"],
        Key={"pk": {"S": f"EVENT#{event_id}"}, "sk": {"S": "EVENT"}},
        ConsistentRead=True,
    )["Item"]
    page = templates.get_template("form.html").render(event=json.loads(item["body"]["S"]), language=language)
    return {"statusCode": 200, "headers": {"content-type": "text/html; charset=utf-8"}, "body": page}
