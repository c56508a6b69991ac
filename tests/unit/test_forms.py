"""Reading the form of an event: every kind of field and question, right and wrong."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from tests.conftest import ROOT, an_event
from tests.visiting import DIET

from kallelse import forms
from kallelse.errors import InvalidInput
from kallelse.models import Event, Mode, OrganisationKind, Participant
from kallelse.organisations import load

LIST = load(ROOT / "templates")
LANGUAGES = ("en", "fi", "sv")
GIVEN = {
    "name": ["Ada Åberg"],
    "email": ["ada@example.org"],
    "organisation": ["Vasa"],
    "organisation_kind": ["municipality"],
    "language": ["sv"],
}
LUNCH = {"id": "lunch", "kind": "yes-no", "required": True, "label": {"sv": "Lunch?"}}
SAUCE = {
    "id": "sauce",
    "kind": "text",
    "required": True,
    "label": {"sv": "Vilken sås?"},
    "shown_when": {"question": "diet", "answers": ["vegetarian"]},
}


def asking(*questions: dict[str, Any], **changes: Any) -> Event:
    return an_event(form={"fields": {}, "questions": list(questions)}, **changes)


def read(event: Event, changes: dict[str, list[str]], language: str = "sv") -> Participant:
    given = {name: values for name, values in GIVEN.items() if name in forms.fields_of(event)}
    return forms.read(event, given | changes, language, LANGUAGES, LIST)[0]


def problems(event: Event, changes: dict[str, list[str]]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as raised:
        read(event, changes)
    return [(each.field, each.code) for each in raised.value.problems]


def question(kind: str, **more: Any) -> Event:
    choices = [{"id": "a", "label": {"sv": "A"}}, {"id": "b", "label": {"sv": "B"}}]
    chosen = {"choices": choices} if kind.endswith("choice") else {}
    return asking({"id": "it", "kind": kind, "label": {"sv": "Det"}, **chosen, **more})


@pytest.mark.parametrize(
    ("kind", "given", "answer"),
    [
        ("text", [" Öppenhet  "], ("Öppenhet",)),
        ("long-text", ["Hej\r\n\r\nhopp "], ("Hej\n\nhopp",)),
        ("single-choice", ["b"], ("b",)),
        ("multiple-choice", ["b", "a"], ("a", "b")),
        ("multiple-choice", ["a"], ("a",)),
        ("number", ["42"], ("42",)),
        ("number", [" 1 000\u00a0000 "], ("1000000",)),
        ("number", ["−7"], ("-7",)),
        ("number", ["007"], ("7",)),
        ("yes-no", ["no"], ("no",)),
        ("scale", ["4"], ("4",)),
    ],
)
def test_an_answer_of_each_kind_is_kept(kind: str, given: list[str], answer: tuple[str, ...]) -> None:
    assert read(question(kind), {"q-it": given}).answers == {"it": answer}


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("text", "a\nb", "control-characters"),
        ("text", "a\x00b", "unprintable"),
        ("text", "x" * 501, "too-long"),
        ("long-text", "a\x1bb", "unprintable"),
        ("long-text", "x" * 2001, "too-long"),
        ("single-choice", "c", "not-a-choice"),
        ("multiple-choice", "c", "not-a-choice"),
        ("number", "tre", "not-a-number"),
        ("number", "3,5", "not-a-number"),
        ("number", "²", "not-a-number"),
        ("number", "9" * 16, "not-a-number"),
        ("yes-no", "kanske", "not-a-choice"),
        ("scale", "6", "not-a-choice"),
    ],
)
def test_a_wrong_answer_of_each_kind_is_named(kind: str, given: str, code: str) -> None:
    assert problems(question(kind), {"q-it": [given]}) == [("q-it", code)]


KINDS = ["text", "long-text", "single-choice", "multiple-choice", "number", "yes-no", "scale"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", [[], [""], ["  "]])
def test_a_question_must_be_answered_only_if_it_is_required(kind: str, given: list[str]) -> None:
    assert read(question(kind), {"q-it": given}).answers == {}
    assert problems(question(kind, required=True), {"q-it": given}) == [("q-it", "missing")]


@pytest.mark.parametrize(("given", "code"), [("2", "too-small"), ("6", "too-large")])
def test_a_number_beyond_its_bounds_is_named(given: str, code: str) -> None:
    assert problems(question("number", smallest=3, largest=5), {"q-it": [given]}) == [("q-it", code)]


@pytest.mark.parametrize("given", ["3", "5"])
def test_a_number_may_be_as_small_and_as_large_as_its_bounds(given: str) -> None:
    assert read(question("number", smallest=3, largest=5), {"q-it": [given]}).answers == {"it": (given,)}


def test_a_bound_of_zero_is_a_bound() -> None:
    assert problems(question("number", smallest=0), {"q-it": ["-1"]}) == [("q-it", "too-small")]


def test_an_answer_that_the_earlier_answer_rules_out_is_refused() -> None:
    given = {"q-lunch": ["no"], "q-diet": ["vegetarian"]}
    assert problems(asking(LUNCH, DIET), given) == [("q-diet", "not-applicable")]


def test_a_question_for_some_may_be_answered_by_them() -> None:
    given = {"q-lunch": ["yes"], "q-diet": ["vegetarian"]}
    assert read(asking(LUNCH, DIET), given).answers == {"lunch": ("yes",), "diet": ("vegetarian",)}


def test_a_required_question_for_some_is_missed_only_from_them() -> None:
    event = asking(LUNCH, DIET | {"required": True})
    assert read(event, {"q-lunch": ["no"]}).answers == {"lunch": ("no",)}
    assert problems(event, {"q-lunch": ["yes"]}) == [("q-diet", "missing")]


def test_a_condition_holds_along_the_whole_chain() -> None:
    event = asking(LUNCH, DIET, SAUCE)
    assert read(event, {"q-lunch": ["no"]}).answers == {"lunch": ("no",)}
    assert read(event, {"q-lunch": ["yes"], "q-diet": ["gluten-free"]})
    assert problems(event, {"q-lunch": ["yes"], "q-diet": ["gluten-free", "vegetarian"]}) == [
        ("q-sauce", "missing")
    ]
    assert problems(event, {"q-lunch": ["no"], "q-sauce": ["Vit"]}) == [("q-sauce", "not-applicable")]


@pytest.mark.parametrize("lunch", [[], ["kanske"]])
def test_what_depends_on_a_wrong_answer_is_not_judged_before_that_is_right(lunch: list[str]) -> None:
    event = asking(LUNCH, DIET | {"required": True})
    for diet in ([], ["vegetarian"]):
        found = problems(event, {"q-lunch": lunch, "q-diet": diet})
        assert [field for field, _ in found] == ["q-lunch"]


def test_every_wrong_field_is_named_once_in_the_order_of_the_form() -> None:
    fields = {
        "greeting": "required",
        "organisation": "required",
        "role": "optional",
        "organisation_kind": "required",
    }
    event = an_event(form={"fields": fields, "questions": [LUNCH]})
    given = {"name": ["a\nb"], "organisation": [""], "organisation_kind": ["x"], "role": ["r" * 121]}
    assert problems(event, {"email": ["ada"], **given}) == [
        ("name", "control-characters"),
        ("email", "not-an-email-address"),
        ("organisation", "missing"),
        ("organisation_kind", "not-a-choice"),
        ("role", "too-long"),
        ("greeting", "missing"),
        ("q-lunch", "missing"),
    ]


@pytest.mark.parametrize("name", ["name", "email"])
def test_name_and_address_are_always_asked_for(name: str) -> None:
    assert problems(asking(), {name: [""]}) == [(name, "missing")]


@pytest.mark.parametrize(
    "field", ["organisation", "organisation_kind", "role", "accessibility", "greeting", "language"]
)
def test_a_standard_field_may_be_left_only_if_it_is_optional(field: str) -> None:
    assert read(an_event(form={"fields": {field: "optional"}}), {field: [""]})
    assert problems(an_event(form={"fields": {field: "required"}}), {field: [""]}) == [(field, "missing")]


def test_a_field_that_the_form_does_not_ask_for_is_not_read() -> None:
    participant = read(asking(), {"role": ["Planerare"], "organisation": ["Vasa"]})
    assert (participant.role, participant.organisation, participant.organisation_code) == (None, None, None)


@pytest.mark.parametrize(
    ("event_language", "admitted", "page", "assumed"),
    [
        ("sv", [], "fi", "fi"),
        ("sv", ["sv"], "sv", "sv"),
        ("sv", ["sv"], "fi", "sv"),
        ("sv", ["en", "fi"], "sv", "en"),
    ],
)
def test_a_form_that_asks_for_no_language_assumes_that_of_the_page(
    event_language: str, admitted: list[str], page: str, assumed: str
) -> None:
    event = asking(admission={"languages": admitted}, language=event_language)
    assert read(event, {}, page).language == assumed


def test_a_language_that_there_are_no_mails_in_is_no_choice() -> None:
    assert problems(an_event(), {"language": ["de"]}) == [("language", "not-a-choice")]


def test_whom_the_event_is_not_meant_for_is_a_matter_of_the_answer_not_of_the_form() -> None:
    event = an_event(admission={"organisation_kinds": ["agency"], "languages": ["fi"]})
    participant = read(event, {})
    assert (participant.organisation_kind, participant.language) == (OrganisationKind.MUNICIPALITY, "sv")


def test_a_known_organisation_gets_its_code_and_keeps_the_name_as_typed() -> None:
    participant = read(an_event(), {"organisation": ["vaasa"]})
    assert (participant.organisation, participant.organisation_code) == ("vaasa", "905")
    assert read(an_event(), {"organisation": ["Föreningen"]}).organisation_code is None


TWO_MODES = {"seats": None, "modes": {"online": {"seats": 2}, "on-site": {"seats": 1}}}


def test_the_mode_is_asked_for_only_if_there_are_several() -> None:
    assert "mode" not in forms.fields_of(an_event())
    assert forms.read(an_event(), GIVEN, "sv", LANGUAGES, LIST)[1] is Mode.ONLINE
    event = an_event(**TWO_MODES)
    assert forms.read(event, {**GIVEN, "mode": ["on-site"]}, "sv", LANGUAGES, LIST)[1] is Mode.ON_SITE
    assert problems(event, {}) == [("mode", "missing")]
    assert problems(event, {"mode": ["by-post"]}) == [("mode", "not-a-choice")]


def test_only_multiple_choices_may_be_given_more_than_once() -> None:
    assert forms.repeated_of(asking(LUNCH, DIET, SAUCE)) == {"q-diet"}


def test_what_was_read_fills_the_form_as_it_was() -> None:
    fields = {"organisation": "required", "role": "optional", "greeting": "optional", "language": "required"}
    event = an_event(form={"fields": fields, "questions": [LUNCH, DIET]}, **TWO_MODES)
    given = {name: GIVEN[name] for name in ("name", "email", "organisation", "language")}
    given |= {"greeting": ["Hej\nhopp"], "mode": ["on-site"], "q-lunch": ["yes"], "q-diet": ["gluten-free"]}
    participant, mode = forms.read(event, given, "sv", LANGUAGES, LIST)
    assert forms.values_of(event, participant, mode) == given
    assert forms.read(event, forms.values_of(event, participant, mode), "sv", LANGUAGES, LIST) == (
        participant,
        mode,
    )


def longest_form() -> tuple[Event, dict[str, list[str]]]:
    everything = dict.fromkeys(
        ["organisation", "organisation_kind", "role", "language", "accessibility", "greeting"], "required"
    )
    kinds = ["text", "long-text", "number", "multiple-choice"]
    questions = [question(kind).form.questions[0].model_dump(mode="json") | {"id": kind} for kind in kinds]
    event = an_event(form={"fields": everything, "questions": questions}, **TWO_MODES)
    widest = "\N{CYCLONE}"
    given = {
        "name": [widest * 120],
        "email": ["ada@" + ".".join(["x" * 60] * 4) + ".fi"],
        "organisation": [widest * 160],
        "organisation_kind": ["municipality"],
        "role": [widest * 120],
        "language": ["sv"],
        "accessibility": [widest * 1000],
        "greeting": [widest * 1000],
        "mode": ["on-site"],
        "q-text": [widest * 500],
        "q-long-text": [widest * 2000],
        "q-number": ["9" * 15],
        "q-multiple-choice": ["a", "b"],
    }
    return event, given


def test_the_longest_valid_form_fits_into_what_is_accepted() -> None:
    event, given = longest_form()
    assert forms.read(event, given, "sv", LANGUAGES, LIST)
    size = len(urlencode(given, doseq=True))
    assert size <= forms.longest(event) < 1.1 * size + 4000
