"""The typical stack: boto3, a resource and two clients; powertools with tracing and validation; Jinja2.

Written as the documentation of each suggests: what a function may need is made when its module is loaded.
A registration is a counter and an item in one transaction.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Form
from aws_lambda_powertools.metrics import MetricUnit
from jinja2 import Environment, FileSystemLoader
from pydantic import BaseModel, EmailStr, StringConstraints

logger = Logger(service="typical")
metrics = Metrics(namespace="Typical", service="typical")
tracer = Tracer(service="typical")
app = APIGatewayHttpResolver(enable_validation=True)

dynamodb = boto3.resource("dynamodb")
table = dynamodb.Table(os.environ["KALLELSE_TABLE"])
mail = boto3.client("sesv2")
bucket = boto3.client("s3")
templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Participant(BaseModel):
    """Who registers."""

    name: Line
    email: EmailStr
    organisation: Line
    organisation_kind: str
    language: str


def _event(event_id: str) -> dict[str, Any]:
    item = table.get_item(Key={"pk": f"EVENT#{event_id}", "sk": "EVENT"}, ConsistentRead=True)["Item"]
    return dict(json.loads(str(item["body"])))


def _page(name: str, /, **context: Any) -> Response[str]:
    html = templates.get_template(name).render(**context)
    return Response(200, "text/html; charset=utf-8", html)


@app.get("/events/<event_id>/<language>")
@tracer.capture_method
def show(event_id: str, language: str) -> Response[str]:
    """The form of an event."""
    return _page("form.html", event=_event(event_id), language=language)


@app.post("/events/<event_id>/<language>/registrations")
@tracer.capture_method
def register(
    event_id: str,
    language: str,
    name: Annotated[str, Form()],
    email: Annotated[str, Form()],
    organisation: Annotated[str, Form()],
    organisation_kind: Annotated[str, Form()],
    mail_language: Annotated[str, Form(alias="language")],
) -> Response[str]:
    """Register a participant."""
    participant = Participant(
        name=name,
        email=email,
        organisation=organisation,
        organisation_kind=organisation_kind,
        language=mail_language,
    )
    event, partition = _event(event_id), f"EVENT#{event_id}"
    registration = {"pk": partition, "sk": f"REG#{uuid4()}"} | participant.model_dump()
    counted: Any = {
        "TableName": table.name,
        "Key": {"pk": partition, "sk": "COUNTER"},
        "UpdateExpression": "ADD taken :one",
        "ConditionExpression": "attribute_not_exists(taken) OR taken < :seats",
        "ExpressionAttributeValues": {":one": 1, ":seats": event["seats"]},
    }
    put: Any = {"TableName": table.name, "Item": registration}
    table.meta.client.transact_write_items(TransactItems=[{"Update": counted}, {"Put": put}])
    metrics.add_metric(name="Registrations", unit=MetricUnit.Count, value=1)
    return _page("registered.html", event=event, language=language, name=participant.name)


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request."""
    return app.resolve(event, context)
