"""When a survey is open, and its results while organisers change what it asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import an_event, utc
from tests.fakes import fake_desk

from kallelse import surveying
from kallelse.errors import NotFound, SurveyNotOpen
from kallelse.models import Event, EventRecord
from kallelse.surveying import SHOWN_FROM, Answers

ENDS = utc("2020-09-16T12:45")
INSTANT, FORTNIGHT = timedelta(microseconds=1), timedelta(days=14)
USEFUL = {"id": "useful", "kind": "scale", "label": {"sv": "Nyttigt?"}}
WORD = {"id": "word", "kind": "text", "label": {"sv": "Ett ord?"}}


def with_survey(*questions: dict[str, Any], **changes: Any) -> Event:
    return an_event(survey={"questions": list(questions or (USEFUL, WORD))}, **changes)


def answered(*answers: Answers, later: Event | None = None) -> dict[str, Any]:
    """The results of answers to the survey, which may ask something else later."""
    desk, record = fake_desk(), EventRecord(event=with_survey(), key="00" * 32)
    for number, each in enumerate(answers):
        surveying.take(desk, record, each, f"nonce {number}", ENDS)
    return surveying.results(desk, later or record.event)


@pytest.mark.parametrize(
    ("at", "changes", "phase"),
    [
        (ENDS - INSTANT, {}, "not-yet-open"),
        (ENDS, {}, "open"),
        (ENDS + FORTNIGHT - INSTANT, {}, "open"),
        (ENDS + FORTNIGHT, {}, "closed"),
        (ENDS, {"cancelled": True}, "cancelled"),
    ],
)
def test_the_phases_follow_the_table(at: Any, changes: dict[str, Any], phase: str) -> None:
    assert surveying.phase(with_survey(**changes), at) == phase


def test_an_answer_at_the_wrong_time_or_to_no_survey_is_refused_and_not_kept() -> None:
    desk = fake_desk()
    for event, error in ((with_survey(), SurveyNotOpen), (an_event(), NotFound)):
        with pytest.raises(error):
            surveying.take(desk, EventRecord(event=event, key="00" * 32), {}, "nonce", ENDS - INSTANT)
    assert desk.surveys.choices("seminarium") == []


@pytest.mark.parametrize("number", range(SHOWN_FROM))
def test_fewer_than_five_answers_are_only_counted(number: int) -> None:
    results = answered(*[{"useful": ("5",), "word": ("Öppet",)}] * number)
    assert (results["answers"], results["questions"]) == (number, [])
    assert "from 5 answers on" in results["notice"]


def test_a_question_that_nobody_answered_has_no_mean() -> None:
    results = answered(*[{"word": ("Öppet",)}] * SHOWN_FROM)
    useful, word = results["questions"]
    assert (useful["answers"], useful["mean"], sum(useful["counts"].values())) == (0, None, 0)
    assert word["texts"] == ["Öppet"] * SHOWN_FROM


def test_a_mean_is_rounded_to_hundredths() -> None:
    results = answered(*[{"useful": (mark,)} for mark in ("1", "1", "2", "4", "5", "5")])
    assert results["questions"][0]["mean"] == 3.0
    assert answered(*[{"useful": (mark,)} for mark in "111112"])["questions"][0]["mean"] == 1.17


def test_answers_to_a_question_that_is_not_asked_any_more_are_left_out() -> None:
    asked_now = with_survey(WORD, {"id": "new", "kind": "yes-no", "label": {"sv": "Ny?"}})
    results = answered(*[{"useful": ("5",), "word": ("Öppet",)}] * SHOWN_FROM, later=asked_now)
    assert [each["id"] for each in results["questions"]] == ["word", "new"]
    assert results["questions"][1]["counts"] == {"yes": 0, "no": 0}


def test_one_form_leaves_ids_that_have_nothing_in_common_and_another_event_gets_others() -> None:
    desk = fake_desk()
    ids = set()
    for key in ("00" * 32, "11" * 32):
        record = EventRecord(event=with_survey(id=f"event-{key[:2]}"), key=key)
        surveying.take(desk, record, {"useful": ("5",), "word": ("Öppet",)}, "nonce", ENDS)
        ids |= {remark.id for remark in desk.surveys.remarks(record.event.id)}
        ids |= {name for _, name in desk.surveys.kept}  # type: ignore[attr-defined]
    assert len(ids) == 4
