"""OpenAPI 3.1 from the declarations of the routes: what each reads, gives and refuses.

https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ...models import SLUG
from .routing import JSON, ROUTES, SCOPES, Route

REF = "#/components/schemas/{model}"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
"""Problem details (RFC 9457), with one entry for each field that is wrong."""

REFUSED = (400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
"""What every route may answer; see the table of errors in :mod:`kallelse.http`."""

IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request with the same key, within a day, is answered as before and done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of what is to be changed, as it was read; * is whatever it is.",
    "schema": {"type": "string"},
}


SECURITY_SCHEMES = {
    "iam": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-amazon-apigateway-authtype": "awsSigv4",
    },
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
}

References = dict[Any, dict[str, Any]]
"""The reference to the schema of each model."""


def description() -> dict[str, Any]:
    """The whole document."""
    schemas, definitions = models_json_schema([(each, "validation") for each in _models()], ref_template=REF)
    references: References = {model: schema for (model, _), schema in schemas.items()}
    paths: dict[str, dict[str, Any]] = {}
    for each in ROUTES:
        paths.setdefault(_path(each), {})[each.method.lower()] = _operation(each, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kallelse",
            "version": "1",
            "description": "What organisers do with events, registrations, mails and summaries.",
        },
        "paths": paths,
        "components": {
            "schemas": _of_queries() | definitions.get("$defs", {}) | {"Problem": PROBLEM},
            "securitySchemes": SECURITY_SCHEMES,
        },
        "security": [{"iam": []}, {"token": []}],
    }


def _path(route: Route) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", route.path)


def _models() -> Iterator[type[BaseModel]]:
    for each in ROUTES:
        for kind in (each.parameters.get("body"), each.answer):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield kind


def _of_queries() -> dict[str, Any]:
    """The schemas that the parameters of queries refer to."""
    found: dict[str, Any] = {}
    for each in ROUTES:
        if "query" in each.parameters:
            found |= each.parameters["query"].model_json_schema(ref_template=REF).get("$defs", {})
    return found


def _operation(route: Route, references: References) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.function.__name__,
        "summary": route.summary,
        "description": f"Needs the role {route.needs}.",
        "tags": [route.function.__module__.rpartition(".")[2]],
        "parameters": [*_in_address(route), *_in_query(route), *_in_headers(route)],
        "responses": _responses(route, references),
    }
    if "body" in route.parameters:
        operation["requestBody"] = {"required": True, "content": _content(route, references)}
    return operation


def _in_address(route: Route) -> Iterator[dict[str, Any]]:
    for name in route.names:
        yield {"name": name, "in": "path", "required": True, "schema": _part(route, name)}


def _part(route: Route, name: str) -> dict[str, Any]:
    """The schema of a part of the address."""
    if route.parameters.get(name) is int:
        return {"type": "integer", "minimum": 1, "maximum": 999_999}
    return {"type": "string", "pattern": SLUG} if name in SCOPES else {"type": "string"}


def _in_query(route: Route) -> Iterator[dict[str, Any]]:
    if "query" not in route.parameters:
        return
    schema = route.parameters["query"].model_json_schema(ref_template=REF)
    for name, each in schema.get("properties", {}).items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "schema": each,
            # API Gateway joins values that come several times with commas.
            "explode": False,
        }


def _in_headers(route: Route) -> Iterator[dict[str, Any]]:
    if route.method == "POST" and route.kept:
        yield IDEMPOTENCY
    if route.method != "GET" and route.target:
        yield IF_MATCH


def _content(route: Route, references: References) -> dict[str, Any]:
    body = route.parameters["body"]
    if body is not str:
        return {JSON: {"schema": references[body]}}
    schemas = {JSON: {"schema": {"type": "object"}}}
    return {media: schemas.get(media, {"schema": {"type": "string"}}) for media in route.media.types}


def _responses(route: Route, references: References) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(route.status.value): {
            "description": route.status.phrase,
            "content": {media: {"schema": _given(route, media, references)} for media in route.gives},
        }
    }
    if route.target:
        tag = {"description": "What If-Match takes.", "schema": {"type": "string"}}
        answers[str(route.status.value)]["headers"] = {"ETag": tag}
    refused = [*REFUSED, 412, 428] if route.target and route.method != "GET" else REFUSED
    for status in refused:
        answers[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}},
        }
    return answers


def _given(route: Route, media: str, references: References) -> dict[str, Any]:
    if media != JSON:
        return {"type": "string"}
    # A route that makes its answer itself may give anything, such as a list of records.
    return references.get(route.answer, {"type": "object"} if get_origin(route.answer) is dict else {})
