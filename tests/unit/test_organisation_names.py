"""The organisations that the form suggests, and how a typed name finds its code."""

from __future__ import annotations

import pytest
from tests.conftest import ROOT

from kallelse.models import OrganisationKind
from kallelse.organisations import load

LIST = load(ROOT / "templates")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Vasa", "905"),
        ("Vaasa", "905"),
        ("  vasa ", "905"),
        ("ÅBO", "853"),
        ("S:t  Michel", "491"),
        ("Ministry of  Finance", "finansministeriet"),
        ("valtiovarainministeriö", "finansministeriet"),
        ("Vasa stad", "905"),
        ("Vaasan kaupunki", "905"),
        ("Korsholms kommun", "499"),
        ("Porvoon kaupunki", "638"),
        ("Vasa stad och andra", None),
        ("Vasas", None),
        ("", None),
    ],
)
def test_a_name_in_any_language_case_and_spacing_finds_its_code(name: str, code: str | None) -> None:
    assert LIST.code_of(name) == code


def test_only_the_kinds_that_the_event_admits_are_suggested() -> None:
    municipalities = LIST.suggestions([OrganisationKind.MUNICIPALITY], "sv")
    assert len(municipalities) == 308
    assert "Vasa" in municipalities
    assert "Finansministeriet" not in municipalities
    assert "Finansministeriet" in LIST.suggestions(list(OrganisationKind), "sv")


def test_names_are_suggested_in_the_language_of_the_page_else_in_finnish() -> None:
    assert "Bank of Finland" in LIST.suggestions([OrganisationKind.AGENCY], "en")
    assert "Vaasa" in LIST.suggestions([OrganisationKind.MUNICIPALITY], "en")


def test_names_stand_in_the_order_of_the_alphabet() -> None:
    names = LIST.suggestions([OrganisationKind.MUNICIPALITY], "sv")
    assert names[0] == "Ackas"
    assert names.index("Övertorneå") > names.index("Äänekoski") > names.index("Åbo") > names.index("Ypäjä")
