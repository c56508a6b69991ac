"""The privacy notice of an event: what its own form asks for, and what follows from that."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from pydantic import ValidationError
from tests.conftest import a_participant, an_event
from tests.desks import Desks
from tests.tours import toured
from tests.visiting import DIET, LANGUAGES, NOW, Ask

from kallelse import editing
from kallelse.dispatching import settle
from kallelse.models import Mode
from kallelse.ports import Desk
from kallelse.registering import Submission, register
from kallelse.rendering import NAMES

HOSTS = frozenset({"webbseminarium.example"})
LUNCH = {"id": "lunch", "kind": "yes-no", "required": True, "label": {"sv": "Äter du lunch?"}}


def notice(desk: Desk, ask: Ask, language: str = "en", **changes: Any) -> str:
    """The words of the notice of the example event, changed."""
    editing.apply(desk, an_event(**changes), HOSTS, NOW)
    answer = ask("GET", f"/events/seminarium/{language}/privacy")
    assert answer["statusCode"] == 200
    body = re.sub(r"<style>.*?</style>", "", answer["body"], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_without_more_in_the_event_file_the_hosts_answer_and_the_first_contact_is_asked(
    desk: Desk, ask: Ask
) -> None:
    told = notice(desk, ask)
    assert "Controller Finansministeriet Questions about data protection kansliet@example.org" in told
    assert "a task in the public interest (General Data Protection Regulation, article 6(1)(e))" in told
    assert "You can object" in told
    assert "tietosuoja.fi" in told


def test_the_event_file_names_controller_contact_basis_and_processors(desk: Desk, ask: Ask) -> None:
    privacy = {
        "controller": {"sv": "Justitieministeriet", "en": "Ministry of Justice"},
        "contact": "dataskydd@example.org",
        "basis": "consent",
        "processors": [{"sv": "Tolkarna Ab"}],
    }
    told = notice(desk, ask, privacy=privacy)
    assert "Controller Ministry of Justice Questions about data protection dataskydd@example.org" in told
    assert "article 6(1)(a)" in told
    assert "withdraw it at any time" in told
    assert "You can object" not in told  # article 21 is about the other bases
    assert "Tolkarna Ab , on behalf of the controller" in told


def test_a_controller_must_be_named_in_the_language_of_the_event_and_the_basis_known() -> None:
    with pytest.raises(ValidationError, match=r"privacy\.controller"):
        an_event(privacy={"controller": {"en": "Ministry of Justice"}})
    with pytest.raises(ValidationError, match=r"privacy\.basis"):
        an_event(privacy={"basis": "because"})


def test_only_what_the_form_asks_for_is_listed_as_kept(desk: Desk, ask: Ask) -> None:
    short = notice(desk, ask, form={"fields": {"role": "optional"}})
    assert "Name E-mail address Title or role (optional) What comes about later" in short
    assert "health" not in short
    full = notice(
        desk,
        ask,
        form={"fields": {"organisation": "required", "greeting": "optional"}, "questions": [LUNCH, DIET]},
        modes={"online": {"seats": 2}, "on-site": {"seats": 2}},
        seats=None,
    )
    assert (
        "Name E-mail address Organisation Greeting to the organisers (optional)"
        " Way of taking part Äter du lunch? (Swedish) Specialdieter (Swedish) (optional) What comes"
        " about later" in full
    )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("optional", "You need not tell."),
        ("required", "If you would rather not tell, write so in the field."),
    ],
)
def test_accessibility_needs_may_tell_of_health_and_nobody_has_to_tell_them(
    desk: Desk, ask: Ask, asked: str, told: str
) -> None:
    text = notice(desk, ask, form={"fields": {"accessibility": asked}})
    assert "Your accessibility needs may tell of your health" in text
    assert f"by telling us (article 9(2)(a)). {told} You can take it back" in text


def test_an_event_on_site_tells_of_no_meeting_service(desk: Desk, ask: Ask) -> None:
    assert "meeting service" in notice(desk, ask)
    on_site = notice(desk, ask, modes={"on-site": {"seats": 2}}, seats=None)
    assert "meeting service" not in on_site
    assert "joined the meeting" not in on_site


@pytest.mark.parametrize(
    ("language", "when"),
    [
        ("sv", "tisdag 15 december 2020"),
        ("fi", "tiistaina 15. joulukuuta 2020"),
        ("en", "Tuesday 15 December 2020"),
    ],
)
def test_the_data_is_erased_90_days_after_the_end_of_the_event(
    desk: Desk, ask: Ask, language: str, when: str
) -> None:
    assert when in notice(desk, ask, language)  # 16 September and 90 days


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_leads_to_the_others_and_the_form_leads_to_the_notice(
    desk: Desk, ask: Ask, language: str
) -> None:
    told = notice(desk, ask, language)
    assert all(NAMES[each] in told for each in LANGUAGES)
    form = ask("GET", f"/events/seminarium/{language}")["body"]
    assert f'href="/events/seminarium/{language}/privacy"' in form


def test_the_form_for_several_stops_leads_to_the_notice_of_each(desk: Desk, ask: Ask) -> None:
    stops = toured(desk, one_stop_each=False)
    page = ask("GET", "/tours/turne/fi")["body"]
    form = page[page.index("<form") :]
    assert sorted(re.findall(r'href="/events/([\w-]+)/fi/privacy"', form)) == sorted(stops)


@pytest.mark.parametrize("place", ["manage", "mail"])
def test_the_page_of_a_registration_and_every_mail_lead_to_the_notice(
    desk: Desk, ask: Ask, place: str
) -> None:
    desks = Desks(desk)
    record = desks.apply()
    register(desk, record, Submission(a_participant("Ada"), Mode.ONLINE, "nonce"), desks.time.now)
    [registration] = desk.registrations.of_event(record.event.id)
    settle(desk, record.event.id, registration.id, desks.time.now)
    desks.mail()
    [text] = desks.texts
    if place == "manage":
        [link] = re.findall(r"/manage/[\w-]+", text)
        text = ask("GET", link)["body"]
    assert "/events/seminarium/sv/privacy" in text


def test_an_event_that_is_not_there_has_no_notice(ask: Ask) -> None:
    answer = ask("GET", "/events/nowhere/sv/privacy")
    assert answer["statusCode"] == 404
    assert "Evenemanget finns inte" in answer["body"]
