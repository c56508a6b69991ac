"""The answers to surveys."""

from __future__ import annotations

from typing import Protocol

from ..models import Remark, SurveyAnswer


class Surveys(Protocol):
    """The stored answers to surveys. What is stored tells neither who gave an answer nor when."""

    def put(self, answer: SurveyAnswer) -> bool:
        """Store an answer with all its remarks; False, and nothing stored, when it is there already."""
        ...

    def choices(self, event_id: str) -> list[dict[str, tuple[str, ...]]]:
        """What was chosen in each answer, by question; in no order that tells anything."""
        ...

    def remarks(self, event_id: str) -> list[Remark]:
        """Everything that was written freely."""
        ...
