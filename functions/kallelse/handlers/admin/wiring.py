"""What the admin pages share: settings and adapters, who calls, and reading JSON."""

from __future__ import annotations

import json
from functools import cache
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from ...adapters import s3
from ...adapters.dynamodb import connect, open_desk
from ...config import AdminSettings, read
from ...errors import Unauthorised, UnreadableRequest
from ...ports import Desk, Documents, Translator

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

    from ...composing import Composer
    from ...rendering import Renderer

MAX_BODY = 1_000_000
"""Bytes; an event file or a summary with room to spare, below the 6 MB of a Lambda request."""


@cache
def wiring() -> tuple[AdminSettings, Desk, Documents]:
    """The settings, the desk and the bucket; made once for each process."""
    settings = read(AdminSettings)
    return settings, open_desk(connect(settings.table)), s3.connect(settings.bucket)


def organiser(request: BaseProxyEvent) -> str:
    """Who calls: an IAM identity that API Gateway vouches for, or the local cloud's token."""
    settings, *_ = wiring()
    if settings.local:
        given = request.headers.get("authorization") or ""
        if settings.local_token and compare_digest(given, f"Bearer {settings.local_token}"):
            return "local organiser"
    else:
        authorizer = request.raw_event["requestContext"].get("authorizer") or {}
        arn = (authorizer.get("iam") or {}).get("userArn")
        if arn:
            return str(arn)
    raise Unauthorised("no credentials that are known here")


def composer(request: BaseProxyEvent) -> Composer:
    """What writes letters, for previews."""
    # Only previews write letters, so the other routes do not pay for what that takes.
    from ...composing import Composer

    settings, desk, documents = wiring()
    base_url = settings.base_url or f"https://{request.raw_event['requestContext']['domainName']}"
    return Composer(desk, documents, renderer(), settings.sender, base_url)


def renderer() -> Renderer:
    """What writes texts for people, for the few routes that do."""
    from ...rendering import Renderer

    return Renderer(wiring()[0].templates)


@cache
def translator() -> Translator:
    """What translates; in the local cloud, which has no such service, what marks texts instead."""
    if wiring()[0].local:
        from ...adapters.local_translation import MarkingTranslator

        return MarkingTranslator()
    from ...adapters.translate import connect as connect_translator

    return connect_translator()


def object_in(body: str) -> dict[str, Any]:
    """The JSON object of a body. Raises UnreadableRequest."""
    try:
        content = json.loads(body)
    except ValueError as error:
        raise UnreadableRequest("the body is not valid JSON") from error
    if not isinstance(content, dict):
        raise UnreadableRequest("send a JSON object")
    return content


def fields_in(body: str, fields: set[str]) -> dict[str, Any]:
    """The JSON object of a body with exactly these fields. Raises UnreadableRequest."""
    content = object_in(body)
    if set(content) != fields:
        raise UnreadableRequest(f"send an object with the fields: {', '.join(sorted(fields))}")
    return content
