"""What stands for the translation service: it only marks each text with the language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kallelse.models import Language
from kallelse.ports import Terminology


@dataclass(frozen=True)
class FakeTranslator:
    """Keeps the form of :class:`kallelse.ports.Translator`, and translates nothing."""

    name: str = "nobody"

    def translate(
        self,
        texts: Sequence[str],
        source: Language,
        target: Language,
        terminology: Terminology | None,
    ) -> list[str]:
        """Each of the texts as it is, after the language in brackets."""
        return [f"[{target}] {text}" for text in texts]
