"""The registration form of an event: which standard fields it asks for, and its own questions."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from .text import Model, Slug, Text


class StandardField(StrEnum):
    """What a form may ask for beside name and e-mail address, which every form asks for."""

    ORGANISATION = "organisation"
    ORGANISATION_KIND = "organisation_kind"
    ROLE = "role"
    LANGUAGE = "language"
    ACCESSIBILITY = "accessibility"
    GREETING = "greeting"


class Asked(StrEnum):
    """How a form asks for a field."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class QuestionKind(StrEnum):
    """What an answer looks like."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    SINGLE_CHOICE = "single-choice"
    MULTIPLE_CHOICE = "multiple-choice"
    NUMBER = "number"
    YES_NO = "yes-no"
    SCALE = "scale"


YES_NO = ("yes", "no")
"""The answers to a yes-no question."""

SCALE = ("1", "2", "3", "4", "5")
"""The answers to a scale question, from the least to the most."""

FIXED = {QuestionKind.YES_NO: YES_NO, QuestionKind.SCALE: SCALE}
"""The answers to the kinds of questions that do not name their own."""

CHOICES = (QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE)


class Choice(Model):
    """An answer to choose; ``id`` is what is stored."""

    id: Slug
    label: Text


class ShownWhen(Model):
    """A question is meant only for those who gave one of ``answers`` to an earlier question."""

    question: Slug
    answers: Annotated[tuple[str, ...], Field(min_length=1)]


class Question(Model):
    """An organiser's own question. ``smallest`` and ``largest`` bound the answer to a number question."""

    id: Slug
    kind: QuestionKind
    label: Text
    help: Text | None = None
    required: bool = False
    choices: tuple[Choice, ...] = ()
    smallest: int | None = None
    largest: int | None = None
    shown_when: ShownWhen | None = None

    @property
    def offered(self) -> tuple[str, ...]:
        """The answers that can be chosen; empty when the answer is written freely."""
        return FIXED.get(self.kind) or tuple(each.id for each in self.choices)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.kind in CHOICES) != bool(self.choices):
            raise ValueError(
                "choices belong to single-choice and multiple-choice questions, and only to them"
            )
        if len(set(self.offered)) < len(self.offered):
            raise ValueError("choices must have different ids")
        if self.kind is not QuestionKind.NUMBER and (self.smallest, self.largest) != (None, None):
            raise ValueError("smallest and largest belong to number questions")
        return self


def _in_order(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    earlier: dict[str, Question] = {}
    for question in questions:
        if question.id in earlier:
            raise ValueError(f"two questions have the id {question.id!r}")
        _check_condition(question, earlier)
        earlier[question.id] = question
    return questions


def _check_condition(question: Question, earlier: dict[str, Question]) -> None:
    if question.shown_when is None:
        return
    asked = earlier.get(question.shown_when.question)
    if asked is None or not asked.offered:
        raise ValueError(f"shown_when of {question.id!r} must name an earlier question with fixed answers")
    unknown = set(question.shown_when.answers) - set(asked.offered)
    if unknown:
        raise ValueError(f"shown_when of {question.id!r} names answers that {asked.id!r} does not offer")


Questions = Annotated[tuple[Question, ...], AfterValidator(_in_order)]
"""The questions of a form, in its order: each has an id of its own, and depends only on earlier ones."""


class Form(Model):
    """What the form of an event asks for. A standard field that is not named is not asked for."""

    fields: dict[StandardField, Asked] = Field(
        default_factory=lambda: {
            StandardField.ORGANISATION: Asked.REQUIRED,
            StandardField.ORGANISATION_KIND: Asked.REQUIRED,
            StandardField.LANGUAGE: Asked.REQUIRED,
        }
    )
    questions: Questions = ()
