"""The organiser is told of participants whose address takes no mail."""

from __future__ import annotations

import json
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.letters import BASE, Shelf, body
from tests.people import registered
from tests.visiting import MINUTE, NOW, opened, request, set_up_admin

from kallelse import dispatching, erasing, feedback, managing
from kallelse.composing import Composer
from kallelse.feedback import Feedback, FeedbackKind
from kallelse.models import Mail, MailKind, MailState, Registration
from kallelse.ports import Desk
from kallelse.rendering import Renderer

HOUR = timedelta(hours=1)
BOUNCE, COMPLAINT = FeedbackKind.BOUNCE, FeedbackKind.COMPLAINT
KANSLIET = {"name": "Kansliet", "email": "kansliet@example.org"}
REGISTER = {
    "sv": "anmäla sig på nytt med rätt adress:\nhttps://desk.example/events/seminarium/sv\n",
    "fi": "ilmoittautumaan uudelleen oikealla osoitteella:\nhttps://desk.example/events/seminarium/fi\n",
    "en": "register anew with the right one:\nhttps://desk.example/events/seminarium/en\n",
}


def mail_to(desk: Desk, registration: Registration) -> Mail:
    """The mail that confirms the seat."""
    dispatching.tick(desk, NOW)
    [mail] = [each for each in desk.mails.of_event("seminarium") if each.recipient == registration.mailbox]
    return mail


def tell(desk: Desk, mail: Mail, kind: FeedbackKind = BOUNCE, permanent: bool = True, at: Any = NOW) -> None:
    """What the mail service tells about the mail."""
    told = Feedback(kind=kind, mail_id=mail.id, attempt=1, message_id="m", permanent=permanent, at=at)
    feedback.heed(desk, told, at)


def letters(desk: Desk) -> list[Mail]:
    """The records of the letters to the organiser."""
    return [mail for mail in desk.mails.of_event("seminarium") if mail.kind is MailKind.BOUNCES]


def written(desk: Desk, mail: Mail, at: Any = NOW + HOUR) -> EmailMessage | None:
    """The letter as it arrives."""
    composer = Composer(desk, Shelf(), Renderer(ROOT / "templates"), "kallelse@desk.example", BASE)
    letter = composer.compose(mail, at)
    return letter and message_from_bytes(letter.message, policy=default)  # type: ignore[return-value]


def the_letter(desk: Desk, at: Any = NOW + HOUR) -> EmailMessage:
    """The only letter to the organiser."""
    [mail] = letters(desk)
    message = written(desk, mail, at)
    assert message
    return message


def test_what_bounces_in_one_hour_goes_into_one_letter_at_its_end(desk: Desk) -> None:
    record = opened(desk, seats=9)
    mails = [mail_to(desk, registered(desk, record, name)) for name in ("Ada", "Bo", "Cia", "Dan")]
    tell(desk, mails[0], at=NOW + MINUTE)
    tell(desk, mails[1], COMPLAINT, at=NOW + 59 * MINUTE)
    [letter] = letters(desk)
    assert (letter.recipient, letter.version, letter.due_at) == ("o-0", 443865, NOW + HOUR)
    tell(desk, mails[2], at=NOW + HOUR)
    assert [each.due_at for each in letters(desk)] == [NOW + HOUR, NOW + 2 * HOUR]


def test_the_letter_says_who_cannot_be_reached_and_what_to_do(desk: Desk) -> None:
    record = opened(desk, seats=9)
    for name, kind in (("Ada", BOUNCE), ("Bo", COMPLAINT)):
        tell(desk, mail_to(desk, registered(desk, record, name)), kind)
    registered(desk, record, "Cia")
    message = the_letter(desk)
    assert (message["To"], message["List-Unsubscribe"]) == ("kansliet@example.org", None)
    text, html = body(message, "plain"), body(message, "html")
    assert text.startswith("Hej Kansliet,\n")
    for line in (
        "- Ada, Vasa, ada@example.org (kom tillbaka)",
        "- Bo, Vasa, bo@example.org (anmält som skräppost)",
    ):
        assert f"\n{line}\n" in text
    assert "<strong>Ada</strong>, Vasa, ada@example.org (kom tillbaka)" in html
    assert "Ring dem" in text
    assert "Cia" not in text + html
    assert "/manage/" not in text + html


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_the_letter_is_in_the_language_of_the_event(desk: Desk, language: str) -> None:
    texts = {name: {language: name} for name in ("title", "short_description", "description", "audience")}
    told: dict[str, Any] = {"hosts": [{language: "x"}], "programme": []}
    record = opened(desk, language=language, **texts | told)
    tell(desk, mail_to(desk, registered(desk, record, "Ada")))
    message = the_letter(desk)
    assert message["Content-Language"] == language
    text = body(message, "plain")
    assert REGISTER[language] in text
    assert text.count("title") == 1
    assert "\n\n\n" not in text


@pytest.mark.parametrize("closed", [{"last_day_to_register": "2020-08-19"}, {"cancelled": True}])
def test_nobody_is_asked_to_register_where_that_is_not_possible(desk: Desk, closed: dict[str, Any]) -> None:
    tell(desk, mail_to(desk, registered(desk, opened(desk), "Ada")))
    opened(desk, **closed)
    text = body(the_letter(desk), "plain")
    assert "Ring dem" in text
    assert "https://" not in text


def test_nobody_who_left_meanwhile_is_told_of(desk: Desk) -> None:
    record = opened(desk, seats=9)
    ada, bo, cia = (registered(desk, record, name) for name in ("Ada", "Bo", "Cia"))
    mails = [mail_to(desk, each) for each in (ada, bo, cia)]
    managing.cancel(desk, record, ada, NOW)
    erasing.erase(desk, record, bo, NOW)
    for mail in mails:
        tell(desk, mail)
    text = body(the_letter(desk), "plain")
    assert ("Ada" in text, "Bo" in text, "Cia" in text) == (False, False, True)
    managing.cancel(desk, record, cia, NOW)
    assert written(desk, letters(desk)[0]) is None


@pytest.mark.parametrize(
    ("kind", "permanent"), [(BOUNCE, False), (FeedbackKind.DELIVERY, False), (FeedbackKind.REJECT, True)]
)
def test_other_feedback_writes_no_letter(desk: Desk, kind: FeedbackKind, permanent: bool) -> None:
    tell(desk, mail_to(desk, registered(desk, opened(desk), "Ada")), kind, permanent)
    assert letters(desk) == []


def test_feedback_that_comes_twice_writes_one_letter(desk: Desk) -> None:
    mail = mail_to(desk, registered(desk, opened(desk), "Ada"))
    tell(desk, mail)
    tell(desk, mail, at=NOW + 3 * HOUR)
    assert len(letters(desk)) == 1


def test_a_bounce_of_the_letter_itself_writes_no_other(desk: Desk) -> None:
    tell(desk, mail_to(desk, registered(desk, opened(desk), "Ada")))
    tell(desk, letters(desk)[0], at=NOW + 3 * HOUR)
    [letter] = letters(desk)
    assert letter.state is MailState.BOUNCED


def test_a_bounce_at_a_named_body_writes_no_letter_to_the_organiser(desk: Desk) -> None:
    opened(desk)
    summary = Mail(
        event_id="seminarium", kind=MailKind.SUMMARY, recipient="b-oecd", version=1, created_at=NOW
    )
    desk.mails.create(summary)
    tell(desk, summary)
    assert letters(desk) == []


def test_a_step_that_breaks_off_before_the_record_moves_forgets_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = mail_to(desk, registered(desk, opened(desk), "Ada"))
    with monkeypatch.context() as patch:
        patch.setattr(type(desk.mails), "replace", _break_off)
        with pytest.raises(KeyboardInterrupt):
            tell(desk, mail)
    tell(desk, mail, at=NOW + 2 * HOUR)
    assert [each.due_at for each in letters(desk)] == [NOW + HOUR, NOW + 3 * HOUR]
    assert written(desk, letters(desk)[1])


def _break_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_name_that_looks_like_a_link_is_left_out_of_the_letter(desk: Desk) -> None:
    record = opened(desk)
    tell(desk, mail_to(desk, registered(desk, record, "evil.example", organisation="http://other.example")))
    message = the_letter(desk)
    assert "\n- evil.example@example.org (kom tillbaka)\n" in body(message, "plain")
    assert "<li>evil.example@example.org (kom tillbaka)</li>" in body(message, "html")


def test_the_organiser_sees_whom_no_mail_reaches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    record = opened(desk, seats=9)
    for name, kinds in {"Ada": [BOUNCE], "Bo": [BOUNCE, COMPLAINT], "Cia": []}.items():
        mail = mail_to(desk, registered(desk, record, name))
        for kind in kinds:
            tell(desk, mail, kind)
    assert _undeliverable(monkeypatch) == {"Ada": "bounced", "Bo": "complained", "Cia": None}


def _undeliverable(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the list of registrations says of each, by name."""
    set_up_admin(monkeypatch)
    from kallelse.handlers import admin
    from kallelse.handlers.admin.wiring import wiring as admin_wiring

    admin_wiring.cache_clear()
    asked = request("GET", "/admin/events/seminarium/registrations", {})
    asked["headers"]["authorization"] = "Bearer right"
    told = json.loads(admin.handler(asked, None)["body"])["registrations"]
    admin_wiring.cache_clear()
    return {each["participant"]["name"]: each["undeliverable"] for each in told}
