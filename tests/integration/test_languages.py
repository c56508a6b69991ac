"""The languages: what is not translated says so, and a new one is one folder."""

from __future__ import annotations

import re
from datetime import date, time
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from tests.conftest import ROOT, an_event
from tests.letters import Shelf
from tests.people import registered
from tests.visiting import FORM, MINUTE, NOW, PAGE, Ask, opened, text

from kallelse.composing import Composer
from kallelse.models import Mail, MailKind
from kallelse.ports import Desk
from kallelse.proving import issue
from kallelse.rendering import NAMES, Renderer, clock, day, period


def a_letter(
    renderer: Renderer, desk: Desk, language: str, kind: MailKind = MailKind.CONFIRMED, **changes: Any
) -> Any:
    """The letter that confirms a seat, or another, in the language."""
    record = opened(desk, **changes)
    registration = registered(desk, record, "Ada", language=language)
    mail = Mail(
        event_id=record.event.id,
        kind=kind,
        recipient=registration.mailbox,
        version=1,
        created_at=NOW,
    )
    composer = Composer(desk, Shelf(), renderer, "kallelse@desk.example", "https://desk.example")
    letter = composer.compose(mail, NOW)
    assert letter is not None
    return message_from_bytes(letter.message, policy=default)


@pytest.mark.parametrize(
    ("language", "told"),
    [("fi", "vain yhdellä kielellä (ruotsi)."), ("en", "This part is only in Swedish."), ("sv", "")],
)
def test_what_is_not_translated_says_so_and_is_marked_as_being_in_its_language(
    ask: Ask, desk: Desk, language: str, told: str
) -> None:
    opened(desk)
    page = ask("GET", f"{PAGE}/{language}")
    assert ('class="only"' in page["body"]) == bool(told)
    assert told in text(page)
    assert ('<div lang="sv"><p>Om öppenhet.</p></div>' in page["body"]) == bool(told)


def test_a_short_text_in_another_language_is_marked_behind_it_too(ask: Ask, desk: Desk) -> None:
    question = {"id": "lunch", "kind": "yes-no", "label": {"sv": "Äter du lunch?"}}
    opened(desk, form={"fields": {}, "questions": [question]}, audience={"sv": "Alla"})
    page = ask("GET", f"{PAGE}/en")["body"]
    assert '<dd><span lang="sv">Alla</span> (Swedish)</dd>' in page
    assert '<span lang="sv">Äter du lunch?</span> (Swedish)' in page
    assert "(svenska)" not in ask("GET", f"{PAGE}/sv")["body"]


@pytest.mark.parametrize(("language", "word"), [("sv", "kl."), ("fi", "klo")])
def test_the_word_before_a_time_stays_on_its_line(ask: Ask, desk: Desk, language: str, word: str) -> None:
    opened(desk, registration_opens="2020-09-01T09:00")
    page = ask("GET", f"{PAGE}/{language}")["body"]
    assert f"{word}\N{NO-BREAK SPACE}13.00" in page
    assert f"{word} " not in page


@pytest.mark.parametrize(
    ("language", "name", "on", "at"),
    [
        ("sv", "Svenska", "onsdag 16 september 2020", "09.05"),
        ("fi", "Suomi", "keskiviikkona 16. syyskuuta 2020", "9.05"),
        ("en", "English", "Wednesday 16 September 2020", "09:05"),
        ("de", "Deutsch", "Mittwoch 16. September 2020", "09:05"),
        ("se", "Davvisámegiella", "gaskavahkku 16 čakčamánnu 2020", "09:05"),
        ("xx", "xx", "Wednesday 16 September 2020", "09:05"),
    ],
)
def test_names_and_dates_of_any_language_are_those_of_the_cldr(
    language: str, name: str, on: str, at: str
) -> None:
    assert NAMES[language] == name
    assert day(date(2020, 9, 16), language) == on
    assert clock(time(9, 5), language) == at


def test_a_language_without_a_word_of_its_own_before_times_has_a_comma_there() -> None:
    assert period(an_event(), "de") == "Mittwoch 16. September 2020, 13:00–15:45"


@pytest.fixture
def with_made_up_language(tmp_path: Path) -> Path:
    """The templates with one folder more: a language that says everything in angle brackets."""
    templates = tmp_path / "templates"
    copytree(ROOT / "templates", templates)
    folder = templates / "locale/xx/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (templates / "locale/en/LC_MESSAGES/kallelse.po").open("rb") as source:
        english = read_po(source, locale="en")
    made_up = Catalog(locale="en")
    for message in english:
        if message.id:
            made_up.add(message.id, _bracketed(message.id), flags=message.flags)
    with (folder / "kallelse.mo").open("wb") as target:
        write_mo(target, made_up)
    return templates


def _bracketed(text: Any) -> Any:
    return f"‹{text}›" if isinstance(text, str) else tuple(f"‹{each}›" for each in text)


@pytest.fixture
def ask_with_it(ask: Ask, with_made_up_language: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    from kallelse.handlers.public.wiring import wiring

    monkeypatch.setenv("KALLELSE_TEMPLATES", str(with_made_up_language))
    wiring.cache_clear()
    return ask


def test_adding_a_language_is_adding_one_folder_and_its_pages_are_there(ask_with_it: Ask, desk: Desk) -> None:
    record = opened(desk)
    assert (
        'href="/events/seminarium/xx/privacy" lang="xx" hreflang="xx">xx</a>'
        in ask_with_it("GET", f"{PAGE}/sv/privacy")["body"]
    )
    page = ask_with_it("GET", f"{PAGE}/xx")
    assert '<html lang="xx">' in page["body"]
    for told in (
        "‹Programme›",
        "‹2 seats left›",
        "‹This part is only in Swedish.›",
        "Wednesday 16",
    ):
        assert told in text(page)
    assert 'name="language" value="xx"' in page["body"]
    form = FORM | {"language": "xx", "proof": issue(record, NOW - MINUTE)}
    assert "‹You are registered›" in text(ask_with_it("POST", f"{PAGE}/xx/registrations", form))
    for path in ("privacy", "lost-link"):
        assert "‹" in text(ask_with_it("GET", f"{PAGE}/xx/{path}"))
    assert "‹There is no such event›" in text(ask_with_it("GET", "/events/none/xx"))
    assert "‹Accessibility statement›" in text(ask_with_it("GET", "/accessibility/xx"))


def test_who_chose_the_new_language_gets_mails_in_it(with_made_up_language: Path, desk: Desk) -> None:
    letter = a_letter(Renderer(with_made_up_language), desk, "xx")
    assert letter["Content-Language"] == "xx"
    assert letter["Subject"].startswith("‹You have a seat")
    html = letter.get_body(("html",)).get_content()
    assert '<html lang="xx">' in html
    assert "‹My registration›" in html


@pytest.mark.parametrize(("language", "heading"), [("fi", "Seminaari"), ("en", "Seminarium")])
def test_a_mail_has_one_heading_which_is_marked_when_it_is_in_another_language(
    desk: Desk, language: str, heading: str
) -> None:
    html = a_letter(Renderer(ROOT / "templates"), desk, language).get_body(("html",)).get_content()
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == [heading]
    assert bool(re.search(r'<h1[^>]* lang="sv"', html)) == (language == "en")
    assert 'role="main"' in html


def test_the_word_before_a_time_stays_on_its_line_in_mails_too(desk: Desk) -> None:
    held = {"address_confirmation": "PT1H", "offer": "PT24H"}
    letter = a_letter(Renderer(ROOT / "templates"), desk, "sv", MailKind.CONFIRM_ADDRESS, **held)
    html, plain = (letter.get_body((part,)).get_content() for part in ("html", "plain"))
    assert html.count("kl.\N{NO-BREAK SPACE}") == plain.count(" kl. ") >= 2
    assert "kl. " not in html
