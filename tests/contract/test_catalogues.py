"""The catalogues: complete in every language, and compiled from what is beside them."""

from __future__ import annotations

from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from tests.conftest import ROOT

TEMPLATES = ROOT / "templates"
LANGUAGES = ["en", "fi", "sv"]


def catalogue(language: str) -> Catalog:
    path = TEMPLATES / "locale" / language / "LC_MESSAGES/kallelse.po"
    return read_po(BytesIO(path.read_bytes()), locale=language)


def strings_of_the_templates() -> set[str]:
    methods = [(f"{part}.html", "jinja2") for part in ("web/**", "organiser/**")] + [("email/**", "jinja2")]
    methods += [(f"document/**.{suffix}", "jinja2") for suffix in ("html", "md", "txt")]
    found = extract_from_dir(TEMPLATES, methods, options_map={"**": {"newstyle_gettext": "true"}})
    return {each[2] if isinstance(each[2], str) else each[2][0] for each in found}


def translations(messages: Catalog) -> dict[str, list[str]]:
    """The first form of each string, with all forms of its translation."""
    return {_forms(each.id)[0]: _forms(each.string) for each in messages if each.id}


def _forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_of_the_templates_is_translated_and_none_is_fuzzy(language: str) -> None:
    translated = {text for text, forms in translations(catalogue(language)).items() if all(forms)}
    strings = strings_of_the_templates()
    assert len(strings) > 80
    assert strings - translated == set()
    assert [message.id for message in catalogue(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_what_its_source_says(language: str) -> None:
    path = TEMPLATES / "locale" / language / "LC_MESSAGES/kallelse.mo"
    assert translations(read_mo(BytesIO(path.read_bytes()))) == translations(catalogue(language))
