"""Answers to surveys in plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field

from kallelse.models import Remark, SurveyAnswer


@dataclass
class FakeSurveys:
    kept: dict[tuple[str, str], SurveyAnswer] = field(default_factory=dict)

    def put(self, answer: SurveyAnswer) -> bool:
        return self.kept.setdefault((answer.event_id, answer.id), answer) is answer

    def choices(self, event_id: str) -> list[dict[str, tuple[str, ...]]]:
        return [each.choices for each in self._of(event_id)]

    def remarks(self, event_id: str) -> list[Remark]:
        return [remark for each in self._of(event_id) for remark in each.remarks]

    def _of(self, event_id: str) -> list[SurveyAnswer]:
        return [each for each in self.kept.values() if each.event_id == event_id]
