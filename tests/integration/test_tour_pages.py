"""The page of a tour, its form for several stops, and what a full stop offers instead."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.conftest import an_event, utc
from tests.people import registered
from tests.tours import HOSTS, TOUR, alive, changed_stop, toured
from tests.visiting import FORM, LANGUAGES, MINUTE, NOW, Ask, Time, everything, stamp, text

from kallelse import editing
from kallelse.models import Mode, TourRecord
from kallelse.ports import Desk
from kallelse.proving import issue

PAGE = "/tours/turne/sv"
SEVERAL: dict[str, Any] = {"one_stop_each": False}
TWO_MODES = {
    "seats": None,
    "modes": {"online": {"seats": 2}, "on-site": {"seats": 1, "place": {"sv": "Salen"}}},
}


def links(page: dict[str, Any]) -> list[str]:
    return re.findall(r'href="(/events/[^"]+)"', page["body"])


def send(ask: Ask, desk: Desk, *stops: str, **changes: Any) -> dict[str, Any]:
    tour = desk.tours.find("turne")
    assert isinstance(tour, TourRecord)
    fields = FORM | {"proof": issue(tour, NOW - MINUTE), "stops": stops} | changes
    return ask("POST", f"{PAGE}/registrations", fields)


def test_the_page_shows_all_stops_in_the_order_of_their_dates_with_the_seats_left(
    ask: Ask, desk: Desk
) -> None:
    stops = toured(desk)
    registered(desk, stops["abo"], "Ada")
    page = ask("GET", PAGE)
    assert links(page) == ["/events/seminarium/sv", "/events/abo/sv", "/events/vasa/sv"]
    told = text(page)
    assert "Åbo onsdag 30 september 2020 kl. 13.00–15.00 (finsk tid) Webbseminarium 1 plats kvar" in told
    assert "Vasa onsdag 14 oktober 2020 kl. 13.00–15.00 (finsk tid) Webbseminarium 2 platser kvar" in told
    assert "<form" not in page["body"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cancelled": True}, "Inställt"),
        ({"registration_opens": "2020-09-01T09:00"}, "Anmälan öppnar tisdag 1 september 2020."),
        ({"last_day_to_register": "2020-08-19"}, "Anmälan har stängt"),
        (
            {"starts": "2020-08-19T13:00", "ends": "2020-08-19T15:00", "last_day_to_register": "2020-08-18"},
            "Evenemanget är över.",
        ),
        (TWO_MODES, "3 platser kvar (på webben: 2, på plats: 1)"),
    ],
)
def test_the_page_says_how_each_stop_stands(ask: Ask, desk: Desk, changes: dict[str, Any], told: str) -> None:
    toured(desk)
    changed_stop(desk, "abo", **changes)
    assert told in text(ask("GET", PAGE))


@pytest.mark.parametrize(
    ("waiting_list", "told"), [(True, "Fullsatt. Du kan ställa dig i kö."), (False, "Fullsatt")]
)
def test_a_full_stop_says_whether_one_can_wait(ask: Ask, desk: Desk, waiting_list: bool, told: str) -> None:
    stops = toured(desk, {"seats": 1, "waiting_list": waiting_list})
    registered(desk, stops["vasa"], "Ada")
    assert f"Webbseminarium {told}" in text(ask("GET", PAGE))


def test_a_seat_that_is_free_while_others_wait_is_not_offered(ask: Ask, desk: Desk) -> None:
    stops = toured(desk, {"seats": 1})
    ada = registered(desk, stops["vasa"], "Ada")
    registered(desk, stops["vasa"], "Bo")
    desk.seats.release("vasa", Mode.ONLINE, 0, ada.holder, NOW)
    assert "Fullsatt. Du kan ställa dig i kö." in text(ask("GET", PAGE))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("changes", [{}, SEVERAL])
def test_the_page_is_there_in_every_language(
    ask: Ask, desk: Desk, language: str, changes: dict[str, Any]
) -> None:
    toured(desk, **changes)
    page = ask("GET", f"/tours/turne/{language}")
    assert page["statusCode"] == 200
    assert f'<html lang="{language}">' in page["body"]
    assert ('<h1 lang="sv">Turné</h1>' in page["body"]) == (language != "sv")


@pytest.mark.parametrize("path", ["/tours/annan/sv", "/tours/turne/xx"])
def test_an_unknown_tour_or_language_leads_to_a_readable_page(ask: Ask, desk: Desk, path: str) -> None:
    toured(desk)
    assert ask("GET", path)["statusCode"] == 404


def test_the_page_writes_nothing(ask: Ask, desk: Desk) -> None:
    toured(desk, **SEVERAL)
    before = everything("nothing")
    ask("GET", PAGE)
    assert everything("nothing") == before


def test_the_page_of_a_stop_leads_to_the_tour_once_it_is_there(ask: Ask, desk: Desk) -> None:
    editing.apply(desk, an_event(tour=TOUR), HOSTS, NOW)
    assert "/tours/" not in ask("GET", "/events/seminarium/sv")["body"]
    toured(desk)
    assert 'href="/tours/turne/sv"' in ask("GET", "/events/seminarium/sv")["body"]


def test_one_form_registers_at_each_of_the_chosen_stops(ask: Ask, desk: Desk, time: Time) -> None:
    stops = toured(desk, **SEVERAL)
    proof = stamp(ask("GET", PAGE))
    time.now = NOW + MINUTE
    answer = ask("POST", f"{PAGE}/registrations", FORM | {"proof": proof, "stops": ["vasa", "abo"]})
    assert answer["statusCode"] == 200
    assert "Dina anmälningar" in text(answer)
    assert text(answer).count("Du har en plats. En bekräftelse är på väg till ada@example.org.") == 2
    assert sorted(alive(desk, stops)) == ["abo", "vasa"]


def test_the_same_form_sent_twice_registers_once(ask: Ask, desk: Desk) -> None:
    stops = toured(desk, **SEVERAL)
    assert text(send(ask, desk, "vasa")) == text(send(ask, desk, "vasa"))
    assert alive(desk, stops) == ["vasa"]


def test_each_stop_answers_for_itself(ask: Ask, desk: Desk) -> None:
    stops = toured(desk, {"seats": 1, "seats_per_organisation": 1}, **SEVERAL)
    registered(desk, stops["vasa"], "Bo", organisation="Åbo")
    registered(desk, stops["abo"], "Cia", organisation="Firman")
    answer = text(send(ask, desk, "vasa", "abo", "seminarium", organisation="Firman"))
    for told in ("Du är nummer 1 i kön", "Organisationen har redan", "Du har en plats"):
        assert told in answer
    assert sorted(alive(desk, stops)) == ["abo", "seminarium", "vasa", "vasa"]


@pytest.mark.parametrize(
    ("stops", "changes", "field", "told"),
    [
        ((), {}, "stops", "Välj minst ett av alternativen"),
        (("nowhere",), {}, "stops", "Välj ett av alternativen"),
        (("vasa",), {"name": ""}, "name", "Fyll i det här fältet"),
        (("vasa",), {"proof": "forged"}, "problems", "Dina svar finns kvar"),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_filled_in_and_registers_nowhere(
    ask: Ask, desk: Desk, stops: tuple[str, ...], changes: dict[str, Any], field: str, told: str
) -> None:
    toured(desk, **SEVERAL)
    before = everything()
    answer = send(ask, desk, *stops, **changes)
    assert answer["statusCode"] == 422
    assert told in text(answer)
    assert f'id="{field}"' in answer["body"]
    assert 'value="ada@example.org"' in answer["body"]
    assert ('value="vasa" checked' in answer["body"]) == ("vasa" in stops)
    assert everything() == before


def test_a_program_that_fills_in_the_hidden_field_registers_nowhere(ask: Ask, desk: Desk) -> None:
    stops = toured(desk, **SEVERAL)
    assert send(ask, desk, "vasa", subject="x")["statusCode"] == 422
    assert alive(desk, stops) == []


def test_where_one_person_has_one_stop_the_form_is_not_taken(ask: Ask, desk: Desk) -> None:
    stops = toured(desk)
    assert send(ask, desk, "vasa")["statusCode"] == 409
    assert alive(desk, stops) == []


def test_a_stop_on_site_and_one_on_the_web_are_in_one_form(ask: Ask, desk: Desk) -> None:
    stops = toured(desk, **SEVERAL)
    place = {"on-site": {"seats": 1, "place": {"sv": "Salen"}}}
    changed_stop(desk, "vasa", seats=None, modes=place)
    assert "Salen" in text(send(ask, desk, "vasa", "abo"))
    modes = {each: desk.registrations.of_event(each)[0].mode for each in ("vasa", "abo")}
    assert modes == {"vasa": Mode.ON_SITE, "abo": Mode.ONLINE}
    assert len(alive(desk, stops)) == 2


def test_stops_that_are_closed_or_ask_something_else_are_not_in_the_form(ask: Ask, desk: Desk) -> None:
    toured(desk, **SEVERAL)
    changed_stop(desk, "abo", form={"fields": {"organisation": "optional"}})
    changed_stop(desk, "vasa", cancelled=True)
    body = ask("GET", PAGE)["body"]
    assert re.findall(r'name="stops"[^>]*value="(\w+)"', body) == ["seminarium"]


def offered(page: dict[str, Any]) -> list[str]:
    return [each for each in links(page) if "seminarium" not in each]


def visit(ask: Ask, desk: Desk, **changes: Any) -> dict[str, Any]:
    record = desk.events.get("seminarium")
    fields = FORM | {"proof": issue(record, NOW - MINUTE)} | changes
    return ask("POST", "/events/seminarium/sv/registrations", fields)


@pytest.mark.parametrize(("waiting_list", "status"), [(True, 200), (False, 409)])
def test_a_full_stop_offers_the_next_stops_with_seats_the_next_first(
    ask: Ask, desk: Desk, waiting_list: bool, status: int
) -> None:
    stops = toured(desk, {"seats": 1, "waiting_list": waiting_list})
    registered(desk, stops["seminarium"], "Bo")
    page = visit(ask, desk)
    assert page["statusCode"] == status
    assert "Orter med lediga platser" in text(page)
    assert offered(page) == ["/events/abo/sv", "/events/vasa/sv"]
    assert ("avstå först från din köplats" in text(page)) == waiting_list
    registered(desk, stops["abo"], "Cia")
    assert offered(visit(ask, desk, email="dan@example.org")) == ["/events/vasa/sv"]


def test_one_who_has_a_seat_is_offered_no_other_stop(ask: Ask, desk: Desk) -> None:
    toured(desk)
    assert offered(visit(ask, desk)) == []


def test_the_page_does_not_tell_whether_an_address_is_registered_at_another_stop(
    ask: Ask, desk: Desk
) -> None:
    stops = toured(desk, {"seats": 9})
    registered(desk, stops["vasa"], "Ada")
    told = text(visit(ask, desk))
    assert told == text(visit(ask, desk, email="bo@example.org")).replace("bo@", "ada@")
    assert [each.participant.email for each in desk.registrations.of_event("seminarium")] == [
        "bo@example.org"
    ]


def test_once_every_stop_is_over_the_page_still_tells_of_them(ask: Ask, desk: Desk, time: Time) -> None:
    toured(desk, **SEVERAL)
    time.now = utc("2021-01-01T09:00")
    page = ask("GET", PAGE)
    assert text(page).count("Evenemanget är över.") == 3
    assert "<form" not in page["body"]
