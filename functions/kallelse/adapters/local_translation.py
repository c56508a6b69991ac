"""What stands for the translation service in the local cloud: it only marks each text with the language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..models import Language
from ..ports import Terminology


@dataclass(frozen=True)
class MarkingTranslator:
    """Keeps the form of :class:`kallelse.ports.Translator`, and translates nothing."""

    name: str = "local cloud, not translated"

    def translate(
        self,
        texts: Sequence[str],
        source: Language,
        target: Language,
        terminology: Terminology | None,
    ) -> list[str]:
        """Each of the texts as it is, after the language in brackets."""
        return [f"[{target}] {text}" for text in texts]
