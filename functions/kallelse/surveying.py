"""The anonymous survey after an event: when it is open, taking an answer, and the results.

| When                                | phase        |
|-------------------------------------|--------------|
| the event was cancelled             | cancelled    |
| before the end of the event         | not-yet-open |
| until ``closes_after`` from the end | open         |
| afterwards                          | closed       |

Anonymous in earnest: no address, link, registration or instant is stored with an answer, and what was
written freely is stored apart from what was chosen, and each text from the others. All ids come from the
secret nonce of the form, which is not stored either, so that a form that is sent twice counts once.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from random import SystemRandom
from typing import Any

from .errors import NotFound, SurveyNotOpen
from .models import Event, EventRecord, Question, QuestionKind, Remark, Survey, SurveyAnswer
from .ports import Desk

SHOWN_FROM = 5
"""How many answers there must be before anything but their number is shown, so that nobody is recognised."""

WRITTEN = frozenset({QuestionKind.TEXT, QuestionKind.LONG_TEXT})
"""The kinds of questions that are answered in one's own words."""

MEASURED = frozenset({QuestionKind.SCALE, QuestionKind.NUMBER})
"""The kinds of questions whose answers have a mean."""

Answers = Mapping[str, Sequence[str]]
"""The answers of one form, by question."""


def survey_of(event: Event) -> Survey:
    """The survey of the event. Raises NotFound when it has none."""
    if event.survey is None:
        raise NotFound("this event has no survey")
    return event.survey


def phase(event: Event, now: datetime) -> str:
    """Whether the survey takes answers, in a word of the table above. Raises NotFound."""
    survey = survey_of(event)
    if event.cancelled:
        return "cancelled"
    if now < event.ends_at:
        return "not-yet-open"
    return "open" if now < event.ends_at + survey.closes_after else "closed"


def check_open(event: Event, now: datetime) -> None:
    """Raise SurveyNotOpen unless the survey takes answers; NotFound without one."""
    if phase(event, now) != "open":
        raise SurveyNotOpen("the survey takes no answers now")


def take(desk: Desk, record: EventRecord, answers: Answers, nonce: str, now: datetime) -> None:
    """Store the answers of a form; those of the same form only once. Raises NotFound or SurveyNotOpen."""
    check_open(record.event, now)
    written = {each.id for each in survey_of(record.event).questions if each.kind in WRITTEN}
    desk.surveys.put(
        SurveyAnswer(
            id=_id(record, nonce, ""),
            event_id=record.event.id,
            choices={name: tuple(given) for name, given in answers.items() if name not in written},
            remarks=tuple(
                Remark(id=_id(record, nonce, name), question=name, text=answers[name][0])
                for name in answers
                if name in written
            ),
            erased_at=record.event.erased_at,
        )
    )


def _id(record: EventRecord, nonce: str, question: str) -> str:
    """A random-looking id. Those of one form show no likeness to whoever does not know its nonce."""
    text = f"survey {nonce} {question}"
    return hmac.digest(bytes.fromhex(record.key), text.encode(), "sha256").hex()[:32]


def results(desk: Desk, event: Event) -> dict[str, Any]:
    """How many answered, and from SHOWN_FROM answers on what, for each question. Raises NotFound."""
    questions = survey_of(event).questions
    chosen = desk.surveys.choices(event.id)
    if len(chosen) < SHOWN_FROM:
        notice = f"what was answered is shown from {SHOWN_FROM} answers on, so that nobody is recognised"
        return {"answers": len(chosen), "questions": [], "notice": notice}
    remarks = desk.surveys.remarks(event.id)
    told = [_remarks(each, remarks) if each.kind in WRITTEN else _choices(each, chosen) for each in questions]
    return {"answers": len(chosen), "questions": told}


def _about(question: Question) -> dict[str, Any]:
    return {"id": question.id, "kind": question.kind.value, "label": question.label}


def _choices(question: Question, chosen: Sequence[Answers]) -> dict[str, Any]:
    given = [answers[question.id] for answers in chosen if question.id in answers]
    counts = dict.fromkeys(question.offered, 0) | Counter(each for choices in given for each in choices)
    told = _about(question) | {"answers": len(given), "counts": counts}
    if question.kind not in MEASURED:
        return told
    numbers = [int(choices[0]) for choices in given]
    return told | {"mean": round(sum(numbers) / len(numbers), 2) if numbers else None}


def _remarks(question: Question, remarks: Sequence[Remark]) -> dict[str, Any]:
    texts = [each.text for each in remarks if each.question == question.id]
    # In an order of chance, as one of arrival would tell who answered first.
    shuffled = SystemRandom().sample(texts, len(texts))
    return _about(question) | {"answers": len(texts), "texts": shuffled}
