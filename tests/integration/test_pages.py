"""The page of an event and its form, as a visitor meets them: honest answers, and nothing written in vain."""

from __future__ import annotations

from typing import Any

import pytest
from tests.visiting import (
    DIET,
    FORM,
    LANGUAGES,
    MINUTE,
    NOW,
    PAGE,
    Ask,
    Time,
    everything,
    opened,
    registrations,
    send,
    stamp,
    text,
)

from kallelse.models import MailKind, Mode
from kallelse.ports import Desk
from kallelse.proving import issue

TWO_MODES = {
    "seats": None,
    "modes": {"online": {"seats": 5}, "on-site": {"seats": 1, "place": {"sv": "Snellmansgatan 1 A"}}},
}
LUNCH = {"id": "lunch", "kind": "yes-no", "label": {"sv": "Äter du lunch?"}}
CHOSEN = [
    ("organisation_kind", "municipality"),
    ("language", "sv"),
    ("mode", "on-site"),
    ("q-lunch", "yes"),
    ("q-diet", "vegetarian"),
    ("q-diet", "gluten-free"),
]
WISH = {"id": "wish", "kind": "long-text", "label": {"sv": "Önskemål"}, "help": {"sv": "Skriv fritt."}}
YEARS = {"id": "years", "kind": "number", "label": {"sv": "Hur många år?"}, "smallest": 0, "largest": 50}


def with_questions(*questions: dict[str, Any]) -> dict[str, Any]:
    fields = dict.fromkeys(["organisation", "organisation_kind", "language"], "required")
    return {"form": {"fields": fields, "questions": list(questions)}}


def test_the_form_has_a_fresh_stamp_and_is_kept_by_no_cache_that_several_share(ask: Ask, desk: Desk) -> None:
    opened(desk)
    first, second = ask("GET", f"{PAGE}/sv"), ask("GET", f"{PAGE}/sv")
    assert stamp(first) != stamp(second)
    assert first["headers"]["Cache-Control"] == "private, max-age=10"
    assert first["headers"]["ETag"] != second["headers"]["ETag"]


def test_the_form_as_it_is_shown_registers(ask: Ask, desk: Desk, time: Time) -> None:
    opened(desk)
    proof = stamp(ask("GET", f"{PAGE}/sv"))
    time.now = NOW + MINUTE
    assert "Du är anmäld" in text(
        ask("POST", f"{PAGE}/sv/registrations", FORM | {"proof": proof, "subject": ""})
    )
    assert len(registrations(desk)) == 1


def test_the_answer_names_the_address_the_place_and_whom_to_ask(ask: Ask, desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    answer = text(send(ask, record, {"mode": "on-site"}))
    for told in ("Du är anmäld", "ada@example.org", "Snellmansgatan 1 A", "kansliet@example.org"):
        assert told in answer
    assert "möteslänk" not in answer
    [registration] = registrations(desk)
    assert registration.mode is Mode.ON_SITE


def test_a_late_participant_is_told_that_the_join_link_comes_at_once(
    ask: Ask, desk: Desk, time: Time
) -> None:
    record = opened(desk, last_day_to_register="2020-09-16")
    time.now = record.event.join_link_at + MINUTE
    answer = text(send(ask, record, {"proof": issue(record, time.now - MINUTE)}))
    assert "Din personliga möteslänk skickas till dig om en stund." in answer


@pytest.mark.parametrize(
    ("language", "waits", "registered"),
    [
        ("sv", "Du är nummer 1 i kön", "Du är anmäld"),
        ("fi", "jonossa", "Olet ilmoittautunut"),
        ("en", "You are number 1 in line", "You are registered"),
    ],
)
def test_the_confirmation_does_not_say_registered_to_people_who_wait(
    ask: Ask, desk: Desk, language: str, waits: str, registered: str
) -> None:
    record = opened(desk, seats=1)
    assert registered in text(send(ask, record, language=language))
    answer = text(send(ask, record, {"email": "bo@example.org"}, language))
    assert waits in answer
    assert registered not in answer


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("sv", "Anmälan gäller först när du har öppnat länken i mejlet till ada@example.org"),
        ("fi", "Ilmoittautumisesi on voimassa vasta, kun"),
        ("en", "You are registered only when you have opened the link in the mail to ada@example.org"),
    ],
)
def test_one_who_has_to_confirm_the_address_is_told_until_when(
    ask: Ask, desk: Desk, language: str, told: str
) -> None:
    record = opened(desk, address_confirmation="PT1H", offer="PT24H")
    answer = text(send(ask, record, language=language))
    assert told in answer
    assert "13:00" in answer.replace("13.00", "13:00")


def test_the_limit_is_checked_when_the_form_is_sent_not_when_it_is_shown(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1, waiting_list=False)
    shown = [stamp(ask("GET", f"{PAGE}/sv")) for _ in range(2)]
    assert len(set(shown)) == 2
    assert send(ask, record)["statusCode"] == 200
    refused = send(ask, record, {"email": "bo@example.org"})
    assert refused["statusCode"] == 409
    assert "Evenemanget är fullt" in text(refused)
    assert len(registrations(desk)) == 1


def test_a_near_miss_of_a_mail_domain_is_questioned_before_it_holds_a_seat(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    before = everything()
    answer = send(ask, record, {"email": "ada@gmial.com"})
    assert answer["statusCode"] == 422
    assert "Menade du ada@gmail.com?" in text(answer)
    assert 'name="email_checked" value="ada@gmial.com"' in answer["body"]
    assert everything() == before


def test_a_visitor_may_insist_on_an_address_that_looks_mistyped(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    other = send(ask, record, {"email": "ada@gmial.com", "email_checked": "bo@gmial.com"})
    assert other["statusCode"] == 422
    assert (
        send(ask, record, {"email": "ada@gmial.com", "email_checked": "ada@gmial.com"})["statusCode"] == 200
    )
    assert [each.participant.email for each in registrations(desk)] == ["ada@gmial.com"]


def test_the_insisting_is_kept_while_something_else_is_wrong(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    answer = send(ask, record, {"email": "a@gmial.com", "email_checked": "a@gmial.com", "name": ""})
    assert 'name="email_checked" value="a@gmial.com" checked' in answer["body"]
    assert "Menade du" not in answer["body"]


def test_the_same_form_sent_twice_is_one_registration_and_the_same_page(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    proof = issue(record, NOW - MINUTE)
    first, again = send(ask, record, {"proof": proof}), send(ask, record, {"proof": proof})
    assert first == again
    [registration] = registrations(desk)
    assert registration.outbox == (MailKind.CONFIRMED,)


def test_the_same_form_sent_twice_waits_once_at_the_same_place(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1)
    send(ask, record, {"email": "bo@example.org"})
    proof = issue(record, NOW - MINUTE)
    assert send(ask, record, {"proof": proof}) == send(ask, record, {"proof": proof})
    assert len(registrations(desk)) == 2


def test_two_tabs_with_one_address_look_like_a_newcomer_and_its_owner_is_told(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    first, second = send(ask, record), send(ask, record)
    assert text(first) == text(second)
    [registration] = registrations(desk)
    assert registration.outbox.count(MailKind.REGISTERED_ALREADY) == 1


@pytest.mark.parametrize("mode", ["online", "on-site"])
def test_a_form_with_two_modes_takes_a_seat_of_the_chosen_one(ask: Ask, desk: Desk, mode: str) -> None:
    record = opened(desk, **TWO_MODES)
    assert send(ask, record, {"mode": mode})["statusCode"] == 200
    [block] = desk.seats.blocks("seminarium", Mode(mode))
    assert len(block.holders) == 1


def test_a_form_with_two_modes_shows_the_seats_of_each(ask: Ask, desk: Desk) -> None:
    opened(desk, **TWO_MODES)
    page = text(ask("GET", f"{PAGE}/sv"))
    assert "6 (På webben: 5, På plats: 1)" in page
    assert "På plats: Snellmansgatan 1 A" in page


def test_everything_that_was_answered_is_kept_when_something_is_wrong(ask: Ask, desk: Desk) -> None:
    record = opened(desk, **TWO_MODES, **with_questions(LUNCH, DIET, WISH, YEARS))
    given = {"mode": "on-site", "q-lunch": "yes", "q-diet": ["vegetarian", "gluten-free"], "q-years": "99"}
    before = everything()
    answer = send(ask, record, given | {"q-wish": "Mer <tid>\r\noch kaffe"})
    assert answer["statusCode"] == 422
    body = answer["body"]
    for name, value in CHOSEN:
        [control] = [
            line for line in body.splitlines() if f'name="{name}"' in line and f'value="{value}"' in line
        ]
        assert " checked>" in control
    assert "Mer &lt;tid&gt;\r\noch kaffe</textarea>" in body
    assert 'value="99"' in body
    assert "Hur många år? Skriv ett tal som är högst 50" in text(answer)
    assert everything() == before


def test_a_question_for_some_says_so_and_its_answer_is_refused_from_others(ask: Ask, desk: Desk) -> None:
    record = opened(desk, **with_questions(LUNCH, DIET))
    assert "Svara bara om du har valt ”Ja” i punkten ”Äter du lunch?”." in text(ask("GET", f"{PAGE}/sv"))
    answer = send(ask, record, {"q-lunch": "no", "q-diet": "vegetarian"})
    assert answer["statusCode"] == 422
    assert "”Specialdieter” gäller bara dem som har valt ”Ja” i punkten ”Äter du lunch?”" in text(answer)
    assert send(ask, record, {"q-lunch": "yes", "q-diet": "vegetarian"})["statusCode"] == 200
    assert registrations(desk)[0].participant.answers == {"lunch": ("yes",), "diet": ("vegetarian",)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_of_every_kind_of_question_is_shown_in_every_language(
    ask: Ask, desk: Desk, language: str
) -> None:
    opened(desk, **TWO_MODES, **with_questions(LUNCH, DIET, WISH, YEARS))
    page = ask("GET", f"{PAGE}/{language}")
    assert page["statusCode"] == 200
    for name in ("q-lunch", "q-diet", "q-wish", "q-years", "mode"):
        assert f'name="{name}"' in page["body"]
        assert f'id="{name}"' in page["body"]


def test_a_form_without_the_language_writes_in_that_of_the_page(ask: Ask, desk: Desk) -> None:
    record = opened(desk, form={"fields": {}})
    form = {"name": "Ada", "email": "ada@example.org", "proof": issue(record, NOW - MINUTE)}
    assert ask("POST", f"{PAGE}/fi/registrations", form)["statusCode"] == 200
    assert registrations(desk)[0].participant.language == "fi"


def test_a_known_organisation_is_suggested_and_counted_under_its_code(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    assert '<option value="Vaasa">' in ask("GET", f"{PAGE}/fi")["body"]
    send(ask, record, {"organisation": "Vaasa"})
    assert registrations(desk)[0].participant.organisation_code == "905"


def test_a_radio_given_twice_is_refused_and_checkboxes_are_not(ask: Ask, desk: Desk) -> None:
    record = opened(desk, **with_questions(LUNCH, DIET))
    assert send(ask, record, {"q-lunch": ["yes", "no"]})["statusCode"] == 400
    assert send(ask, record, {"q-lunch": "yes", "q-diet": ["vegetarian", "gluten-free"]})["statusCode"] == 200


WITHOUT_SEAT: dict[str, dict[str, Any]] = {
    "closed": {"last_day_to_register": "2020-08-19"},
    "not-yet-open": {"registration_opens": "2020-08-21T09:00"},
    "cancelled": {"cancelled": True},
    "full": {"seats": 1, "waiting_list": False},
    "organisation-full": {"seats_per_organisation": 1},
    "kind": {"admission": {"organisation_kinds": ["agency"]}},
    "domain": {"admission": {"mail_domains": ["gov.fi"]}},
    "language": {"admission": {"languages": ["fi"]}},
}
REFUSALS = {
    "closed": (409, "Anmälan stängde onsdag", "Ilmoittautuminen", "Registration closed on"),
    "not-yet-open": (409, "Anmälan öppnar fredag", "Ilmoittautuminen", "Registration opens Friday"),
    "cancelled": (409, "Evenemanget är inställt", "Tilaisuus on peruttu", "The event is cancelled"),
    "full": (409, "Evenemanget är fullt", "Tilaisuus on täynnä", "The event is full"),
    "organisation-full": (
        409,
        "tar emot 1 deltagare från varje organisation",
        "otetaan 1 osallistuja kustakin organisaatiosta",
        "takes 1 participant from each organisation",
    ),
    "kind": (403, "som representerar ett statligt ämbetsverk", "edustavat seuraavaa", "a state agency"),
    "domain": (403, "hör till gov.fi", "verkkotunnukseen gov.fi", "an e-mail address of gov.fi"),
    "language": (403, "väljer språket Suomi", "valitsema kieli on Suomi", "those who choose Suomi"),
}
NOT_REGISTERED = {
    "sv": "Du har inte blivit anmäld.",
    "fi": "Sinua ei ole ilmoitettu mukaan.",
    "en": "You have not been registered.",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", list(REFUSALS))
def test_a_refusal_says_why_names_whom_to_ask_and_writes_nothing(
    ask: Ask, desk: Desk, reason: str, language: str
) -> None:
    record = opened(desk, **WITHOUT_SEAT[reason])
    send(ask, record, {"email": "bo@example.org"})
    before = everything()
    answer = send(ask, record, language=language)
    status, *told = REFUSALS[reason]
    assert answer["statusCode"] == status
    assert told[LANGUAGES.index(language)] in text(answer)
    assert NOT_REGISTERED[language] in text(answer)
    for fact in ("Kansliet", "kansliet@example.org", "Semin", "2020"):
        assert fact in text(answer)
    assert f'<html lang="{language}">' in answer["body"]
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "at", "told"),
    [
        ({"cancelled": True}, "2020-08-20T09:00", "Evenemanget är inställt och ordnas inte."),
        ({"registration_opens": "2020-08-21T09:00"}, "2020-08-20T09:00", "Anmälan öppnar fredag 21 augusti"),
        ({}, "2020-09-10T09:00", "Anmälan stängde onsdag 9 september 2020."),
        ({}, "2020-09-17T09:00", "Evenemanget är över."),
    ],
)
def test_the_page_says_why_there_is_no_form(
    ask: Ask, desk: Desk, time: Time, changes: dict[str, Any], at: str, told: str
) -> None:
    opened(desk, **changes)
    time.now = NOW.fromisoformat(f"{at}+00:00")
    page = ask("GET", f"{PAGE}/sv")
    assert told in text(page)
    assert "kansliet@example.org" in text(page)
    assert "<form" not in page["body"]


def test_a_form_that_is_mended_after_registration_closed_is_told_so(ask: Ask, desk: Desk, time: Time) -> None:
    record = opened(desk)
    time.now = record.event.closes_at
    answer = send(ask, record, {"name": "", "proof": issue(record, time.now - MINUTE)})
    assert "Anmälan stängde onsdag 9 september 2020." in text(answer)
    assert "<form" not in answer["body"]
