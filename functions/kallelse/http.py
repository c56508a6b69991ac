"""HTTP: the one table of errors, problem+json (RFC 9457), reading bodies, and the edge before the API."""

from __future__ import annotations

import json
from hashlib import sha256
from hmac import compare_digest
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from .errors import (
    AlreadyChanged,
    BodyTooLarge,
    Forbidden,
    FormRefused,
    HoldExpired,
    InvalidInput,
    KallelseError,
    LinkNotFound,
    MatchNeeded,
    NotFound,
    Refused,
    RepeatUnderWay,
    Stale,
    TooManyRequests,
    Unauthorised,
    Unavailable,
    UnreadableRequest,
    UnsupportedMediaType,
    WrongAudience,
    WrongMethod,
)
from .gateway import Response

# The first that fits counts, so the narrower stand before the wider.
STATUS: tuple[tuple[type[KallelseError], HTTPStatus], ...] = (
    (InvalidInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UnsupportedMediaType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UnreadableRequest, HTTPStatus.BAD_REQUEST),
    (Unauthorised, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (WrongMethod, HTTPStatus.METHOD_NOT_ALLOWED),
    (MatchNeeded, HTTPStatus.PRECONDITION_REQUIRED),
    (Stale, HTTPStatus.PRECONDITION_FAILED),
    (RepeatUnderWay, HTTPStatus.CONFLICT),
    (LinkNotFound, HTTPStatus.NOT_FOUND),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (AlreadyChanged, HTTPStatus.SERVICE_UNAVAILABLE),
    (TooManyRequests, HTTPStatus.TOO_MANY_REQUESTS),
    (WrongAudience, HTTPStatus.FORBIDDEN),
    (HoldExpired, HTTPStatus.GONE),
    (Refused, HTTPStatus.CONFLICT),
    (FormRefused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (KallelseError, HTTPStatus.INTERNAL_SERVER_ERROR),
)

EDGE = "x-kallelse-edge"
"""The header by which the edge (CloudFront, ``infra/edge.yaml``) proves that a request came through it."""

VISITOR = "x-kallelse-visitor"
"""The header in which the edge tells the visitor's IP address."""

PAST_THE_EDGE: dict[str, Any] = {"statusCode": HTTPStatus.FORBIDDEN.value}
"""The answer to a request that went past the edge, and so past its firewall."""


def through_edge(event: dict[str, Any], secret: str) -> bool:
    """Whether the request came through the edge, which alone knows the secret; true if there is no edge."""
    return not secret or compare_digest(event["headers"].get(EDGE, "").encode(), secret.encode())


SECURITY = {
    # Nothing with this policy runs a script; tools that read robots.txt for a page connect, though.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def status_of(error: KallelseError) -> HTTPStatus:
    """The status code that tells this error."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def _retry(status: HTTPStatus) -> dict[str, str]:
    """When to try again, in seconds (RFC 9110 §10.2.3)."""
    seconds = {HTTPStatus.TOO_MANY_REQUESTS: "3600", HTTPStatus.SERVICE_UNAVAILABLE: "5"}
    return {"Retry-After": seconds[status]} if status in seconds else {}


def page(html: str, status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    """A page for a person."""
    return Response(status, "text/html; charset=utf-8", html, headers=SECURITY | _retry(status))


def leading_away(response: Response[str]) -> Response[str]:
    """A page with a form whose answer redirects to another host, wherever that redirects to.

    Chromium holds ``form-action`` against redirects, too (w3c/webappsec-csp, issue 8).
    """
    own = SECURITY["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = own.replace(
        "form-action 'self'", "form-action 'self' https:"
    )
    return response


SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""The Content-Security-Policy of what others wrote, shown in a browser: it can do and load nothing."""


def sandboxed(html: str) -> Response[str]:
    """A page that can do and load nothing, whatever is in it."""
    response = page(html)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


NOBODY = "frame-ancestors 'none'"
"""The part of the Content-Security-Policy that keeps every page out of the frames of others."""


def framed(response: Response[str], origins: tuple[str, ...]) -> Response[str]:
    """The page, which the pages of these origins may show in a frame of theirs."""
    policy = SECURITY["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace(
        NOBODY, f"frame-ancestors {' '.join(origins)}"
    )
    return response


def kept(response: Response[Any], request: Any, seconds: int, *, by_everybody: bool = True) -> Response[Any]:
    """The answer, to be kept for so long by caches, or only by the visitor's browser (RFC 9111 §5.2.2).

    Nothing is sent again to whoever has it already (304, RFC 9110 §13.1.2).
    """
    content = response.body or ""
    digest = sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()[:32]
    whose = "public" if by_everybody else "private"
    response.headers |= {"Cache-Control": f"{whose}, max-age={seconds}", "ETag": f'"{digest}"'}
    known = (request.headers.get("if-none-match") or "").split(",")
    if f'"{digest}"' in (each.strip().removeprefix("W/") for each in known):
        return Response(HTTPStatus.NOT_MODIFIED, None, "", headers=response.headers)
    return response


def download(content: str | bytes, media_type: str, name: str) -> Response[Any]:
    """A file to take away."""
    headers = SECURITY | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(HTTPStatus.OK, media_type, content, headers=headers)


def resource(content: str | bytes, media_type: str) -> Response[Any]:
    """What is neither a page nor to be taken away, such as a picture."""
    return Response(HTTPStatus.OK, media_type, content, headers=dict(SECURITY))


def plain(text: str) -> Response[str]:
    """A text for a person."""
    return Response(HTTPStatus.OK, "text/plain; charset=utf-8", text, headers=dict(SECURITY))


def see_other(address: str) -> Response[str]:
    """Send the browser on, without telling where it comes from."""
    return Response(HTTPStatus.SEE_OTHER, "text/plain", "", headers=SECURITY | {"Location": address})


def answer(content: Any, status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    """JSON for a program."""
    return Response(status, "application/json", json.dumps(content), headers=dict(SECURITY))


def problem(error: KallelseError) -> Response[str]:
    """The error as problem details (RFC 9457), with one entry for each field that is wrong."""
    status = status_of(error)
    details: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": str(error),
    }
    if isinstance(error, InvalidInput):
        details["errors"] = [{"field": each.field, "detail": each.detail} for each in error.problems]
    headers = SECURITY | _retry(status)
    if isinstance(error, WrongMethod):
        headers["Allow"] = ", ".join(error.allowed)
    return Response(status, "application/problem+json", json.dumps(details), headers=headers)


def body_of(event: Any, media_types: tuple[str, ...], limit: int) -> str:
    """The body as text, at most ``limit`` bytes long. Raises UnreadableRequest or a kind of it."""
    media_type = (event.headers.get("content-type") or "").split(";")[0].strip().lower()
    if media_type not in media_types:
        raise UnsupportedMediaType(f"send the body as {' or '.join(media_types)}")
    if len(event.body or "") > 2 * limit:
        raise BodyTooLarge(f"the body is longer than {limit} bytes")
    try:
        text = str(event.decoded_body or "")
        size = len(text.encode())
    except ValueError as error:
        raise UnreadableRequest("the body is not UTF-8 text") from error
    if size > limit:
        raise BodyTooLarge(f"the body is longer than {limit} bytes")
    return text


def languages_of(request: Any) -> list[str]:
    """The languages that the browser asks for, the first choice first (RFC 9110 §12.5.4)."""
    accepted = (request.headers.get("accept-language") or "").split(",")
    return [each.split(";")[0].strip()[:2].lower() for each in accepted]


def form_of(event: Any, fields: frozenset[str], limit: int) -> dict[str, str]:
    """The fields of a submitted form. Raises UnreadableRequest, also for unknown or doubled fields."""
    return {name: values[0] for name, values in answers_of(event, fields, frozenset(), limit).items()}


def answers_of(
    event: Any, fields: frozenset[str], repeated: frozenset[str], limit: int
) -> dict[str, list[str]]:
    """The fields of a submitted form of which those in ``repeated`` may come more than once.

    Raises UnreadableRequest, also for unknown fields and for others that come more than once.
    """
    body = body_of(event, ("application/x-www-form-urlencoded",), limit)
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=1000, errors="strict")
    except ValueError as error:
        raise UnreadableRequest("the form cannot be read") from error
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in fields or (name in values and name not in repeated):
            raise UnreadableRequest("the form has fields that are unknown or given twice")
        values.setdefault(name, []).append(value)
    return values
