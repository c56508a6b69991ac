"""The forms: which fields an event's form has, and from what was sent to a participant.

Without scripts every question is always shown. One that is meant for some only says so, and is
checked here against the answers that it depends on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import StringConstraints, TypeAdapter, ValidationError

from .errors import FieldError, InvalidInput
from .models import (
    Asked,
    Event,
    Language,
    Line,
    Mode,
    Paragraphs,
    Participant,
    Question,
    QuestionKind,
    StandardField,
)
from .organisations import Organisations

Values = Mapping[str, Sequence[str]]
"""What a form holds: for each control the values that were given."""

LONG_ANSWER = 2_000
"""Characters of the longest answer to a question, about a page."""

LENGTHS = {
    "name": 120,
    "email": 254,
    "organisation": 160,
    "role": 120,
    "accessibility": 1000,
    "greeting": 1000,
}
"""Characters that a standard field that is written freely may have, as the participant has them."""

ANSWER_LENGTHS = {QuestionKind.TEXT: 500, QuestionKind.LONG_TEXT: LONG_ANSWER, QuestionKind.NUMBER: 20}
"""Characters that an answer that is written freely may have."""

CODES = {
    "missing": "missing",
    "string_too_short": "missing",
    "string_too_long": "too-long",
    "too_long": "too-long",
    "string_pattern_mismatch": "control-characters",
    "value_error": "unprintable",
    "enum": "not-a-choice",
}
"""The codes of pydantic's errors in the words of the catalogues."""

BYTES_PER_CHARACTER = 12
"""A character is at most 4 bytes in UTF-8 (RFC 3629), and each is sent as ``%`` and two digits."""


def controls(event: Event) -> tuple[str, ...]:
    """The names of the form's controls, in the order in which it shows them."""
    standard = [field.value for field in StandardField if field in event.form.fields]
    mode = ["mode"] if len(event.seats_by_mode) > 1 else []
    questions = [control(question) for question in event.form.questions]
    return ("name", "email", *standard, *mode, *questions)


def control(question: Question) -> str:
    """The name of the control of an organiser's own question."""
    return f"q-{question.id}"


def fields_of(event: Event) -> frozenset[str]:
    """The names that the form of the event may have fields under."""
    return frozenset(controls(event))


def repeated_of(event: Event) -> frozenset[str]:
    """Those of :func:`fields_of` that may be given more than once."""
    return repeated_in(event.form.questions)


def repeated_in(questions: Iterable[Question]) -> frozenset[str]:
    """The names of the controls of the questions that may be given more than once."""
    many = QuestionKind.MULTIPLE_CHOICE
    return frozenset(control(each) for each in questions if each.kind is many)


def longest(event: Event) -> int:
    """How many bytes the longest valid form of the event takes, as application/x-www-form-urlencoded."""
    questions = event.form.questions
    own = set(controls(event)) - {control(each) for each in questions}
    return _bytes({name: LENGTHS.get(name, 60) for name in own}) + longest_answers(questions)


def longest_answers(questions: Iterable[Question]) -> int:
    """How many bytes the longest valid answers to the questions take, sent in the same way."""
    sizes = {}
    for question in questions:
        name = control(question)
        chosen = sum(len(each) + len(name) + 2 for each in question.offered)
        sizes[name] = ANSWER_LENGTHS.get(question.kind, chosen)
    return _bytes(sizes)


def _bytes(sizes: Mapping[str, int]) -> int:
    return sum(len(name) + 2 + BYTES_PER_CHARACTER * size for name, size in sizes.items())


def read(
    event: Event,
    values: Values,
    language: Language,
    languages: Sequence[Language],
    organisations: Organisations,
) -> tuple[Participant, Mode]:
    """The participant that the form describes, and how this one takes part.

    ``language``: of the page, which a form that does not ask for one assumes; ``languages``: those that
    mails are written in. Whether the event is meant for the participant is not checked here.
    Raises InvalidInput, which names every field that is wrong, in the order of the form.
    """
    given = {name: _given(values, name) for name in controls(event)}
    problems = _missing(event, given)
    fields = _standard(event, given, language, languages, problems)
    mode = _mode(event, given, problems)
    answers = _answers(event.form.questions, given, problems)
    code = organisations.code_of(fields.get("organisation", ""))
    try:
        participant = Participant.model_validate(fields | {"organisation_code": code, "answers": answers})
    except ValidationError as error:
        raise InvalidInput(*_in_order(event, problems + problems_of(error))) from error
    if problems:
        raise InvalidInput(*_in_order(event, problems))
    return participant, mode


def read_answers(questions: Sequence[Question], values: Values) -> dict[str, tuple[str, ...]]:
    """The answers in a form of these questions alone, by question.

    Raises InvalidInput, which names every question with a wrong answer, or the first if none has one.
    """
    given = {name: _given(values, name) for name in map(control, questions)}
    problems: list[FieldError] = []
    answers = _answers(questions, given, problems)
    if not any(given.values()) and not problems:
        problems.append(_problem(control(questions[0]), "nothing-answered"))
    if problems:
        raise InvalidInput(*problems)
    return answers


def values_of(event: Event, participant: Participant, mode: Mode) -> dict[str, list[str]]:
    """What the form holds when it describes this participant."""
    told = participant.model_dump(mode="json", exclude_none=True) | {"mode": mode.value}
    values = {name: [told[name]] for name in controls(event) if name in told}
    for question in event.form.questions:
        if given := participant.answers.get(question.id):
            values[control(question)] = list(given)
    return values


def _given(values: Values, name: str) -> tuple[str, ...]:
    """The values that hold something, with line breaks as one character (HTML §4.10.21.4 sends two)."""
    cleaned = (each.replace("\r\n", "\n").strip() for each in values.get(name, ()))
    return tuple(each for each in cleaned if each)


def _problem(field: str, code: str) -> FieldError:
    return FieldError(field, code, code.replace("-", " "))


def _in_order(event: Event, problems: list[FieldError]) -> list[FieldError]:
    """One problem for each field, the first found, in the order of the form."""
    found: dict[str, FieldError] = {}
    for problem in problems:
        found.setdefault(problem.field, problem)
    return [found[name] for name in controls(event) if name in found]


def problems_of(error: ValidationError) -> list[FieldError]:
    """What is wrong with the fields of a participant, in the words of the catalogues."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return [_problem(str(each["loc"][0]), _code(str(each["loc"][0]), each["type"])) for each in found]


def _code(field: str, kind: str) -> str:
    if field == "email" and kind == "value_error":
        return "not-an-email-address"
    return CODES.get(kind, "invalid")


def _missing(event: Event, given: Mapping[str, Sequence[str]]) -> list[FieldError]:
    required = [field.value for field, asked in event.form.fields.items() if asked is Asked.REQUIRED]
    return [_problem(name, "missing") for name in required if not given[name]]


def _standard(
    event: Event,
    given: Values,
    language: Language,
    languages: Sequence[Language],
    problems: list[FieldError],
) -> dict[str, Any]:
    names = [name for name in controls(event) if name in Participant.model_fields]
    fields = {name: given[name][0] for name in names if given[name]}
    if fields.get("language", language) not in languages:
        problems.append(_problem("language", "not-a-choice"))
        fields.pop("language", None)
    return {"language": _assumed(event, language)} | fields


def _assumed(event: Event, language: Language) -> Language:
    """The language of one who was not asked: that of the page, if the event admits it."""
    admitted = event.admission.languages or (language,)
    if language in admitted:
        return language
    return event.language if event.language in admitted else admitted[0]


def _mode(event: Event, given: Values, problems: list[FieldError]) -> Mode:
    modes = list(event.seats_by_mode)
    if len(modes) == 1:
        return modes[0]
    chosen = given["mode"][0] if given["mode"] else ""
    if chosen not in modes:
        problems.append(_problem("mode", "not-a-choice" if chosen else "missing"))
        return modes[0]
    return Mode(chosen)


def _answers(
    questions: Iterable[Question], given: Values, problems: list[FieldError]
) -> dict[str, tuple[str, ...]]:
    answers: dict[str, tuple[str, ...]] = {}
    unclear: set[str] = set()
    for question in questions:
        try:
            answers[question.id] = _answer(question, given[control(question)], answers, unclear)
        except InvalidInput as wrong:
            problems += wrong.problems
            unclear.add(question.id)
    return {name: answer for name, answer in answers.items() if answer}


def _answer(
    question: Question, given: Sequence[str], earlier: Mapping[str, Sequence[str]], unclear: set[str]
) -> tuple[str, ...]:
    """The answer to a question; empty when there is none and none is needed. Raises InvalidInput."""
    condition = question.shown_when
    if condition and condition.question in unclear:
        # Whether it is meant for this participant shows only when the earlier answer is right.
        return tuple(given) and READERS[question.kind](question, given)
    meant = not condition or not set(condition.answers).isdisjoint(earlier[condition.question])
    if given and not meant:
        raise InvalidInput(_problem(control(question), "not-applicable"))
    if not given and meant and question.required:
        raise InvalidInput(_problem(control(question), "missing"))
    return tuple(given) and READERS[question.kind](question, given)


def _written(kind: Any) -> Callable[[Question, Sequence[str]], tuple[str, ...]]:
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    def reader(question: Question, given: Sequence[str]) -> tuple[str, ...]:
        try:
            return (adapter.validate_python(given[0]),)
        except ValidationError as error:
            code = CODES.get(error.errors()[0]["type"], "invalid")
            raise InvalidInput(_problem(control(question), code)) from error

    return reader


def _chosen(question: Question, given: Sequence[str]) -> tuple[str, ...]:
    if not set(given) <= set(question.offered):
        raise InvalidInput(_problem(control(question), "not-a-choice"))
    return tuple(each for each in question.offered if each in given)


def _number(question: Question, given: Sequence[str]) -> tuple[str, ...]:
    # Spaces stand between thousands, and phones write the minus sign of typography.
    text = "".join(given[0].split()).replace("−", "-")
    if not re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        raise InvalidInput(_problem(control(question), "not-a-number"))
    number = int(text)
    if question.smallest is not None and number < question.smallest:
        raise InvalidInput(_problem(control(question), "too-small"))
    if question.largest is not None and number > question.largest:
        raise InvalidInput(_problem(control(question), "too-large"))
    return (str(number),)


READERS: dict[QuestionKind, Callable[[Question, Sequence[str]], tuple[str, ...]]] = {
    QuestionKind.TEXT: _written(Line),
    QuestionKind.LONG_TEXT: _written(Annotated[Paragraphs, StringConstraints(max_length=LONG_ANSWER)]),
    QuestionKind.SINGLE_CHOICE: _chosen,
    QuestionKind.MULTIPLE_CHOICE: _chosen,
    QuestionKind.NUMBER: _number,
    QuestionKind.YES_NO: _chosen,
    QuestionKind.SCALE: _chosen,
}
"""How an answer of each kind is read; raises InvalidInput."""
