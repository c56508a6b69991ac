"""What the routes share: settings and adapters, and reading JSON."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from ...adapters import s3
from ...adapters.dynamodb import connect, open_desk
from ...config import AdminSettings, read
from ...errors import UnreadableRequest
from ...ports import Desk, Translator

if TYPE_CHECKING:
    from ...composing import Composer
    from ...gateway import Request
    from ...organisations import Organisations
    from ...rendering import Renderer

MAX_BODY = 1_000_000
"""Bytes; an event file or a summary with room to spare, below the 6 MB of a Lambda request."""


@cache
def wiring() -> tuple[AdminSettings, Desk, s3.BucketDocuments]:
    """The settings, the desk and the bucket; made once for each process."""
    settings = read(AdminSettings)
    return settings, open_desk(connect(settings.table, settings.clock)), s3.connect(settings.bucket)


@cache
def unfiltered() -> Desk:
    """The desk also with what is to be erased by now and is not: for figures, which tell of nobody."""
    return open_desk(connect(wiring()[0].table))


def base_url(request: Request) -> str:
    """What addresses begin with."""
    return wiring()[0].base_url or f"https://{request.raw_event['requestContext']['domainName']}"


def composer(request: Request) -> Composer:
    """What writes letters, for previews."""
    # Only previews write letters, so the other routes do not pay for what that takes.
    from ...composing import Composer

    settings, desk, documents = wiring()
    return Composer(desk, documents, renderer(), settings.sender, base_url(request))


def renderer() -> Renderer:
    """What writes texts for people, for the few routes that do."""
    from ...rendering import Renderer

    return Renderer(wiring()[0].templates)


def organisations() -> Organisations:
    """The organisations whose codes are kept with participants."""
    from ...organisations import load

    return load(wiring()[0].templates)


@cache
def translator() -> Translator:
    """What translates."""
    # Only translations need it, so the other routes do not pay for its client.
    from ...adapters.translate import connect as connect_translator

    return connect_translator()


def object_in(body: str) -> dict[str, Any]:
    """The JSON object of a body. Raises UnreadableRequest."""
    try:
        content = json.loads(body, parse_constant=_no_number)
        # Half of a surrogate pair is valid JSON and no text.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise UnreadableRequest("the body is not valid JSON") from error
    if not isinstance(content, dict):
        raise UnreadableRequest("send a JSON object")
    return content


def _no_number(name: str) -> None:
    """Refuse NaN and the infinities, which JSON does not have (RFC 8259 §6). Raises ValueError."""
    raise ValueError(f"{name} is not JSON")
