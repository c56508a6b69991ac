"""Every letter in every language, composed from what the real adapter stores."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import boto3
import pytest
from tests.conftest import a_participant, an_event
from tests.letters import BASE, SUMMARY, body, the_composer, written
from tests.mails import (
    NOW,
    STARTS,
    a_mail,
    a_registration,
    every_kind,
    in_the_state_for,
    the_event,
)

from kallelse.links import follow
from kallelse.models import (
    MailKind,
    Mode,
    Purpose,
    Registration,
    RegistrationState,
)
from kallelse.ports import Desk

LANGUAGES = ("sv", "fi", "en")

LINKS = {kind: ["manage"] for kind in MailKind} | {
    MailKind.JOIN_LINK: ["join", "manage"],
    MailKind.CANCELLED: ["events", "data"],
    MailKind.LAPSED: ["events", "data"],
    MailKind.EVENT_CANCELLED: [],
    MailKind.SUMMARY: ["summaries", "manage", "unsubscribe"],
    MailKind.THANKS: ["unsubscribe"],
    MailKind.MESSAGE: ["manage", "unsubscribe"],
}
"""Where the links of each kind lead, in their order."""

DATES = {
    "sv": "onsdag 16 september 2020 kl. 13.00–15.45 (finsk tid)",
    "fi": "keskiviikkona 16. syyskuuta 2020 klo 13.00–15.45 (Suomen aikaa)",
    "en": "Wednesday 16 September 2020, 13:00–15:45 (Finnish time)",
}

SEATED_WORDS = {"sv": r"anmäld|platsen är din|har en plats", "fi": r"ilmoittautunut", "en": r"registered"}
"""What only those who have a seat are told."""


class Page(HTMLParser):
    """The links of an HTML letter, and the text that one sees."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.languages: list[str | None] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        self.languages += [named["lang"]] if "lang" in named else []
        if tag == "a" and not (named["href"] or "").startswith("mailto:"):
            self.links.append(named["href"] or "")

    def handle_data(self, data: str) -> None:
        self.text += data if "body" in self.tags else ""


def links_in(text: str) -> list[str]:
    return re.findall(rf"{BASE}/\S+", text)


def words_of(links: list[str]) -> list[str]:
    return [link.split("/")[3] for link in links]


every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
@every_kind
def test_every_letter_is_whole_in_every_language(desk: Desk, kind: MailKind, language: str) -> None:
    bertil = a_participant("Bertil").model_copy(update={"organisation": "Esbo"})
    other = a_registration("Bertil", participant=bertil)
    desk.registrations.store((None, other))
    registration = in_the_state_for(kind, language)
    message = written(desk, kind, registration)
    text, html = body(message, "plain"), body(message, "html")
    page = Page(html)
    _check_headers(message, registration, language)
    for part in (str(message["Subject"]), text, html):
        assert not re.search(r"\{\{|\{%|%\(|None|Undefined|[Bb]ertil|Esbo", part)
    title = the_event().title[language]
    assert (str(message["Subject"]).count(title), text.count(title), page.text.count(title)) == (1, 1, 1)
    notice = f"{BASE}/events/{registration.event_id}/{language}/privacy"
    assert words_of(links_in(text)[:-1]) == LINKS[kind]
    assert page.links[-1] == notice
    assert links_in(page.text) == page.links
    assert links_in(text) == page.links
    _check_links(desk, page.links, registration)


def _check_headers(message: EmailMessage, registration: Registration, language: str) -> None:
    assert message["To"] == registration.participant.email
    assert [message[name] for name in ("Cc", "Bcc")] == [None, None]
    assert message["From"] == "kallelse@desk.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == language
    assert str(message["Subject"]).strip()
    assert "\n" not in str(message["Subject"])


def _check_links(desk: Desk, links: list[str], registration: Registration) -> None:
    """Personal links lead to the registration, and their tokens are stored nowhere."""
    items = repr(boto3.client("dynamodb").scan(TableName="kallelse")["Items"])
    for word, secret in (link.split("/")[3:5] for link in links if "/events/" not in link):
        assert follow(desk, secret, Purpose(word))[1] == registration
        assert secret not in items


@every_language
@every_kind
def test_the_html_needs_no_pictures_and_the_text_no_gaps(desk: Desk, kind: MailKind, language: str) -> None:
    message = written(desk, kind, in_the_state_for(kind, language))
    page, text = Page(body(message, "html")), body(message, "plain")
    assert page.languages[0] == language
    assert not {"img", "script", "link", "iframe"} & set(page.tags)
    assert "\n\n\n" not in text
    assert "<" not in text
    assert text.startswith(("Hej Ada,", "Hei Ada,", "Hello Ada,"))


@every_language
@every_kind
def test_every_mail_about_a_seat_names_the_date_the_time_and_the_place(
    desk: Desk, kind: MailKind, language: str
) -> None:
    place = {"sv": "Stora salen, Åbo", "fi": "Suuri sali, Turku", "en": "The great hall, Turku"}
    modes = {"online": {"seats": 5}, "on-site": {"seats": 5, "place": place}}
    mode = Mode.ONLINE if kind is MailKind.JOIN_LINK else Mode.ON_SITE
    event = the_event(seats=None, modes=modes, cancelled=kind is MailKind.EVENT_CANCELLED)
    message = written(desk, kind, in_the_state_for(kind, language, mode=mode), event)
    where = {"sv": "Webbseminarium", "fi": "Verkkoseminaari", "en": "Web seminar"}
    for part in (body(message, "plain"), Page(body(message, "html")).text):
        assert DATES[language] in part
        assert (where if mode is Mode.ONLINE else place)[language] in part


def test_an_event_on_site_without_a_named_place_is_not_called_a_web_seminar(desk: Desk) -> None:
    event = the_event(seats=None, modes={"on-site": {"seats": 5}})
    text = body(written(desk, MailKind.CONFIRMED, a_registration(mode=Mode.ON_SITE), event), "plain")
    assert "Var: På plats" in text
    assert "möteslänk" not in text


@every_language
@pytest.mark.parametrize(
    "kind", [MailKind.WAITING, MailKind.CHANGED, MailKind.REGISTERED_ALREADY, MailKind.LOST_LINK], ids=str
)
def test_the_mail_to_people_who_wait_does_not_say_that_they_have_a_seat(
    desk: Desk, kind: MailKind, language: str
) -> None:
    waiting = a_registration(language=language, state=RegistrationState.WAITING)
    message = written(desk, kind, waiting)
    for part in (str(message["Subject"]), body(message, "plain"), Page(body(message, "html")).text):
        assert not re.search(SEATED_WORDS[language], part)
    place = {"sv": "nummer 1 i kön", "fi": "jonossa sijalla 1", "en": "number 1 in line"}
    assert place[language] in body(message, "plain")


@pytest.mark.parametrize("kind", [MailKind.CONFIRM_ADDRESS, MailKind.OFFERED], ids=str)
def test_a_seat_on_hold_says_until_when(desk: Desk, kind: MailKind) -> None:
    message = written(desk, kind, in_the_state_for(kind))
    for part in (body(message, "plain"), body(message, "html")):
        assert "före torsdag 3 september 2020 kl. 13.00" in part


@pytest.mark.parametrize("kind", [MailKind.CONFIRMED, MailKind.PROMOTED, MailKind.PASSED_ON], ids=str)
def test_a_mail_about_a_seat_online_says_when_the_join_link_comes(desk: Desk, kind: MailKind) -> None:
    registration = in_the_state_for(kind)
    text = body(written(desk, kind, registration), "plain")
    assert "möteslänk skickas till dig tisdag 15 september 2020 kl. 13.00" in text
    composer = the_composer(desk, the_event())
    letter = composer.compose(a_mail(kind, registration), STARTS - timedelta(hours=1))
    assert letter is not None
    late = body(message_from_bytes(letter.message, policy=default), "plain")
    assert "möteslänk kommer i ett eget mejl" in late


def test_the_mail_about_a_change_shows_the_present_details(desk: Desk) -> None:
    text = body(written(desk, MailKind.CHANGED, a_registration()), "plain")
    for line in ("Namn: Ada", "Organisation: Vasa", "Språk för mejlen till mig: Svenska"):
        assert line in text


def test_a_participant_without_an_organisation_gets_every_letter(desk: Desk) -> None:
    alone = a_participant("Ada").model_copy(update={"organisation": None, "organisation_kind": None})
    text = body(written(desk, MailKind.CHANGED, a_registration(participant=alone)), "plain")
    assert "Organisation:" not in text


def test_a_text_that_the_event_lacks_is_in_the_language_of_the_event_and_marked_so(desk: Desk) -> None:
    message = written(desk, MailKind.CONFIRMED, a_registration(language="en"), an_event())
    assert "Seminarium" in str(message["Subject"])
    assert Page(body(message, "html")).languages == ["en", "sv", "sv", "sv"]


def test_a_name_cannot_carry_a_link_to_somebody_elses_mailbox(desk: Desk) -> None:
    named = a_participant("Ada").model_copy(update={"name": "Du har vunnit: evil.example"})
    message = written(desk, MailKind.CONFIRMED, a_registration(participant=named))
    for part in (body(message, "plain"), body(message, "html")):
        assert "evil" not in part
    assert body(message, "plain").startswith("Hej,\n")


def test_a_name_is_text_and_not_html(desk: Desk) -> None:
    named = a_participant("Ada").model_copy(update={"name": "<b>Ada</b> & Bo"})
    message = written(desk, MailKind.CHANGED, a_registration(participant=named))
    assert "b" not in Page(body(message, "html")).tags
    assert "Namn: <b>Ada</b> & Bo" in body(message, "plain")


@pytest.mark.parametrize("kind", [MailKind.CANCELLED, MailKind.LAPSED], ids=str)
def test_nobody_is_sent_to_a_registration_that_is_closed(desk: Desk, kind: MailKind) -> None:
    closed = the_event(last_day_to_register="2020-08-31")
    text = body(written(desk, kind, in_the_state_for(kind), closed), "plain")
    assert "Anmälan stängde måndag 31 augusti 2020" in text
    assert words_of(links_in(text)[:-1]) == ["data"]
    assert links_in(text)[-1] == f"{BASE}/events/seminarium/sv/privacy"


@pytest.mark.parametrize("kind", [MailKind.CANCELLED, MailKind.LAPSED], ids=str)
def test_nobody_is_sent_to_an_event_that_is_cancelled(desk: Desk, kind: MailKind) -> None:
    text = body(written(desk, kind, in_the_state_for(kind), the_event(cancelled=True)), "plain")
    assert "Evenemanget har ställts in" in text
    assert words_of(links_in(text)[:-1]) == ["data"]
    assert links_in(text)[-1] == f"{BASE}/events/seminarium/sv/privacy"


def test_a_named_body_gets_the_summary_in_its_language_and_only_the_link_to_it(desk: Desk) -> None:
    oecd = {"id": "oecd", "name": {"sv": "OECD"}, "address": "oecd@example.org", "language": "en"}
    composer = the_composer(desk, the_event(recipients=[oecd]))
    letter = composer.compose(a_mail(MailKind.SUMMARY, a_registration(), recipient="b-oecd"), NOW)
    assert letter is not None
    message = message_from_bytes(letter.message, policy=default)
    assert (message["To"], message["Content-Language"]) == ("oecd@example.org", "en")
    text = body(message, "plain")
    assert text.startswith("Hello OECD,")
    assert SUMMARY in text
    assert words_of(links_in(text)) == ["summaries"]
    the_composer(desk, the_event(recipients=[oecd], cancelled=True))
    assert composer.compose(a_mail(MailKind.SUMMARY, a_registration(), recipient="b-oecd"), NOW) is None


def test_a_mail_to_one_who_was_erased_is_not_sent(desk: Desk) -> None:
    composer = the_composer(desk, the_event())
    assert composer.compose(a_mail(MailKind.CONFIRMED, a_registration()), NOW) is None
