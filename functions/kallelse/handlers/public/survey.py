"""The anonymous survey after an event. Nothing of a request is kept but the answers."""

from __future__ import annotations

from typing import Any

from ... import forms, proving, surveying
from ...drafting import shown
from ...errors import (
    FormRefused,
    FormTooFast,
    FormTooOld,
    FormTrapped,
    InvalidInput,
    KallelseError,
    SurveyNotOpen,
    TooManyRequests,
)
from ...gateway import Response, Router
from ...http import answers_of, status_of
from ...models import EventRecord
from . import guard
from .guard import GUARD_FIELDS, Values
from .telling import refused, tell
from .wiring import event_page, known, wiring

MAX_GUARD_FIELDS = 1_000
"""Bytes; the stamp takes 120."""

RETURNED: dict[type, str] = {
    FormTooFast: "too-fast",
    FormTooOld: "too-old",
    FormTrapped: "trapped",
}
"""Why a form comes back to be sent again as it is, in the words of the template."""

router = Router()


@router.get("/events/<event_id>/<language>/survey")
def show_survey(event_id: str, language: str) -> Response[str]:
    """The survey, or when it is open."""
    return _survey_page(known(language), shown(wiring().desk, event_id), {})


def _survey_page(
    language: str, record: EventRecord, values: Values, wrong: KallelseError | None = None, proof: str = ""
) -> Response[str]:
    """The survey: ``values`` in its form, what is ``wrong`` above it, ``proof`` as its stamp."""
    event, now = record.event, wiring().now()
    about: dict[str, Any] = {
        "questions": surveying.survey_of(event).questions,
        "phase": surveying.phase(event, now),
        "values": values,
        "problems": wrong.problems if isinstance(wrong, InvalidInput) else (),
        "returned": RETURNED.get(type(wrong), ""),
        "proof": proof or proving.issue(record, now),
    }
    if wrong is None:
        return event_page("survey", language, record, **about)
    return event_page("survey", language, record, status_of(wrong), **about)


@router.post("/events/<event_id>/<language>/survey")
def send_survey(event_id: str, language: str) -> Response[str]:
    """Take an anonymous answer."""
    record = shown(wiring().desk, event_id)
    values = _values(known(language), record)
    if guard.SWITCH in values:
        return _survey_page(language, record, values, proof=guard.one(values, "proof"))
    try:
        _take(record, values)
    except (FormRefused, SurveyNotOpen) as wrong:
        return _survey_page(language, record, values, wrong)
    except InvalidInput as wrong:
        # The stamp is good, and a slip of the pen is mended in less time than a new one asks for.
        return _survey_page(language, record, values, wrong, values["proof"][0])
    except TooManyRequests as refusal:
        return refused(language, record, refusal)
    return tell("survey-sent", language, record)


def _values(language: str, record: EventRecord) -> Values:
    questions = surveying.survey_of(record.event).questions
    fields = frozenset(map(forms.control, questions)) | GUARD_FIELDS
    limit = forms.longest_answers(questions) + MAX_GUARD_FIELDS
    return answers_of(router.current_event, fields, forms.repeated_in(questions), limit)


def _take(record: EventRecord, values: Values) -> None:
    """Take the answers. Raises FormRefused, InvalidInput, SurveyNotOpen or TooManyRequests."""
    now = wiring().now()
    surveying.check_open(record.event, now)
    nonce = guard.check(record, values, router.current_event)
    answers = forms.read_answers(surveying.survey_of(record.event).questions, values)
    surveying.take(wiring().desk, record, answers, nonce, now)
    guard.count(record, router.current_event)
