"""The admin handler as a WSGI application, for tools that speak HTTP."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from kallelse.handlers import admin

Start = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """Hand a request to the handler as API Gateway does (payload format 2.0), and its answer back."""
    answer = admin.handler(_event(environ), None)
    status = int(answer["statusCode"])
    start(f"{status} Any", [(name, str(value)) for name, value in _headers(answer).items()])
    return [answer.get("body", "").encode()]


def _headers(answer: dict[str, Any]) -> dict[str, Any]:
    return dict(answer.get("headers") or {})


def _event(environ: dict[str, Any]) -> dict[str, Any]:
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    query = environ.get("QUERY_STRING", "")
    values = parse_qs(query, keep_blank_values=True)
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        # API Gateway joins what comes several times with commas.
        "queryStringParameters": {name: ",".join(each) for name, each in values.items()} or None,
        "headers": _request_headers(environ),
        "body": b64encode(body).decode(),
        "isBase64Encoded": True,
        "requestContext": {
            "http": {"method": environ["REQUEST_METHOD"], "path": path, "sourceIp": "192.0.2.1"},
            "stage": "$default",
            "domainName": "api.example",
        },
    }


def _request_headers(environ: dict[str, Any]) -> dict[str, str]:
    named = {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")}
    named |= {name: environ[name] for name in ("CONTENT_TYPE",) if name in environ}
    return {name.replace("_", "-").lower(): value for name, value in named.items()}
