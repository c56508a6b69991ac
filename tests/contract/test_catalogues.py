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
LANGUAGES = sorted(folder.name for folder in (TEMPLATES / "locale").iterdir() if folder.is_dir())


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


def wanting(messages: Catalog) -> set[str]:
    """The strings of the templates that the catalogue lacks, or has only a guess for."""
    translated = {text for text, forms in translations(messages).items() if all(forms)}
    guessed = {_forms(message.id)[0] for message in messages if message.id and message.fuzzy}
    return strings_of_the_templates() - translated | guessed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_of_the_templates_is_translated_and_none_is_fuzzy(language: str) -> None:
    assert len(strings_of_the_templates()) > 80
    assert wanting(catalogue(language)) == set()


def test_a_string_that_is_missing_empty_fuzzy_or_without_its_plural_is_found() -> None:
    messages = catalogue("fi")
    messages.delete("Register")
    messages["Programme"].string = ""
    messages["Hosts"].flags.add("fuzzy")
    messages["%(num)s seat left"].string = ("%(num)s paikka jäljellä", "")
    assert wanting(messages) == {"Register", "Programme", "Hosts", "%(num)s seat left"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_has_the_values_of_its_original(language: str) -> None:
    wrong = [error for _, errors in catalogue(language).check() for error in errors]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_what_its_source_says(language: str) -> None:
    path = TEMPLATES / "locale" / language / "LC_MESSAGES/kallelse.mo"
    assert translations(read_mo(BytesIO(path.read_bytes()))) == translations(catalogue(language))
