"""Translation by machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..models import Language


@dataclass(frozen=True)
class Terminology:
    """Terms to be translated in one way only: a CSV file, its first line the languages."""

    name: str
    csv: bytes


class Translator(Protocol):
    """Translates texts. ``name``: who is told as the author."""

    @property
    def name(self) -> str:
        """Who translates."""
        ...

    def translate(
        self,
        texts: Sequence[str],
        source: Language,
        target: Language,
        terminology: Terminology | None,
    ) -> list[str]:
        """Each of the texts, which have no line ends, in the target language.

        Raises Refused for languages that it does not know, or Unavailable.
        """
        ...
