"""What participants see and do through their personal link, page by page on the real adapter."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import vobject  # type: ignore[import-untyped]
from tests.people import TWO_MODES, forms, link, registered, states
from tests.visiting import NOW, Ask, Time, everything, opened

from kallelse import dispatching
from kallelse.links import digest, issue
from kallelse.models import Mode, Purpose
from kallelse.ports import Desk

CONFIRMATION = {"address_confirmation": "PT1H", "offer": "PT24H"}
LUNCH = {
    "id": "lunch",
    "kind": "single-choice",
    "label": {"sv": "Vad vill du äta?"},
    "choices": [{"id": "fish", "label": {"sv": "Strömming"}}, {"id": "soup", "label": {"sv": "Soppa"}}],
}


def test_the_page_shows_everything_that_the_participant_told(ask: Ask, desk: Desk) -> None:
    record = opened(desk, **TWO_MODES, form={"fields": {}, "questions": [LUNCH]})
    told: dict[str, Any] = {
        "role": "Planerare",
        "accessibility": "Hörslinga",
        "greeting": "Hej!",
        "answers": {"lunch": ["fish"]},
    }
    ada = registered(desk, record, "Ada", Mode.ON_SITE, **told)
    body = ask("GET", link(desk, ada))["body"]
    shown = [
        "Ada",
        "ada@example.org",
        "Vasa",
        "en kommun",
        "Planerare",
        "På plats",
        "Svenska",
        "Hörslinga",
        "Hej!",
    ]
    assert [each for each in shown if f"<dd>{each}</dd>" not in body] == []
    assert "<dt>Vad vill du äta?</dt><dd>Strömming</dd>" in body
    assert "Du har en plats." in body


@pytest.mark.parametrize(
    ("language", "title"), [("sv", "Din anmälan"), ("fi", "Ilmoittautumisesi"), ("en", "Your registration")]
)
def test_the_page_speaks_the_language_of_the_participant(
    ask: Ask, desk: Desk, language: str, title: str
) -> None:
    ada = registered(desk, opened(desk), "Ada", language=language)
    answer = ask("GET", link(desk, ada))
    assert f'<html lang="{language}">' in answer["body"]
    assert f"<h1>{title}</h1>" in answer["body"]


def test_one_who_waits_sees_the_place_in_line(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1)
    registered(desk, record, "Ada")
    registered(desk, record, "Bo")
    cia = registered(desk, record, "Cia", at=NOW + timedelta(minutes=1))
    assert "Du är nummer 2 i kön" in ask("GET", link(desk, cia))["body"]


def test_an_unconfirmed_address_is_confirmed_with_a_button(ask: Ask, desk: Desk) -> None:
    ada = registered(desk, opened(desk, **CONFIRMATION), "Ada")
    page = link(desk, ada)
    body = ask("GET", page)["body"]
    assert "torsdag 20 augusti 2020 kl.\N{NO-BREAK SPACE}13.00" in body
    assert f"{page}/confirm" in forms(body)
    assert states(desk) == {"Ada": "unconfirmed"}
    answer = ask("POST", f"{page}/confirm")
    assert (answer["statusCode"], states(desk)) == (200, {"Ada": "confirmed"})
    assert "din e-postadress är bekräftad" in answer["body"]
    assert f"{page}/confirm" not in forms(answer["body"])


def test_a_seat_that_is_offered_is_accepted_with_a_button(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1, offer="PT24H")
    ada, bo = registered(desk, record, "Ada"), registered(desk, record, "Bo")
    page = link(desk, bo)
    ask("POST", f"{link(desk, ada)}/cancel")
    body = ask("GET", page)["body"]
    assert "Ta emot platsen" in body
    assert "fredag 21 augusti 2020 kl.\N{NO-BREAK SPACE}12.00" in body
    assert states(desk)["Bo"] == "offered"
    assert "du har tagit emot platsen" in ask("POST", f"{page}/confirm")["body"]
    assert states(desk)["Bo"] == "confirmed"


def test_confirming_twice_is_harmless(ask: Ask, desk: Desk) -> None:
    page = link(desk, registered(desk, opened(desk, **CONFIRMATION), "Ada"))
    assert [ask("POST", f"{page}/confirm")["statusCode"] for _ in range(2)] == [200, 200]
    assert states(desk) == {"Ada": "confirmed"}


def test_who_confirms_too_late_is_told_how_to_register_again(ask: Ask, desk: Desk, time: Time) -> None:
    page = link(desk, registered(desk, opened(desk, **CONFIRMATION), "Ada"))
    time.now += timedelta(hours=1)
    answer = ask("POST", f"{page}/confirm")
    assert answer["statusCode"] == 410
    assert "Tiden har gått ut" in answer["body"]
    assert 'href="/events/seminarium/sv#register"' in answer["body"]
    assert states(desk) == {"Ada": "unconfirmed"}
    assert f"{page}/confirm" not in forms(ask("GET", page)["body"])


def test_one_who_waits_has_nothing_to_confirm(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1, offer="PT24H")
    registered(desk, record, "Ada")
    answer = ask("POST", f"{link(desk, registered(desk, record, 'Bo'))}/confirm")
    assert answer["statusCode"] == 200
    assert "Du är nummer 1 i kön" in answer["body"]
    assert states(desk)["Bo"] == "waiting"


def test_a_cancelled_event_shows_as_such_and_offers_no_changes(ask: Ask, desk: Desk) -> None:
    ada = registered(desk, opened(desk), "Ada")
    opened(desk, cancelled=True)
    body = ask("GET", link(desk, ada))["body"]
    assert "Evenemanget har ställts in." in body
    assert forms(body) == []
    assert "/edit" not in body
    assert "/substitute" not in body


def test_a_mail_scanner_that_opens_every_link_changes_nothing(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1, **CONFIRMATION)
    people = [registered(desk, record, name) for name in ("Ada", "Bo")]
    pages = [link(desk, each) for each in people]
    join = f"/join/{issue(desk, people[0], Purpose.JOIN)}"
    before = everything()
    seen: set[str] = set()
    todo = [*pages, join, "/events/seminarium/sv/lost-link"]
    while todo:
        path = todo.pop()
        seen.add(path)
        answer = ask("GET", path)
        assert answer["statusCode"] == 200, path
        links = re.findall(r'href="(/[^"#]*)', answer["body"])
        todo += [each for each in dict.fromkeys(links) if each not in seen and each not in todo]
    assert {path.rsplit("/", 1)[1] for path in seen} >= {
        "edit",
        "erase",
        "data.json",
        "event.ics",
        "lost-link",
    }
    assert everything() == before


def test_the_pages_hide_the_link_from_other_sites(ask: Ask, desk: Desk) -> None:
    headers = ask("GET", link(desk, registered(desk, opened(desk), "Ada")))["headers"]
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


def test_cancelling_frees_the_seat(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo")
    answer = ask("POST", f"{link(desk, ada)}/cancel")
    assert answer["statusCode"] == 200
    assert "Din anmälan är avbokad" in answer["body"]
    assert states(desk) == {"Ada": "cancelled", "Bo": "confirmed"}


def test_a_link_stops_working_when_the_registration_is_cancelled(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    pages = [link(desk, ada), link(desk, ada)]
    ask("POST", f"{pages[0]}/cancel")
    paths = [
        *pages,
        *(f"{pages[1]}/{each}" for each in ("edit", "substitute", "erase", "data.json", "event.ics")),
    ]
    assert {ask("GET", path)["statusCode"] for path in paths} == {404}
    registered(desk, record, "Ada")
    assert {ask("GET", path)["statusCode"] for path in paths} == {404}


def test_the_table_holds_no_token(ask: Ask, desk: Desk) -> None:
    token = issue(desk, registered(desk, opened(desk), "Ada"), Purpose.MANAGE)
    assert token not in json.dumps(everything())
    assert digest(token) in json.dumps(everything())


def test_a_join_link_does_not_manage(ask: Ask, desk: Desk) -> None:
    token = issue(desk, registered(desk, opened(desk), "Ada"), Purpose.JOIN)
    assert ask("POST", f"/manage/{token}/cancel")["statusCode"] == 404
    assert states(desk) == {"Ada": "confirmed"}


def test_own_data_are_complete_and_hold_nothing_internal(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    told: dict[str, Any] = {"role": "Planerare", "greeting": "Hej!", "answers": {"lunch": ["fish"]}}
    ada = registered(desk, record, "Ada", **told)
    registered(desk, record, "Bo")
    dispatching.tick(desk, NOW)
    answer = ask("GET", f"{link(desk, ada)}/data.json")
    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="seminarium.json"'
    assert answer["headers"]["Cache-Control"] == "no-store"
    data = json.loads(answer["body"])
    assert data["event"] == {"id": "seminarium", "title": {"sv": "Seminarium", "fi": "Seminaari"}}
    assert data["registration"]["participant"] == ada.participant.model_dump(mode="json")
    assert set(data["registration"]) == {
        "id", "participant", "mode", "state", "held_until", "registered_at", "confirmed_at",
        "cancelled_at", "joined_at", "unsubscribed", "erased_at", "request_id",
    }  # fmt: skip
    assert data["mails"] == [{"kind": "confirmed", "state": "pending", "created_at": "2020-08-20T09:00:00Z"}]


def test_the_event_goes_into_a_calendar_without_anything_personal(ask: Ask, desk: Desk) -> None:
    page = link(desk, registered(desk, opened(desk), "Ada", language="fi"))
    answer = ask("GET", f"{page}/event.ics")
    assert answer["headers"]["Content-Type"] == "text/calendar; charset=utf-8"
    assert vobject.readOne(answer["body"]).vevent.summary.value == "Seminaari"
    assert not [each for each in ("Ada", "ada@", page, "webbseminarium") if each in answer["body"]]


def test_looking_at_the_page_for_erasing_erases_nothing(ask: Ask, desk: Desk) -> None:
    page = link(desk, registered(desk, opened(desk), "Ada"))
    assert f"{page}/erase" in forms(ask("GET", f"{page}/erase")["body"])
    assert states(desk) == {"Ada": "confirmed"}


@pytest.mark.parametrize("seats", [1, 2])
def test_erasing_leaves_nothing_about_the_person_in_the_table(ask: Ask, desk: Desk, seats: int) -> None:
    record = opened(desk, seats=seats, seats_per_organisation=2)
    registered(desk, record, "Bo", organisation="Kuopio")
    told: dict[str, Any] = {
        "role": "Planerare",
        "accessibility": "Hörslinga",
        "greeting": "Hej!",
        "answers": {"a": ["Svaret"]},
    }
    ada = registered(desk, record, "Ada", **told)
    dispatching.tick(desk, NOW)
    page = link(desk, ada)
    answer = ask("POST", f"{page}/erase")
    assert answer["statusCode"] == 200
    assert "Dina personuppgifter är raderade" in answer["body"]
    left = json.dumps(everything(without="nothing"), ensure_ascii=False).replace("seminarium", "")
    assert [
        each for each in ("Ada", "ada@", "Vasa", "Planerare", "Hörsl", "Hej!", "Svaret") if each in left
    ] == []
    assert ask("GET", page)["statusCode"] == 404
    assert states(desk) == {"Bo": "confirmed"}
    dispatching.tick(desk, NOW + timedelta(hours=1))
    assert "Ada" not in json.dumps(everything())


def test_a_join_link_leads_into_no_meeting_that_is_cancelled(ask: Ask, desk: Desk, time: Time) -> None:
    record = opened(desk)
    join = f"/join/{issue(desk, registered(desk, record, 'Ada'), Purpose.JOIN)}"
    time.now = record.event.starts_at
    assert ask("POST", join)["statusCode"] == 303
    opened(desk, cancelled=True)
    for method in ("GET", "POST"):
        answer = ask(method, join)
        assert answer["statusCode"] == 200
        assert "Evenemanget har ställts in." in answer["body"]
        assert "<form" not in answer["body"]
