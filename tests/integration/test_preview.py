"""Every kind of mail shown to an organiser: what would be sent, and nothing written."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.conftest import utc
from tests.letters import BASE, MESSAGE, the_composer, written
from tests.mails import NOW, a_registration, every_kind, in_the_state_for, the_event, the_event_for
from tests.people import registered
from tests.visiting import LANGUAGES, Ask, everything, opened

from kallelse import previewing
from kallelse.errors import LinkNotFound, NotFound
from kallelse.links import follow
from kallelse.models import MailKind, Mode, Purpose, RegistrationState, Selection
from kallelse.ports import Desk
from kallelse.previewing import PLACEHOLDER

every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
@every_kind
def test_a_preview_is_the_letter_that_would_be_sent_but_for_its_links(
    desk: Desk, kind: MailKind, language: str
) -> None:
    registration = in_the_state_for(kind, language)
    sent = previewing.parts(written(desk, kind, registration))
    composer, record = the_composer(desk, the_event_for(kind)), desk.events.get("seminarium")
    shown = previewing.parts(previewing.preview(composer, record, registration, kind, NOW))
    for part in ("text", "html"):
        links = r"/(data|manage|join|unsubscribe|summaries)/[\w-]+"
        sent[part] = re.sub(links, rf"/\1/{PLACEHOLDER}", sent[part])
    assert shown == sent


@every_language
@every_kind
def test_any_kind_is_shown_whatever_the_state_and_nothing_is_written(
    desk: Desk, kind: MailKind, language: str
) -> None:
    composer = the_composer(desk, the_event())
    record = desk.events.get("seminarium")
    people = [
        a_registration(state.value.capitalize(), language, state=state, mode=mode)
        for state in RegistrationState
        for mode in Mode
    ]
    for registration in people:
        desk.registrations.store((None, registration))
    before = everything("nothing")
    for registration in people:
        shown = previewing.parts(previewing.preview(composer, record, registration, kind, NOW))
        assert the_event().title[language] in shown["subject"]
        for part in ("subject", "text", "html"):
            assert not re.search(r"\{\{|\{%|%\(|None|Undefined", shown[part])
        links = re.findall(rf"{BASE}/(?:manage|join|unsubscribe|summaries)/(\S+)", shown["text"])
        assert set(links) <= {PLACEHOLDER}
    assert everything("nothing") == before


def test_the_links_of_a_preview_open_nothing(desk: Desk) -> None:
    for purpose in Purpose:
        with pytest.raises(LinkNotFound):
            follow(desk, PLACEHOLDER, purpose)


def shown(desk: Desk, kind: MailKind, registration: Any, **changes: Any) -> dict[str, Any]:
    composer = the_composer(desk, the_event(**changes))
    record = desk.events.get("seminarium")
    return previewing.parts(previewing.preview(composer, record, registration, kind, NOW))


@pytest.mark.parametrize(
    ("kind", "changes", "until"),
    [
        (MailKind.OFFERED, {"offer": "PT6H"}, "kl. 19.00"),
        (MailKind.OFFERED, {}, "onsdag 2 september 2020 kl. 13.00"),
        (MailKind.CONFIRM_ADDRESS, {"offer": "PT6H", "address_confirmation": "PT1H"}, "kl. 14.00"),
    ],
)
def test_a_seat_is_held_as_long_from_now_as_the_event_says(
    desk: Desk, kind: MailKind, changes: dict[str, Any], until: str
) -> None:
    assert f"före {until}" in shown(desk, kind, a_registration(), **changes)["text"].replace(
        "tisdag 1 september 2020 ", ""
    )


def test_one_who_has_a_seat_is_shown_as_the_first_in_line(desk: Desk) -> None:
    assert "nummer 1 i kön" in shown(desk, MailKind.WAITING, a_registration())["text"]


def test_one_who_waits_is_shown_with_a_seat_in_the_mails_that_give_one(desk: Desk) -> None:
    waiting = a_registration(state=RegistrationState.WAITING)
    letter = shown(desk, MailKind.PROMOTED, waiting)
    assert letter["attachments"] == ["invite.ics"]
    assert "i kön" not in letter["text"]


def test_one_who_comes_on_site_is_shown_the_join_link_of_those_who_do_not(desk: Desk) -> None:
    letter = shown(desk, MailKind.JOIN_LINK, a_registration(mode=Mode.ON_SITE))
    assert f"{BASE}/join/{PLACEHOLDER}" in letter["text"]


def test_a_change_that_has_not_happened_is_shown_as_from_the_day_before(desk: Desk) -> None:
    registration = a_registration()
    composer = the_composer(desk, the_event())
    record = desk.events.get("seminarium").model_copy(update={"history": ()})
    record = type(record).new(record.event, record.key, NOW)
    letter = previewing.preview(composer, record, registration, MailKind.EVENT_CHANGED, NOW)
    text = previewing.parts(letter)["text"]
    assert "tisdag 15 september 2020 kl. 13.00" in text
    assert "onsdag 16 september 2020 kl. 13.00" in text


@every_kind
def test_an_event_that_is_over_or_cancelled_still_shows_every_kind(desk: Desk, kind: MailKind) -> None:
    composer = the_composer(desk, the_event(cancelled=True))
    record, after = desk.events.get("seminarium"), utc("2020-10-01T10:00")
    letter = previewing.preview(composer, record, a_registration(), kind, after)
    assert the_event().title["sv"] in str(letter["Subject"])


def test_a_message_is_shown_as_to_one_whom_it_selects(desk: Desk) -> None:
    composer = the_composer(desk, the_event())
    selection = Selection(states=(RegistrationState.WAITING,))
    newer = MESSAGE.model_copy(update={"number": 2, "selection": selection, "subject": {"sv": "Senare"}})
    desk.messages.put(newer)
    record = desk.events.get("seminarium")
    letter = previewing.preview(composer, record, a_registration(), MailKind.MESSAGE, NOW)
    assert str(letter["Subject"]).startswith("Senare: ")
    assert "din köplats" in previewing.parts(letter)["text"]


@pytest.mark.parametrize(
    ("kind", "told"), [(MailKind.SUMMARY, "no summary in 'en'"), (MailKind.MESSAGE, "no message")]
)
def test_what_nobody_has_written_yet_cannot_be_shown(desk: Desk, kind: MailKind, told: str) -> None:
    composer = the_composer(desk, the_event())
    record = opened(desk, id="annat")
    with pytest.raises(NotFound, match=told):
        previewing.preview(composer, record, a_registration(language="en"), kind, NOW)


def answered(response: dict[str, Any]) -> Any:
    return json.loads(response["body"])


def test_an_organiser_sees_the_whole_letter_and_nothing_is_written(desk: Desk, organise: Ask) -> None:
    ada = registered(desk, opened(desk), "Ada")
    before = everything("nothing")
    response = organise("GET", f"/registrations/{ada.id}/preview/confirmed")
    assert response["statusCode"] == 200
    letter = answered(response)
    assert set(letter) == {"subject", "to", "from", "text", "html", "attachments"}
    assert (letter["to"], letter["from"]) == ("ada@example.org", "kallelse@desk.example")
    assert letter["subject"] == "Du har en plats: Seminarium"
    assert letter["attachments"] == ["invite.ics"]
    assert f"https://api.example/manage/{PLACEHOLDER}" in letter["text"]
    assert everything("nothing") == before


def test_a_part_is_shown_alone_and_the_html_can_do_nothing(desk: Desk, organise: Ask) -> None:
    ada = registered(desk, opened(desk), "Ada")
    path = f"/registrations/{ada.id}/preview/waiting"
    letter = answered(organise("GET", path))
    html, text = organise("GET", path, part="html"), organise("GET", path, part="text")
    assert (html["body"], text["body"]) == (letter["html"], letter["text"])
    assert html["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert text["headers"]["Content-Type"] == "text/plain; charset=utf-8"
    policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    assert html["headers"]["Content-Security-Policy"] == policy
    wrong = organise("GET", path, part="pdf")
    assert (wrong["statusCode"], answered(wrong)["errors"][0]["field"]) == (422, "part")


def test_the_newest_summary_is_shown(desk: Desk, organise: Ask) -> None:
    ada = registered(desk, opened(desk), "Ada")
    path = f"/registrations/{ada.id}/preview/summary"
    missing = organise("GET", path)
    assert (missing["statusCode"], "no summary in 'sv'" in missing["body"]) == (404, True)
    for text in ("Först", "Sedan"):
        organise("POST", "/summaries", {"language": "sv", "markdown": text})
    assert "Sedan" in answered(organise("GET", path))["text"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/registrations/{}/preview/birthday", "the kinds are: confirm-address, confirmed,"),
        ("/registrations/{}/preview/message", "no message was handed in yet"),
        ("/registrations/unknown/preview/confirmed", "no such registration"),
    ],
)
def test_what_is_not_there_is_told_as_not_found(desk: Desk, organise: Ask, path: str, told: str) -> None:
    ada = registered(desk, opened(desk), "Ada")
    response = organise("GET", path.format(ada.id))
    assert response["statusCode"] == 404
    assert "application/problem+json" in str(response)
    assert told in answered(response)["detail"]
