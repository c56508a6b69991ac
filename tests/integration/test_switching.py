"""The language switch: on every page, keeping the page and what was typed, and changing nothing."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from tests.people import link, registered
from tests.tours import toured
from tests.visiting import DIET, FORM, MINUTE, NOW, PAGE, Ask, Time, everything, opened, send, stamp, text

from kallelse.links import issue as issue_link
from kallelse.models import Purpose, TourRecord
from kallelse.ports import Desk
from kallelse.proving import issue

TYPED = FORM | {"name": "", "email": "ada@", "organisation": "Vasa", "switch": "fi"}
LUNCH = {"id": "lunch", "kind": "yes-no", "label": {"sv": "Äter du lunch?"}}
SURVEY = {"survey": {"questions": [{"id": "why", "kind": "text", "label": {"sv": "Varför?"}}]}}


def switch(page: dict[str, Any]) -> dict[str, str]:
    """Where the page is in the other languages."""
    bar = re.search(r'<nav class="languages".*?</nav>', page["body"], re.DOTALL)
    assert bar
    links = re.findall(r'(?:href|formaction)="([^"]+)"[^>]* lang="(\w+)"', bar[0])
    return {language: unescape(address) for address, language in links}


def sealed(page: dict[str, Any]) -> str:
    """What a page that tells what became of a form hands on to itself in another language."""
    found = re.search(r'name="told" value="([^"]+)"', page["body"])
    assert found
    return found[1]


def test_switching_within_a_form_shows_it_in_the_other_language_with_all_that_was_typed(
    ask: Ask, desk: Desk
) -> None:
    record = opened(desk, form={"fields": {"organisation": "optional"}, "questions": [LUNCH, DIET]})
    before, proof = everything("none"), issue(record, NOW - MINUTE)
    fields = {each: TYPED[each] for each in ("name", "email", "organisation", "switch")}
    typed = fields | {"q-lunch": "yes", "q-diet": ["vegetarian"], "proof": proof}
    page = ask("POST", f"{PAGE}/fi", typed)
    assert page["statusCode"] == 200
    assert '<html lang="fi">' in page["body"]
    for kept in ('value="ada@"', 'value="Vasa"', 'value="yes" checked', 'value="vegetarian" checked'):
        assert kept in page["body"]
    assert stamp(page) == proof
    assert "Virhe" not in text(page)
    assert everything("none") == before


def test_a_form_that_came_back_with_errors_can_be_shown_in_another_language_and_then_be_sent(
    ask: Ask, desk: Desk
) -> None:
    record = opened(desk)
    wrong = FORM | {"name": "", "proof": issue(record, NOW - MINUTE)}
    page = ask("POST", f"{PAGE}/sv/registrations", wrong)
    switched = ask("POST", switch(page)["fi"], wrong | {"proof": stamp(page), "switch": "fi"})
    mended = FORM | {"proof": stamp(switched)}
    assert "Olet ilmoittautunut" in text(ask("POST", f"{PAGE}/fi/registrations", mended))


def test_a_form_is_switched_by_buttons_of_its_own_which_keep_what_was_typed_and_the_address(
    ask: Ask, desk: Desk
) -> None:
    record = opened(desk)
    page = ask("GET", f"{PAGE}/sv")
    assert switch(page) == {"fi": f"{PAGE}/fi", "en": f"{PAGE}/en"}
    assert page["body"].count('<button form="form" name="switch"') == 2
    assert '<form method="post" id="form"' in page["body"]
    typed = FORM | {"name": "", "proof": issue(record, NOW - MINUTE)}
    assert switch(ask("POST", f"{PAGE}/sv/registrations", typed)) == switch(page)


def test_enter_in_a_field_sends_the_form_and_does_not_switch(ask: Ask, desk: Desk) -> None:
    opened(desk)
    buttons = re.findall(r"<button[^>]*>", ask("GET", f"{PAGE}/sv")["body"])
    # Browsers take the first button of a form for it (HTML §4.10.21.2).
    assert buttons[0] == '<button class="trap" form="form" tabindex="-1" aria-hidden="true">'


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, {"sv": "Det finns ett fel", "fi": "on virhe", "en": "There is a problem"}),
        (
            {"name": "", "email": "ada"},
            {"sv": "Det finns 2 fel", "fi": "on 2 virhettä", "en": "There are 2 problems"},
        ),
    ],
)
def test_the_summary_of_errors_says_how_many_there_are(
    ask: Ask, desk: Desk, changes: dict[str, str], told: dict[str, str]
) -> None:
    record = opened(desk)
    for language, words in told.items():
        page = send(ask, record, changes, language)["body"]
        assert words in page
        # It stands before the heading of the page, whose title says so too.
        assert page.index('id="problems-title"') < page.index("<h1")


def test_the_languages_are_in_one_order_everywhere_and_that_of_the_page_is_no_link(
    ask: Ask, desk: Desk
) -> None:
    opened(desk)
    bar = re.search(r'<nav class="languages".*?</nav>', ask("GET", f"{PAGE}/fi/privacy")["body"], re.DOTALL)
    assert bar
    assert re.findall(r'lang="(..)"[^>]*>(\w+)<', bar[0]) == [
        ("sv", "Svenska"),
        ("fi", "Suomi"),
        ("en", "English"),
    ]
    assert '<span lang="fi" aria-current="true">Suomi</span>' in bar[0]
    assert f'<a href="{PAGE}/en/privacy" lang="en" hreflang="en">' in bar[0]


@pytest.mark.parametrize("part", ["", "/edit", "/substitute", "/erase"])
def test_the_pages_behind_a_personal_link_are_there_in_every_language_and_lead_on_in_it(
    ask: Ask, desk: Desk, part: str
) -> None:
    address = link(desk, registered(desk, opened(desk), "Ada"))
    page = ask("GET", address + part)
    assert '<html lang="sv">' in page["body"]
    assert switch(page) == {each: f"{address}{part}?language={each}" for each in ("fi", "en")}
    finnish = ask("GET", f"{address}{part}?language=fi")
    assert '<html lang="fi">' in finnish["body"]
    # What is downloaded is in no language of a page, or in the participant's own.
    own = set(re.findall(rf'(?:href|action)="{re.escape(address)}([^"#]*)', finnish["body"]))
    leading = {each for each in own if not re.search(r"\.json$|\.ics$|=(sv|en)$", each)}
    assert leading
    assert {each for each in leading if not each.endswith("?language=fi")} == set()
    assert '<html lang="sv">' in ask("GET", f"{address}{part}?language=xx")["body"]


def test_switching_keeps_what_was_typed_into_the_forms_behind_a_personal_link(ask: Ask, desk: Desk) -> None:
    address = link(desk, registered(desk, opened(desk), "Ada"))
    before = everything()
    for part in ("/edit", "/substitute"):
        page = ask("POST", f"{address}{part}?language=en", {"name": "Bo <nu>", "switch": "en"})
        assert page["statusCode"] == 200
        assert '<html lang="en">' in page["body"]
        assert 'value="Bo &lt;nu&gt;"' in page["body"]
    assert everything() == before


def test_who_changes_the_registration_in_another_language_keeps_getting_mails_in_the_own(
    ask: Ask, desk: Desk
) -> None:
    record = opened(desk, form={"fields": {}})
    address = link(desk, registered(desk, record, "Ada"))
    assert ask("POST", f"{address}/edit?language=fi", {"name": "Eva"})["statusCode"] == 200
    [registration] = desk.registrations.of_event(record.event.id)
    assert (registration.participant.name, registration.participant.language) == ("Eva", "sv")


def test_join_link_and_unsubscribing_are_there_in_every_language(ask: Ask, desk: Desk) -> None:
    registration = registered(desk, opened(desk), "Ada")
    for purpose in (Purpose.JOIN, Purpose.UNSUBSCRIBE):
        address = f"/{purpose}/{issue_link(desk, registration, purpose)}"
        assert switch(ask("GET", address))["en"] == f"{address}?language=en"
        assert '<html lang="en">' in ask("GET", f"{address}?language=en")["body"]


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/events/none/sv", "/events/none/fi"),
        ("/events/fi/sv", "/events/fi/fi"),
        ("/events/none/sv/registrations", "/events/none/fi"),
        ("/manage/nothing/confirm", "/manage/nothing?language=fi"),
        ("//elsewhere.example/sv", "/elsewhere.example/fi"),
        ("/\\elsewhere.example", "/%5Celsewhere.example?language=fi"),
        ('/"><script>', "/%22%3E%3Cscript%3E?language=fi"),
    ],
)
def test_an_error_is_told_in_every_language_at_an_address_of_ours(
    ask: Ask, desk: Desk, path: str, leads: str
) -> None:
    page = ask("GET", path)
    assert page["statusCode"] == 404
    assert switch(page)["fi"] == leads
    assert '<html lang="fi">' in ask("GET", leads)["body"]


def test_what_became_of_a_form_is_told_again_in_another_language_and_not_done_again(
    ask: Ask, desk: Desk
) -> None:
    record = opened(desk, seats=1)
    send(ask, record, {"email": "bo@example.org"})
    page = send(ask, record)
    before = everything()
    again = ask("POST", switch(page)["en"], {"told": sealed(page), "switch": "en"})
    assert again["statusCode"] == 200
    assert "You are number 1 in line" in text(again)
    assert "ada@example.org" in text(again)
    assert sealed(again) == sealed(page)
    assert everything() == before


def test_a_refusal_is_told_again_in_another_language_with_its_status(ask: Ask, desk: Desk) -> None:
    record = opened(desk, admission={"mail_domains": ["vasa.fi"]})
    page = send(ask, record)
    again = ask("POST", switch(page)["en"], {"told": sealed(page), "switch": "en"})
    assert again["statusCode"] == page["statusCode"] == 403
    assert "an e-mail address of vasa.fi" in text(again)


def test_what_is_not_signed_for_the_event_is_not_told(ask: Ask, desk: Desk) -> None:
    page, other = send(ask, opened(desk)), opened(desk, id="annat")
    elsewhere = ask("POST", f"/events/{other.event.id}/fi/told", {"told": sealed(page)})
    forged = ask("POST", f"{PAGE}/fi/told", {"told": sealed(page)[:-1]})
    stamped = ask("POST", f"{PAGE}/fi/told", {"told": issue(other, NOW)})
    assert {each["statusCode"] for each in (elsewhere, forged, stamped)} == {400}


@pytest.mark.parametrize(
    ("part", "fields", "told"),
    [
        ("cancel", {}, "is cancelled"),
        ("erase", {}, "Your data is erased"),
        ("substitute", {"name": "Bo Ek", "email": "bo@example.org"}, "Bo Ek has your seat now"),
    ],
)
def test_one_whose_links_have_stopped_working_still_can_read_why_in_another_language(
    ask: Ask, desk: Desk, part: str, fields: dict[str, str], told: str
) -> None:
    page = ask("POST", f"{link(desk, registered(desk, opened(desk), 'Ada'))}/{part}", fields)
    assert page["statusCode"] == 200
    again = ask("POST", switch(page)["en"], {"told": sealed(page), "switch": "en"})
    assert told in text(again)


def test_the_form_of_a_tour_switches_too(ask: Ask, desk: Desk) -> None:
    toured(desk, one_stop_each=False)
    tour, before = desk.tours.find("turne"), everything("none")
    assert isinstance(tour, TourRecord)
    typed = TYPED | {"stops": ["vasa"], "proof": issue(tour, NOW - MINUTE)}
    address = switch(ask("GET", "/tours/turne/sv"))["fi"]
    page = ask("POST", address, typed)
    assert page["statusCode"] == 200
    assert 'value="vasa" checked' in page["body"]
    assert 'value="ada@"' in page["body"]
    assert everything("none") == before


def test_what_became_of_the_form_of_a_tour_is_told_again_in_another_language(ask: Ask, desk: Desk) -> None:
    toured(desk, one_stop_each=False)
    tour = desk.tours.find("turne")
    assert isinstance(tour, TourRecord)
    form = FORM | {"stops": ["vasa"], "proof": issue(tour, NOW - MINUTE)}
    page = ask("POST", "/tours/turne/sv/registrations", form)
    before = everything()
    again = ask("POST", switch(page)["en"], {"told": sealed(page), "switch": "en"})
    assert "You have a seat. A confirmation is on its way to ada@example.org." in text(again)
    assert everything() == before


def test_the_survey_and_the_form_for_lost_links_switch_too(ask: Ask, desk: Desk, time: Time) -> None:
    record = opened(desk, **SURVEY)
    lost = ask("POST", f"{PAGE}/en/lost-link", {"email": "ada@", "switch": "en"})
    assert 'value="ada@"' in lost["body"]
    assert "Send me a new link" in text(lost)
    time.now, before = record.event.ends_at + MINUTE, everything("none")
    answers = {"q-why": "Ja <nu>", "proof": issue(record, NOW), "switch": "en"}
    survey = ask("POST", f"{PAGE}/en/survey", answers)
    assert survey["statusCode"] == 200
    assert 'value="Ja &lt;nu&gt;"' in survey["body"]
    assert "What did you think?" in text(survey)
    assert everything("none") == before
