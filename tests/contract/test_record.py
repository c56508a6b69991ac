"""The record of processing: made from the code as it is, and with a decision about every field."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatchcase
from typing import Annotated

import pytest
from infra.record import (
    ABOUT_NOBODY,
    IMPERSONAL,
    KEPT,
    NOT_STORED,
    RECORD,
    Kept,
    marks,
    models_in,
    text,
    undecided,
)
from tests.conftest import ROOT

from kallelse import models
from kallelse.handlers.admin.targets import EVENT
from kallelse.models import Model, Participant, Personal, StandardField

KEYS = ROOT / "functions/kallelse/adapters/dynamodb/keys.py"
WITH_MODEL = [kept for kept in KEPT if kept.model]


def test_the_record_is_what_the_code_makes_now() -> None:
    assert RECORD.read_text() == text(), "run make record"


@pytest.mark.parametrize("kept", WITH_MODEL, ids=lambda kept: kept.what)
def test_every_stored_field_is_personal_for_a_purpose_or_named_as_not_personal(kept: Kept) -> None:
    assert kept.model
    assert undecided(kept.model) == [], "mark it with Personal, or name it in infra/record.py"
    assert all(mark.why.strip() for _, mark in marks(kept.model) if mark)


def test_a_new_field_that_nobody_decided_about_is_found_wherever_it_is() -> None:
    class Guest(Model):
        shoe_size: int
        name: Annotated[str, Personal("to greet")]

    class Party(Model):
        guests: dict[str, tuple[Guest, ...]] | None = None
        colour: Annotated[str | None, Personal("to decorate")] = None
        budget: int

    assert undecided(Party) == ["guests.shoe_size", "budget"]


def test_what_is_named_as_not_personal_exists_and_is_not_marked() -> None:
    for model, names in IMPERSONAL.items():
        assert set(names.split()) <= set(model.model_fields), model
        for name in names.split():
            assert not [each for each in model.model_fields[name].metadata if isinstance(each, Personal)]


def reached(model: type[Model]) -> set[type[Model]]:
    inner = [each for info in model.model_fields.values() for each in models_in(info.annotation)]
    return {model, *model.__mro__}.union(*map(reached, inner))


def test_every_model_of_the_vocabulary_is_in_the_record_or_is_not_stored() -> None:
    vocabulary = {
        each for each in vars(models).values() if isinstance(each, type) and issubclass(each, Model)
    }
    kept = set[type[Model]]().union(*(reached(each.model) for each in WITH_MODEL if each.model))
    assert vocabulary - kept - NOT_STORED == set()


def prefixes() -> set[str]:
    """What the keys of the table begin with."""
    texts = [node.value for node in ast.walk(ast.parse(KEYS.read_text())) if isinstance(node, ast.Constant)]
    found = [re.match(r"([A-Z]{3,})(#|$)", each) for each in texts if isinstance(each, str)]
    return {each[1] for each in found if each}


def test_every_kind_of_item_of_the_table_is_in_the_record_or_tells_of_nobody() -> None:
    told = [prefix for kept in KEPT for prefix in kept.prefixes]
    assert len(told) == len(set(told))
    assert {*told} | ABOUT_NOBODY == prefixes()
    assert not ABOUT_NOBODY & {*told}


def test_what_the_form_asks_for_is_all_personal() -> None:
    personal = {path for path, mark in marks(Participant) if mark}
    assert {"name", "email", "answers"} | {each.value for each in StandardField} <= personal


def test_the_audit_log_keeps_no_value_of_a_field_of_the_event_file_that_tells_of_a_person() -> None:
    personal = [f"event.{path}" for path, mark in marks(models.Event) if mark]
    assert "event.contacts.email" in personal
    assert [each for each in personal if not any(fnmatchcase(each, name) for name in EVENT.personal)] == []


def test_an_item_without_a_model_tells_what_is_in_it() -> None:
    assert all(bool(kept.model) != bool(kept.fields) for kept in KEPT)


def test_the_readme_leads_to_the_record() -> None:
    assert "(infra/PRIVACY.md)" in (ROOT / "README.md").read_text()
