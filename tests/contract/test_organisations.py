"""The organisations that the form suggests against what is known of them."""

from __future__ import annotations

import json
import re
import runpy
from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.conftest import ROOT

from kallelse.models import Slug

TEXT = (ROOT / "templates/organisations.json").read_text(encoding="utf-8")
KEYS = re.findall(r'^    "([a-z0-9-]+)":', TEXT, flags=re.MULTILINE)
ORGANISATIONS: dict[str, Any] = json.loads(TEXT)
MUNICIPALITIES: dict[str, dict[str, str]] = ORGANISATIONS["municipality"]
AGENCIES: dict[str, dict[str, str]] = ORGANISATIONS["agency"]
PEOPLE = runpy.run_path(str(ROOT / "infra/local/people.py"))
ALAND = {
    "035", "043", "060", "062", "065", "076", "170", "295", "318", "417",
    "438", "478", "736", "766", "771", "941",
}  # fmt: skip


def test_there_are_308_municipalities_of_which_16_on_aland() -> None:
    assert (len(MUNICIPALITIES), len(ALAND & set(MUNICIPALITIES))) == (308, 16)


def test_the_source_states_how_many_municipalities_there_are() -> None:
    assert f"all {len(MUNICIPALITIES)} of 1 January 2026" in TEXT


def test_a_municipality_has_a_number_of_three_digits() -> None:
    assert [key for key in MUNICIPALITIES if not re.fullmatch(r"[0-9]{3}", str(key))] == []


def test_an_agency_has_a_key_in_plain_letters() -> None:
    assert [key for key in AGENCIES if not re.fullmatch(r"[a-z]+(-[a-z]+)*", key)] == []


def test_every_key_can_be_stored_with_a_participant() -> None:
    TypeAdapter(list[Slug]).validate_python(KEYS)


def test_no_key_is_there_twice() -> None:
    assert sorted(KEYS) == sorted([*MUNICIPALITIES, *AGENCIES])


def test_a_municipality_has_a_name_in_swedish_and_finnish() -> None:
    assert {tuple(names) for names in MUNICIPALITIES.values()} == {("sv", "fi")}


def test_an_agency_has_a_name_in_swedish_finnish_and_english() -> None:
    assert {tuple(names) for names in AGENCIES.values()} == {("sv", "fi", "en")}


@pytest.mark.parametrize("kind", ["municipality", "agency"])
def test_a_name_is_text_without_surplus_spaces(kind: str) -> None:
    names = [name for entry in ORGANISATIONS[kind].values() for name in entry.values()]
    assert [name for name in names if not name or name != " ".join(str(name).split())] == []


@pytest.mark.parametrize(
    ("kind", "language"),
    [
        ("municipality", "sv"),
        ("municipality", "fi"),
        ("agency", "sv"),
        ("agency", "fi"),
        ("agency", "en"),
    ],
)
def test_no_two_of_a_kind_have_the_same_name(kind: str, language: str) -> None:
    names = [entry[language] for entry in ORGANISATIONS[kind].values()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("number", "swedish", "finnish"),
    [
        ("078", "Hangö", "Hanko"),
        ("257", "Kyrkslätt", "Kirkkonummi"),
        ("287", "Kristinestad", "Kristiinankaupunki"),
        ("322", "Kimitoön", "Kemiönsaari"),
        ("445", "Pargas", "Parainen"),
        ("491", "S:t Michel", "Mikkeli"),
        ("499", "Korsholm", "Mustasaari"),
        ("598", "Jakobstad", "Pietarsaari"),
        ("853", "Åbo", "Turku"),
        ("893", "Nykarleby", "Uusikaarlepyy"),
    ],
)
def test_a_bilingual_municipality_has_both_its_names(number: str, swedish: str, finnish: str) -> None:
    assert MUNICIPALITIES[number] == {"sv": swedish, "fi": finnish}


@pytest.mark.parametrize(("number", "name"), [("099", "Honkajoki"), ("588", "Pertunmaa"), ("911", "Valtimo")])
def test_a_municipality_that_became_part_of_another_is_not_there(number: str, name: str) -> None:
    assert number not in MUNICIPALITIES
    assert name not in {entry["fi"] for entry in MUNICIPALITIES.values()}


def test_no_two_organisations_have_a_name_in_common() -> None:
    entries = {**MUNICIPALITIES, **AGENCIES}
    names = [name.casefold() for entry in entries.values() for name in set(entry.values())]
    assert len(names) == len(set(names))


def test_the_invented_participants_come_from_municipalities_of_the_list() -> None:
    assert set(PEOPLE["MUNICIPALITIES"]) <= {entry["sv"] for entry in MUNICIPALITIES.values()}


def test_the_invented_participants_come_from_agencies_of_the_list() -> None:
    assert set(PEOPLE["AGENCIES"]) <= {entry["sv"] for entry in AGENCIES.values()}
