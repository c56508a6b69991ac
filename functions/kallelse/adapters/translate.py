"""Amazon Translate: texts in another language, with the terms of a tour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from ..errors import Refused, Unavailable
from ..models import Language
from ..ports import Terminology

LIMIT = 10_000
"""Bytes of one request (its API reference, TranslateText)."""

BUSY = frozenset(
    {"ThrottlingException", "LimitExceededException", "TooManyRequestsException", "InternalServerException",
     "ServiceUnavailableException", "ConcurrentModificationException"}
)  # fmt: skip
"""The errors that the same request may not meet again in a moment."""


class Client(Protocol):
    """What is used of the client of boto3, for which the repository locks no stubs."""

    def translate_text(self, **request: Any) -> Any:
        """TranslateText."""
        ...

    def get_terminology(self, **request: Any) -> Any:
        """GetTerminology."""
        ...

    def import_terminology(self, **request: Any) -> Any:
        """ImportTerminology."""
        ...


@dataclass(frozen=True)
class AmazonTranslator:
    """Keeps the promises of :class:`kallelse.ports.Translator`."""

    client: Client
    name: str = "Amazon Translate"
    imported: set[str] = field(default_factory=set)

    def translate(
        self,
        texts: Sequence[str],
        source: Language,
        target: Language,
        terminology: Terminology | None,
    ) -> list[str]:
        """Each of the texts in the target language, as many as fit in one request at once."""
        request: dict[str, Any] = {"SourceLanguageCode": source, "TargetLanguageCode": target}
        if terminology:
            self._import(terminology)
            request["TerminologyNames"] = [terminology.name]
        answers: list[str] = []
        for batch in _batches(texts):
            answers += self._together(batch, request)
        return answers

    def _together(self, batch: list[str], request: dict[str, Any]) -> list[str]:
        if len(batch) > 1:
            answers = self._translated("\n".join(batch), request).split("\n")
            if len(answers) == len(batch):
                return answers
        # The line ends did not come back as they went, so nobody can tell which text is which.
        return [self._alone(text, request) for text in batch]

    def _alone(self, text: str, request: dict[str, Any]) -> str:
        parts = (self._translated(part, request) for part in _parts(text))
        return " ".join(" ".join(part.split("\n")) for part in parts)

    def _translated(self, text: str, request: dict[str, Any]) -> str:
        return str(_call(self.client.translate_text, Text=text, **request)["TranslatedText"])

    def _import(self, terminology: Terminology) -> None:
        """Import the terms, unless the service has them as they are in the file."""
        told = f"SHA-256 {sha256(terminology.csv).hexdigest()}"
        if told in self.imported:
            return
        if self._stored(terminology.name) != told:
            _call(
                self.client.import_terminology,
                Name=terminology.name,
                MergeStrategy="OVERWRITE",
                Description=told,
                TerminologyData={"File": terminology.csv, "Format": "CSV", "Directionality": "MULTI"},
            )
        self.imported.add(told)

    def _stored(self, name: str) -> str | None:
        try:
            answer = _call(self.client.get_terminology, Name=name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return str(answer["TerminologyProperties"].get("Description"))


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in their order, as many together as one request takes; a long one by itself."""
    batch: list[str] = []
    size = 0
    for text in texts:
        length = len(text.encode()) + 1
        if batch and size + length > LIMIT:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    if batch:
        yield batch


def _parts(text: str) -> Iterator[str]:
    """A text that is too long for one request, divided between its words."""
    part = ""
    for word in text.split(" "):
        if part and len(f"{part} {word}".encode()) > LIMIT:
            yield part
            part = word
        else:
            part = f"{part} {word}" if part else word
    yield part


def _call(operation: Any, **request: Any) -> Any:
    try:
        return operation(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in BUSY:
            raise Unavailable("the translation service does not keep up") from error
        if code == "UnsupportedLanguagePairException":
            raise Refused("the translation service does not know these languages") from error
        raise
    except (NoConnection, HTTPClientError) as error:
        raise Unavailable("the translation service cannot be reached") from error


def connect() -> AmazonTranslator:
    """The service in the region of the function."""
    config = Config(connect_timeout=2, read_timeout=15, retries={"total_max_attempts": 3})
    return AmazonTranslator(boto3.client("translate", config=config))
