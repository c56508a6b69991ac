"""Doing without summaries and thanks: the headers, the link, and the page behind it."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from tests.letters import body, the_composer, written
from tests.mails import NOW, a_mail, a_registration, every_kind, in_the_state_for, the_event, the_event_for
from tests.people import found, link, registered
from tests.visiting import Ask, everything, opened, request, text

from kallelse.links import follow, issue
from kallelse.models import BULK, EventRecord, MailKind, Purpose, Registration
from kallelse.ports import Desk
from kallelse.relevance import makes_sense

OECD = {"id": "oecd", "name": {"sv": "OECD"}, "address": "oecd@example.org", "language": "en"}
ONE_CLICK = "List-Unsubscribe=One-Click"


def an_unsubscribing_link(desk: Desk, registration: Registration) -> str:
    """The path of a new link for unsubscribing."""
    return f"/unsubscribe/{issue(desk, registration, Purpose.UNSUBSCRIBE)}"


@pytest.fixture
def ada(desk: Desk) -> Registration:
    """One who has a seat."""
    return registered(desk, opened(desk), "Ada")


def does_without(desk: Desk) -> bool:
    """Whether Ada does without."""
    return found(desk, desk.events.get("seminarium"), "ada@example.org").unsubscribed


@every_kind
def test_what_one_can_do_without_offers_to_unsubscribe_and_nothing_else_does(
    desk: Desk, kind: MailKind
) -> None:
    registration = in_the_state_for(kind)
    message = written(desk, kind, registration)
    offers = [message["List-Unsubscribe"], message["List-Unsubscribe-Post"]]
    if kind not in BULK:
        assert offers == [None, None]
        assert "/unsubscribe/" not in body(message, "html") + body(message, "plain")
        return
    address = str(offers[0]).strip("<>")
    assert offers == [f"<{address}>", ONE_CLICK]
    assert follow(desk, address.rsplit("/", 1)[1], Purpose.UNSUBSCRIBE)[1] == registration
    assert f'href="{address}"' in body(message, "html")
    assert f"Avbeställ dem här:\n{address}\n" in body(message, "plain")


def test_the_address_is_on_one_line_of_the_letter_however_long_it_is(desk: Desk) -> None:
    base = "https://abcdefghij.execute-api.eu-north-1.amazonaws.com/a-stage-with-a-rather-long-name"
    composer = replace(the_composer(desk, the_event()), base_url=base)
    registration = a_registration()
    assert desk.registrations.store((None, registration))
    letter = composer.compose(a_mail(MailKind.SUMMARY, registration), NOW)
    assert letter
    [line] = [each for each in letter.message.split(b"\r\n") if each.startswith(b"List-Unsubscribe: ")]
    assert line.startswith(f"List-Unsubscribe: <{base}/unsubscribe/".encode())
    assert line.endswith(b">")


def test_a_named_body_unsubscribes_by_mail(desk: Desk) -> None:
    composer = the_composer(desk, the_event(recipients=[OECD]))
    letter = composer.compose(a_mail(MailKind.SUMMARY, a_registration(), recipient="b-oecd"), NOW)
    assert letter
    message = message_from_bytes(letter.message, policy=default)
    asked = "mailto:kansliet@example.org?subject=unsubscribe%20oecd%20seminarium"
    assert message["List-Unsubscribe"] == f"<{asked}>"
    assert message["List-Unsubscribe-Post"] is None
    assert "nsubscribe" not in body(message, "html") + body(message, "plain")


@every_kind
def test_one_who_unsubscribed_gets_all_mails_but_those(kind: MailKind) -> None:
    record = EventRecord.new(the_event(), "00" * 32, NOW).changed_to(the_event_for(kind), NOW)
    for unsubscribed in (True, False):
        registration = in_the_state_for(kind, unsubscribed=unsubscribed)
        number = {MailKind.EVENT_CHANGED: 2_0001_00000000}.get(kind)
        mail = a_mail(kind, registration, **({"version": number} if number else {}))
        assert makes_sense(mail, record, registration, NOW) is (kind not in BULK or not unsubscribed)


def test_looking_changes_nothing(ask: Ask, desk: Desk, ada: Registration) -> None:
    page = an_unsubscribing_link(desk, ada)
    before = everything()
    answer = ask("GET", page)
    assert answer["statusCode"] == 200
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert f'<form method="post" action="{page}">' in answer["body"]
    assert everything() == before


@pytest.mark.parametrize("fields", [{"List-Unsubscribe": "One-Click"}, {}], ids=["one click", "the button"])
def test_unsubscribing_keeps_the_registration_and_can_be_undone(
    ask: Ask, desk: Desk, ada: Registration, fields: dict[str, str]
) -> None:
    page = an_unsubscribing_link(desk, ada)
    for _ in range(2):
        answer = ask("POST", page, fields)
        assert answer["statusCode"] == 200
        assert "Du får inga sammanfattningar" in text(answer)
        assert "De mejl som du behöver för att delta kommer alltid" in text(answer)
        after = found(desk, desk.events.get("seminarium"), "ada@example.org")
        assert after == ada.model_copy(update={"unsubscribed": True, "revision": ada.revision + 1})
    assert '<input type="hidden" name="again" value="1">' in ask("GET", page)["body"]
    answer = ask("POST", page, {"again": "1"})
    assert "om det här evenemanget igen" in text(answer)
    assert not does_without(desk)


def test_a_mail_program_may_send_its_click_in_several_parts(ask: Ask, desk: Desk, ada: Registration) -> None:
    from kallelse.handlers import public

    asked = request("POST", an_unsubscribing_link(desk, ada), {})
    asked["headers"] = {"content-type": "multipart/form-data; boundary=b"}
    asked["body"] = (
        '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    )
    assert public.handler(asked, None)["statusCode"] == 200
    assert does_without(desk)


def test_a_form_that_is_not_ours_changes_nothing(ask: Ask, desk: Desk, ada: Registration) -> None:
    answer = ask("POST", an_unsubscribing_link(desk, ada), {"name": "x"})
    assert answer["statusCode"] == 400
    assert not does_without(desk)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/manage/{}"),
        ("GET", "/manage/{}/data.json"),
        ("POST", "/manage/{}/cancel"),
        ("POST", "/manage/{}/erase"),
        ("GET", "/join/{}"),
        ("POST", "/join/{}"),
        ("GET", "/join/{}/event.ics"),
    ],
)
def test_the_link_opens_nothing_else(ask: Ask, desk: Desk, ada: Registration, method: str, path: str) -> None:
    secret = issue(desk, ada, Purpose.UNSUBSCRIBE)
    assert ask(method, path.format(secret))["statusCode"] == 404


@pytest.mark.parametrize("purpose", [Purpose.MANAGE, Purpose.JOIN])
def test_no_other_link_unsubscribes(ask: Ask, desk: Desk, ada: Registration, purpose: Purpose) -> None:
    path = f"/unsubscribe/{issue(desk, ada, purpose)}"
    assert [ask(method, path)["statusCode"] for method in ("GET", "POST")] == [404, 404]
    assert not does_without(desk)


def test_the_link_dies_with_the_registration(ask: Ask, desk: Desk, ada: Registration) -> None:
    page = an_unsubscribing_link(desk, ada)
    ask("POST", f"{link(desk, ada)}/cancel")
    assert [ask(method, page)["statusCode"] for method in ("GET", "POST")] == [404, 404]


def test_a_change_at_the_same_moment_is_kept(
    ask: Ask, desk: Desk, ada: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = an_unsubscribing_link(desk, ada)
    store = type(desk.registrations).store
    edited = ada.model_copy(update={"nonce": "another", "revision": ada.revision + 1})

    def edit_first(self: Any, *changes: Any) -> bool:
        monkeypatch.setattr(type(desk.registrations), "store", store)
        assert store(self, (ada, edited))
        return bool(store(self, *changes))

    monkeypatch.setattr(type(desk.registrations), "store", edit_first)
    assert ask("POST", page)["statusCode"] == 200
    after = found(desk, desk.events.get("seminarium"), "ada@example.org")
    assert (after.nonce, after.unsubscribed) == ("another", True)


def test_the_page_is_in_the_language_of_the_participant(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    titles = {"sv": "Avbeställ", "fi": "Peru viestit", "en": "Unsubscribe"}
    for name, (language, button) in zip(("Ada", "Bo", "Cia"), titles.items(), strict=True):
        page = ask("GET", an_unsubscribing_link(desk, registered(desk, record, name, language=language)))
        assert f'<html lang="{language}">' in page["body"]
        assert f"<button>{button}</button>" in page["body"]


def test_one_who_registers_anew_gets_the_mails_again(ask: Ask, desk: Desk, ada: Registration) -> None:
    ask("POST", an_unsubscribing_link(desk, ada))
    ask("POST", f"{link(desk, ada)}/cancel")
    registered(desk, desk.events.get("seminarium"), "Ada")
    assert not does_without(desk)
