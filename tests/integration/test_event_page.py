"""The page of an event at each of its states, the pages for errors, and the accessibility statement."""

from __future__ import annotations

import re

import pytest
from tests.conftest import utc
from tests.people import registered
from tests.visiting import LANGUAGES, MINUTE, NOW, PAGE, Ask, Time, everything, opened, send, text

from kallelse.errors import (
    BodyTooLarge,
    FormRefused,
    HoldExpired,
    KallelseError,
    NotFound,
    TooManyRequests,
    Unavailable,
)
from kallelse.models import Mode
from kallelse.ports import Desk
from kallelse.proving import issue

TWO_MODES = {"seats": None, "modes": {"online": {"seats": 5}, "on-site": {"seats": 2}}}


def test_the_page_says_how_many_seats_are_left(ask: Ask, desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    registered(desk, record, "Ada")
    assert "6 platser kvar (på webben: 4, på plats: 2)" in text(ask("GET", f"{PAGE}/sv"))
    assert "6 paikkaa jäljellä" in text(ask("GET", f"{PAGE}/fi"))
    for name in ("Bo", "Cia", "Dan", "Eva"):
        registered(desk, record, name)
    assert "2 seats left (online: 0, on site: 2)" in text(ask("GET", f"{PAGE}/en"))


def test_one_seat_is_not_several(ask: Ask, desk: Desk) -> None:
    registered(desk, opened(desk), "Ada")
    assert "1 plats kvar" in text(ask("GET", f"{PAGE}/sv"))
    assert "1 paikka jäljellä" in text(ask("GET", f"{PAGE}/fi"))


def test_a_full_event_offers_the_waiting_list_before_one_fills_in_the_form(ask: Ask, desk: Desk) -> None:
    registered(desk, opened(desk, seats=1), "Ada")
    page = ask("GET", f"{PAGE}/sv")
    assert "Fullsatt. Du kan ställa dig i kö." in text(page)
    assert "<button>Ställ dig i kö</button>" in page["body"]
    assert 'href="#register">Ställ dig i kö</a>' in page["body"]


def test_a_seat_that_is_kept_for_those_who_wait_is_not_shown_as_left(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo")
    desk.seats.release("seminarium", Mode.ONLINE, 0, ada.holder, NOW)
    assert "Fullsatt. Du kan ställa dig i kö." in text(ask("GET", f"{PAGE}/sv"))


def test_a_full_event_without_waiting_list_has_no_form(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1, waiting_list=False)
    registered(desk, record, "Ada")
    page = ask("GET", f"{PAGE}/sv")
    assert "Alla platser är tagna, och det finns ingen kö." in text(page)
    assert "<form" not in page["body"]
    assert "evenemanget är fullt" in text(send(ask, record)).lower()


@pytest.mark.parametrize("public", [True, False])
def test_after_the_event_the_page_leads_to_summaries_that_everybody_may_read(
    ask: Ask, desk: Desk, time: Time, public: bool
) -> None:
    opened(desk, public_summaries=public)
    time.now = utc("2020-09-17T09:00")
    page = ask("GET", f"{PAGE}/sv")
    assert "Evenemanget är över." in text(page)
    assert ('href="/events/seminarium/sv/summaries"' in page["body"]) == public
    assert "platser kvar" not in text(page)


def test_a_cancelled_event_says_so_first_and_offers_nothing(ask: Ask, desk: Desk) -> None:
    opened(desk, cancelled=True)
    page = ask("GET", f"{PAGE}/sv")
    assert "<title>Inställt: Seminarium" in page["body"]
    main = page["body"].split("<main")[1]
    assert main.index("inställt och ordnas inte") < main.index("Ett seminarium.")
    for gone in ("event.ics", "<form", "lost-link", "Platser"):
        assert gone not in main


def test_looking_at_the_page_writes_nothing(ask: Ask, desk: Desk) -> None:
    opened(desk)
    before = everything("none")
    ask("GET", f"{PAGE}/sv")
    assert everything("none") == before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (NotFound("x"), 404, "address"),
        (HoldExpired("x"), 410, "fill in its form anew"),
        (BodyTooLarge("x"), 413, "write less"),
        (FormRefused("x"), 422, "fill in its form anew"),
        (TooManyRequests("x"), 429, "in an hour"),
        (KallelseError(), 500, "The fault is ours"),
        (Unavailable("x"), 503, "in a moment"),
    ],
)
def test_an_error_says_what_happened_and_what_to_do_now(
    ask: Ask, language: str, error: KallelseError, status: int, told: str
) -> None:
    from kallelse.handlers.public.wiring import error_page

    # The error is about an address that somebody asked for.
    ask("GET", f"{PAGE}/{language}")
    page = error_page(error, language)
    assert page.status_code == status
    assert f'<html lang="{language}">' in str(page.body)
    assert len(re.findall("<h1", str(page.body))) == 1
    assert re.findall("<li>(?!<a)(.+?)</li>", str(page.body), re.DOTALL)
    if language == "en":
        assert told in str(page.body)


@pytest.mark.parametrize(
    ("language", "told", "site"),
    [
        ("sv", "Transport- och kommunikationsverket Traficom", "www.tillganglighetskrav.fi"),
        ("fi", "Liikenne- ja viestintävirasto Traficom", "www.saavutettavuusvaatimukset.fi"),
        ("en", "Finnish Transport and Communications Agency Traficom", "www.webaccessibility.fi"),
    ],
)
def test_every_page_leads_to_the_accessibility_statement_which_names_the_authority(
    ask: Ask, desk: Desk, language: str, told: str, site: str
) -> None:
    opened(desk)
    assert f'<a href="/accessibility/{language}">' in ask("GET", f"{PAGE}/{language}")["body"]
    statement = ask("GET", f"/accessibility/{language}")
    assert statement["statusCode"] == 200
    for fact in (told, site, "306/2019", "EN 301 549", "2.1", "14"):
        assert fact in text(statement)


def test_there_is_no_statement_in_a_language_without_pages(ask: Ask) -> None:
    assert ask("GET", "/accessibility/xx")["statusCode"] == 404


def test_a_page_with_errors_says_so_in_its_title_and_before_its_heading(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    for language, word in (("sv", "Fel:"), ("fi", "Virhe:"), ("en", "Error:")):
        page = send(ask, record, {"name": "", "proof": issue(record, NOW - MINUTE)}, language)["body"]
        assert f"<title>{word} " in page
        assert page.index('id="problems"') < page.index("<h1")
        assert '<a href="#name">' in page
        assert 'aria-describedby="name-wrong" aria-invalid="true"' in page
