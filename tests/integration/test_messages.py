"""Messages from the organisers: who gets them, in which language, once, and what organisers are told."""

from __future__ import annotations

import json
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from tests.conftest import ROOT, utc
from tests.fakes import alone, unhurried
from tests.letters import Shelf
from tests.mails import TEXT, a_draft, handed_in
from tests.people import found, registered
from tests.visiting import MINUTE, NOW, Ask, Time, everything, opened, registrations

from kallelse import dispatching, managing
from kallelse.composing import Composer
from kallelse.mailing import sweep
from kallelse.models import MailKind, MessageState, RegistrationState
from kallelse.ports import Desk
from kallelse.rendering import Renderer

ENDS = utc("2020-09-16T12:45")


class Post:
    """The clock and the mailer, and the letters that left."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.time = desk, Time()
        self.letters: list[EmailMessage] = []
        renderer = Renderer(ROOT / "templates")
        self.composer = Composer(desk, Shelf(), renderer, "kallelse@desk.example", "https://desk.example")

    def send(self, recipient: str, message: bytes, tags: dict[str, str]) -> str:
        """Take a mail as the mail service does."""
        if f"_{MailKind.MESSAGE}_" in tags["mail_id"]:
            self.letters.append(message_from_bytes(message, policy=default))
        return "accepted"

    def mail(self) -> None:
        """A mailer."""
        shift = unhurried(self.time)
        sweep(self.desk, self, lambda mail: self.composer.compose(mail, self.time.now), shift, alone)

    def tick(self) -> None:
        """A dispatcher and a mailer, a minute later."""
        self.time.now += MINUTE
        dispatching.tick(self.desk, self.time.now)
        self.mail()

    @property
    def readers(self) -> list[str]:
        """Who got a message."""
        return [str(letter["To"]).split("@")[0] for letter in self.letters]


@pytest.fixture
def post(desk: Desk) -> Post:
    return Post(desk)


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_message_reaches_each_who_has_a_seat_once_and_nobody_else(desk: Desk, post: Post) -> None:
    record = opened(desk, seats=2)
    for name in ("Ada", "Bo", "Cia"):
        registered(desk, record, name)
    handed_in(desk, a_draft())
    for _ in range(3):
        post.tick()
    assert sorted(post.readers) == ["ada", "bo"]
    [message] = desk.messages.of_event("seminarium")
    assert message.state is MessageState.POSTED
    assert desk.agenda.due(post.time.now).messages == ()


def test_the_same_content_handed_in_again_is_the_same_message(desk: Desk, post: Post) -> None:
    registered(desk, opened(desk), "Ada")
    first = handed_in(desk, a_draft())
    assert handed_in(desk, a_draft()) == first
    post.tick()
    assert handed_in(desk, a_draft()).number == 1
    post.tick()
    assert post.readers == ["ada"]


@pytest.mark.parametrize(
    "changes",
    [{"subject": {"sv": "Nytt", "fi": "Uutta"}}, {"selection": {"states": ["confirmed", "waiting"]}}],
    ids=["text", "selection"],
)
def test_other_content_is_another_message_and_so_is_the_first_once_more(
    desk: Desk, post: Post, changes: dict[str, Any]
) -> None:
    registered(desk, opened(desk), "Ada")
    drafts = (a_draft(), a_draft(**changes), a_draft())
    assert [handed_in(desk, draft).number for draft in drafts] == [1, 2, 3]
    post.tick()
    assert post.readers == ["ada"] * 3


def test_the_selection_is_made_when_the_message_is_posted(desk: Desk, post: Post) -> None:
    record = opened(desk, seats=5)
    ada = registered(desk, record, "Ada")
    handed_in(desk, a_draft())
    registered(desk, record, "Bo")
    managing.cancel(desk, record, found(desk, record, ada.participant.email), NOW)
    post.tick()
    registered(desk, record, "Cia")
    post.tick()
    assert post.readers == ["bo"]


def test_one_who_cancels_after_being_selected_is_not_written_to_any_more(desk: Desk, post: Post) -> None:
    record = opened(desk, seats=5)
    people = [registered(desk, record, name) for name in ("Ada", "Bo")]
    handed_in(desk, a_draft())
    dispatching.tick(desk, NOW)
    managing.cancel(desk, record, found(desk, record, people[0].participant.email), NOW)
    post.tick()
    assert post.readers == ["bo"]


def test_one_who_is_erased_after_being_selected_is_not_written_to_any_more(desk: Desk, post: Post) -> None:
    ada = registered(desk, opened(desk), "Ada")
    handed_in(desk, a_draft())
    dispatching.tick(desk, NOW)
    [stored] = registrations(desk)
    assert stored.id == ada.id
    assert desk.registrations.erase(stored)
    post.tick()
    assert post.readers == []


def test_organisers_may_write_when_the_event_is_cancelled(desk: Desk, post: Post) -> None:
    registered(desk, opened(desk), "Ada")
    opened(desk, cancelled=True)
    handed_in(desk, a_draft())
    post.tick()
    assert post.readers == ["ada"]


def test_organisers_may_write_when_the_event_is_over(desk: Desk, post: Post) -> None:
    registered(desk, opened(desk), "Ada")
    post.time.now = ENDS + timedelta(days=2)
    post.tick()
    assert not desk.agenda.due(ENDS + timedelta(days=89)).events
    handed_in(desk, a_draft())
    post.tick()
    assert post.readers == ["ada"]


def test_those_who_cancelled_can_be_written_to_if_that_is_who_is_meant(desk: Desk, post: Post) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    managing.cancel(desk, record, found(desk, record, ada.participant.email), NOW)
    handed_in(desk, a_draft(selection={"states": [RegistrationState.CANCELLED]}))
    post.tick()
    assert post.readers == ["ada"]
    assert "/manage/" not in part(post.letters[0], "plain")


def test_each_reads_the_message_in_their_language_and_else_in_that_of_the_event(
    desk: Desk, post: Post
) -> None:
    record = opened(desk, seats=5)
    for name, language in (("Ada", "sv"), ("Bo", "fi"), ("Cia", "en")):
        registered(desk, record, name, language=language)
    handed_in(desk, a_draft())
    post.tick()
    letters = {str(letter["Content-Language"]): letter for letter in post.letters}
    subjects = {language: str(letter["Subject"]) for language, letter in letters.items()}
    assert subjects == {"sv": "Ny sal: Seminarium", "fi": "Uusi sali: Seminaari", "en": "Ny sal: Seminarium"}
    assert "Tavataan **suuressa salissa**." in part(letters["fi"], "plain")
    assert "<p>Tavataan <strong>suuressa salissa</strong>.</p>" in part(letters["fi"], "html")
    assert 'lang="sv"><p>Vi ses i <strong>stora salen</strong>.</p>' in part(letters["en"], "html")
    for language, who in (("sv", "Arrangörerna"), ("fi", "Järjestäjillä"), ("en", "organisers")):
        assert who in part(letters[language], "plain")
        assert who in part(letters[language], "html")


def test_a_subject_that_names_the_event_does_not_name_it_twice(desk: Desk, post: Post) -> None:
    registered(desk, opened(desk), "Ada")
    handed_in(desk, a_draft(subject={"sv": "Seminarium: ny sal", "fi": "Uutta"}))
    post.tick()
    assert str(post.letters[0]["Subject"]) == "Seminarium: ny sal"


@pytest.mark.parametrize(
    "source",
    [
        "Hej <script>alert(1)</script>",
        "[länk](javascript:alert(1))",
        '<b onclick="alert(1)">Hej</b>',
        "![bild](https://elsewhere.example/a.png)",
        '<img src="https://elsewhere.example/a.png">',
        "<style>p{background:url(https://elsewhere.example/a.png)}</style>",
    ],
)
def test_nothing_in_a_message_runs_or_loads(desk: Desk, post: Post, source: str) -> None:
    registered(desk, opened(desk), "Ada")
    handed_in(desk, a_draft(body={"sv": source, "fi": source}))
    post.tick()
    html = part(post.letters[0], "html")
    for harmful in ("<script", 'href="javascript', "onclick", "<img", "elsewhere.example"):
        assert harmful not in html.split("</head>")[1]


def test_the_longest_message_fits_in_three_languages(desk: Desk, post: Post) -> None:
    registered(desk, opened(desk), "Ada")
    longest = dict.fromkeys(("sv", "fi", "en"), "å" * 50_000)
    message = handed_in(desk, a_draft(subject=dict.fromkeys(longest, "Långt"), body=longest))
    assert desk.messages.get("seminarium", 1) == message
    post.tick()
    assert post.readers == ["ada"]


def answered(response: dict[str, Any]) -> Any:
    return json.loads(response["body"])


def test_an_organiser_hands_a_message_in_and_asks_how_far_it_is(
    desk: Desk, post: Post, organise: Ask
) -> None:
    record = opened(desk, seats=5)
    for name in ("Ada", "Bo"):
        registered(desk, record, name)
    response = organise("POST", "/messages", TEXT)
    assert response["statusCode"] == 202
    message = answered(response)
    assert (message["number"], message["state"]) == (1, "handed-in")
    assert (message["recipients"], message["mails"]) == (0, {})
    dispatching.tick(desk, NOW)
    message = answered(organise("GET", "/messages/1"))
    assert (message["state"], message["mails"]) == ("posted", {"pending": 2})
    assert message["body"] == TEXT["body"]
    post.tick()
    [message] = answered(organise("GET", "/messages"))["messages"]
    assert (message["recipients"], message["mails"]) == (2, {"accepted": 2})
    assert message["selection"]["states"] == ["confirmed"]
    assert "body" not in message
    assert answered(organise("POST", "/messages", TEXT)) == answered(organise("GET", "/messages/1"))


def test_the_messages_of_an_event_are_listed_in_their_order(desk: Desk, organise: Ask) -> None:
    opened(desk)
    assert answered(organise("GET", "/messages")) == {"messages": []}
    for number in range(1, 12):
        organise("POST", "/messages", TEXT | {"subject": {"sv": f"{number}", "fi": f"{number}"}})
    messages = answered(organise("GET", "/messages"))["messages"]
    assert [(each["number"], each["subject"]["sv"]) for each in messages] == [
        (number, f"{number}") for number in range(1, 12)
    ]


def test_a_dry_run_counts_and_shows_and_writes_nothing(desk: Desk, organise: Ask) -> None:
    record = opened(desk, seats=5)
    for name, language in (("Ada", "sv"), ("Bo", "fi"), ("Cia", "fi")):
        registered(desk, record, name, language=language)
    before = everything("nothing")
    response = organise("POST", "/messages", TEXT | {"dry_run": True, "selection": {"languages": ["fi"]}})
    assert response["statusCode"] == 200
    trial = answered(response)
    assert trial["recipients"] == 2
    assert set(trial["preview"]) == {"subject", "text", "html"}
    assert trial["preview"]["subject"] == "Uusi sali: Seminaari"
    assert "Tavataan **suuressa salissa**." in trial["preview"]["text"]
    assert "https://api.example/manage/preview-" in trial["preview"]["text"]
    assert everything("nothing") == before


def test_a_dry_run_with_nobody_selected_says_so(desk: Desk, organise: Ask) -> None:
    opened(desk)
    trial = answered(organise("POST", "/messages", TEXT | {"dry_run": True}))
    assert trial == {"recipients": 0, "preview": None}


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        ({"subject": TEXT["subject"]}, 422, '"field": "body"'),
        (TEXT | {"body": {"sv": "x" * 50_001, "fi": "x"}}, 422, "at most 50000 characters"),
        (TEXT | {"body": {"sv": "€" * 200_000, "fi": "x"}}, 413, "300000 bytes"),
        (TEXT | {"subject": {"sv": "a\nBcc: b@example.org", "fi": "x"}}, 422, '"field": "subject.sv"'),
        (TEXT | {"body": {"sv": "  ", "fi": "x"}}, 422, '"field": "body.sv"'),
        (TEXT | {"selection": {"states": ["asleep"]}}, 422, "'confirmed'"),
        (TEXT | {"selection": {"state": ["confirmed"]}}, 422, '"field": "selection.state"'),
        (TEXT | {"selection": {"answers": {"lunch": ["yes"]}}}, 422, "the event's questions are: none"),
        (TEXT | {"dry-run": True}, 422, '"field": "dry-run"'),
    ],
)
def test_a_message_that_cannot_go_out_is_refused_and_the_field_named(
    desk: Desk, organise: Ask, content: dict[str, Any], status: int, told: str, dry_run: bool
) -> None:
    opened(desk)
    response = organise("POST", "/messages", content | {"dry_run": dry_run})
    assert response["statusCode"] == status
    assert "application/problem+json" in str(response)
    assert told in response["body"]
    assert desk.messages.of_event("seminarium") == []


@pytest.mark.parametrize("number", ["2", "0", "x", "9" * 30])
def test_a_message_that_is_not_there_is_not_found(desk: Desk, organise: Ask, number: str) -> None:
    opened(desk)
    assert organise("POST", "/messages", TEXT)["statusCode"] == 202
    response = organise("GET", f"/messages/{number}")
    told = "there is no such message" if number == "2" else "these are numbers from 1"
    assert (response["statusCode"], answered(response)["detail"]) == (404, told)


def test_an_unknown_event_has_no_messages(organise: Ask) -> None:
    for method, path in (("GET", "/messages"), ("POST", "/messages"), ("GET", "/messages/1")):
        assert organise(method, path, TEXT)["statusCode"] == 404
