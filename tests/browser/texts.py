"""The HTML that people see and neither function answers with, by a name."""

from __future__ import annotations

from email.message import EmailMessage
from functools import cache
from typing import Any

from infra.local import front
from tests.browser.letters import letters
from tests.browser.pages import LONG_AFTER, OVER, SUMMARY
from tests.browser.world import seed
from tests.conftest import ROOT
from tests.visiting import LANGUAGES

from kallelse import documenting
from kallelse.handlers.admin.notes import as_page
from kallelse.models import Event, Note, Summary
from kallelse.rendering import Renderer

LOCAL = ("local cloud", "local cloud, mailbox", "local cloud, empty mailbox")
"""The pages of the local cloud, which are for developers and in English only."""

TEXTS = [
    (name, each) for each in LANGUAGES for name in (*letters("sv"), "document, HTML", "notes of a group")
]
TEXTS += [(name, "en") for name in LOCAL]
"""Names and languages of all of them."""


@cache
def texts(language: str) -> dict[str, str]:
    """The HTML of everything that there is in the language."""
    found = letters(language) | {"document, HTML": document(language), "notes of a group": notes(language)}
    return found | (_local_cloud() if language == "en" else {})


def document(language: str) -> str:
    """A summary of the seed event, as its readers keep it."""
    return documenting.as_html(*a_summary(language))


def a_summary(language: str) -> tuple[Renderer, Event, Summary, str]:
    """What documents are made of: the Markdown of a summary, and what it is about."""
    renderer, event = Renderer(ROOT / "templates"), Event.model_validate(seed())
    about: dict[str, Any] = {"event_id": event.id, "language": language, "version": 1}
    summary = Summary(author="ada", handed_in_at=OVER, checksum="", **about)
    taking_part = documenting.TakingPart(42, 17)
    return renderer, event, summary, documenting.as_markdown(renderer, event, summary, SUMMARY, taking_part)


def notes(language: str) -> str:
    """The notes of a group at an event in this language, as its organisers read them."""
    about: dict[str, Any] = {"event_id": "seminarium", "group": "grupp-1", "version": 1, "author": "ada"}
    note = Note(handed_in_at=OVER, erased_at=LONG_AFTER, markdown=SUMMARY, **about)
    return as_page(note, language)


class _Sent:
    """A local cloud that has sent these mails."""

    def __init__(self, *sent: EmailMessage) -> None:
        self.sent = sent

    def mails(self) -> tuple[EmailMessage, ...]:
        return self.sent


def _a_mail() -> EmailMessage:
    mail = EmailMessage()
    mail.set_content("Hej Ada,\nvälkommen.")
    mail.add_alternative(letters("sv")["mail, confirmed"], "html")
    for name, value in {"Subject": "Välkommen", "To": "ada@example.org", "Content-Language": "sv"}.items():
        mail[name] = value
    return mail


def _local_cloud() -> dict[str, str]:
    sent: Any = _Sent(_a_mail())
    nothing: Any = _Sent()
    opened = front._mailbox(sent).replace("<details>", "<details open>")
    pages = front._index("event"), opened, front._mailbox(nothing)
    return dict(zip(LOCAL, pages, strict=True))
