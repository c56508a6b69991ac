"""The survey after an event: what it asks, and what is kept of an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from .form import Questions
from .privacy import Personal
from .text import Model, Slug


class Survey(Model):
    """What those who took part are asked. It opens at the end of the event.

    ``closes_after``: how long after the end it takes answers.
    """

    questions: Annotated[Questions, Field(min_length=1, max_length=30)]
    closes_after: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=365))] = timedelta(days=14)


class Remark(Model):
    """What was written freely to one question. ``id`` ties it to nothing else."""

    id: str
    question: Slug
    text: Annotated[str, Personal("to make the next event better; may name people, although asked not to")]


class SurveyAnswer(Model):
    """One answer to a survey. Nothing tells who gave it or when.

    ``choices``: what was chosen, or given in figures, by question. ``remarks``: what was written freely,
    which may tell of people and is erased at ``erased_at``.
    """

    id: str
    event_id: str
    choices: dict[Slug, tuple[str, ...]]
    remarks: tuple[Remark, ...] = ()
    erased_at: AwareDatetime | None = None
