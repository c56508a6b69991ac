"""Answers to surveys: one item for what was chosen, and one for each text that was written freely."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Remark, SurveyAnswer
from . import keys
from .expiry import kept_until
from .table import Item, Table

NEW = "attribute_not_exists(pk)"


@dataclass(frozen=True)
class TableSurveys:
    """Keeps the promises of :class:`kallelse.ports.Surveys`."""

    table: Table

    def put(self, answer: SurveyAnswer) -> bool:
        chosen = {question: list(given) for question, given in answer.choices.items()}
        items: list[Item] = [keys.survey_answer(answer.event_id, answer.id) | {"choices": chosen}]
        items += [
            keys.remark(answer.event_id, each.question, each.id)
            | {"text": each.text}
            | kept_until(answer.erased_at)
            for each in answer.remarks
        ]
        return self.table.transact(*(self.table.put_in_transaction(item, NEW) for item in items))

    def choices(self, event_id: str) -> list[dict[str, tuple[str, ...]]]:
        items = self.table.query(keys.event_partition(event_id), keys.SURVEY_ANSWERS)
        return [{question: tuple(given) for question, given in item["choices"].items()} for item in items]

    def remarks(self, event_id: str) -> list[Remark]:
        items = self.table.query(keys.event_partition(event_id), keys.REMARKS)
        return [_remark(item["sk"], item["text"]) for item in items]


def _remark(sort_key: str, text: str) -> Remark:
    _, question, remark_id = sort_key.split("#")
    return Remark(id=remark_id, question=question, text=text)
