"""What all models share: the kinds of text that they hold, and the model that rejects unknown fields."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


def printable(value: str) -> str:
    """The text, unless it holds control characters. Raises ValueError."""
    if any(ord(character) < 32 and character not in "\n\t" for character in value):
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

    Its errors leave out what was given, since they may end in a log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


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
