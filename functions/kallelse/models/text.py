"""What all models share: the kinds of values that they hold, and the model that rejects unknown fields."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from pkgutil import get_data
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
"""The control characters of ASCII but for tabs and ends of lines."""


def printable(value: str) -> str:
    """The text, unless it holds control characters. Raises ValueError."""
    if CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return value


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\r\n\t]*$"),
    AfterValidator(printable),
]
Paragraphs = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    AfterValidator(printable),
]
SLUG = r"^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$"
"""What the ids that organisers choose look like."""

Slug = Annotated[str, StringConstraints(pattern=SLUG)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Text = dict[Language, Line]
LongText = dict[Language, Paragraphs]


class Model(BaseModel):
    """A frozen model that rejects unknown fields, so that a misspelt one is told, not lost.

    Its errors leave out what was given, since they may end in a log. What validates it is built when it is
    first needed, since a process needs few of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


STORED = "stored"
"""The context for validating what comes from the table: what is costly was checked when it was handed in."""


def _mailable(value: str, info: ValidationInfo) -> str:
    if info.context == STORED:
        return value
    # It compiles its rules when it is imported, which a page that only shows an event need not wait for.
    from pydantic.networks import validate_email

    return validate_email(value)[1]


EmailAddress = Annotated[
    str, AfterValidator(_mailable), WithJsonSchema({"type": "string", "format": "email"})
]
"""An address as pydantic's EmailStr takes it."""


@cache
def _zones() -> frozenset[str]:
    # The list of the package tzdata; available_timezones() would walk the whole database for it.
    return frozenset((get_data("tzdata", "zones") or b"").decode().split())


def _zone(value: str, info: ValidationInfo) -> str:
    if info.context != STORED and value not in _zones():
        raise ValueError("must be a zone of the IANA database, such as Europe/Helsinki")
    return value


Zone = Annotated[str, AfterValidator(_zone)]


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("must be longer than nothing")
    return value


Period = Annotated[timedelta, AfterValidator(_positive)]


def _https(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise ValueError("must be an https address with a host and no user name")
    return value


WebAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_https)]

Domain = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Origin = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?$")]
"""Where pages come from, without a path (RFC 6454), as Content-Security-Policy names it."""


def in_language(text: dict[Language, str], language: Language, fallback: Language) -> str:
    """The text in ``language``, else in ``fallback``, which every text of an event has."""
    return text.get(language, text[fallback])
