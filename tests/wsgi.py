"""A function as a WSGI application, for tools that speak HTTP."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

Start = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def application(handler: Handler) -> Application:
    """Hands each request to the handler as API Gateway does (payload format 2.0), and its answer back."""

    def answered(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        answer = handler(_event(environ), None)
        start(f"{int(answer['statusCode'])} Any", _headers(answer))
        body = answer.get("body", "").encode()
        return [b64decode(body) if answer.get("isBase64Encoded") else body]

    return answered


def _headers(answer: dict[str, Any]) -> list[tuple[str, str]]:
    named = [(name, str(value)) for name, value in (answer.get("headers") or {}).items()]
    return named + [("Set-Cookie", each) for each in answer.get("cookies") or ()]


def _event(environ: dict[str, Any]) -> dict[str, Any]:
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    query = environ.get("QUERY_STRING", "")
    values = parse_qs(query, keep_blank_values=True)
    headers = _request_headers(environ)
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        # API Gateway joins what comes several times with commas.
        "queryStringParameters": {name: ",".join(each) for name, each in values.items()} or None,
        "headers": headers,
        "cookies": [each.strip() for each in headers.get("cookie", "").split(";") if each.strip()],
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
    named |= {name: environ[name] for name in ("CONTENT_TYPE",) if environ.get(name)}
    return {name.replace("_", "-").lower(): value for name, value in named.items()}
