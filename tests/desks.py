"""A desk at a time that the test sets, with a mailer that writes real letters, and what left it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

from tests.conftest import ROOT, an_event
from tests.fakes import alone, unhurried
from tests.letters import Shelf
from tests.visiting import MINUTE, Time

from kallelse import dispatching, editing
from kallelse.composing import Composer
from kallelse.mailing import sweep
from kallelse.models import EventRecord, MailKind
from kallelse.ports import Desk
from kallelse.rendering import Renderer


class Desks:
    """A desk at a time that the test sets, and the mails that left it."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.time = desk, Time()
        self.sent: list[tuple[datetime, str, str]] = []
        self.texts: list[str] = []
        self.takes = timedelta(0)
        self.meanwhile: Callable[[], object] = lambda: None
        renderer = Renderer(ROOT / "templates")
        self.composer = Composer(desk, Shelf(), renderer, "kallelse@desk.example", "https://desk.example")

    def apply(self, **changes: Any) -> EventRecord:
        """Hand the event file in, changed."""
        event = an_event(**changes)
        return editing.apply(self.desk, event, frozenset({"webbseminarium.example"}), self.time.now)

    def send(self, recipient: str, message: bytes, tags: dict[str, str]) -> str:
        """Take a mail as the mail service does."""
        self.sent.append((self.time.now, recipient.split("@")[0], tags["mail_id"].split("_")[1]))
        body = message_from_bytes(message, policy=default).get_body(("plain",))
        assert body is not None
        self.texts.append(body.get_content().replace("\r\n", "\n"))
        self.time.now += self.takes
        self.meanwhile()
        return f"message-{len(self.sent)}"

    def tick(self, at: datetime) -> None:
        """A dispatcher and a mailer, at an instant."""
        self.time.now = at
        dispatching.tick(self.desk, at)
        self.mail()

    def tick_around(self, *times: datetime) -> None:
        """Tick shortly before each of the times, at it, and twice after it."""
        for at in times:
            for minutes in (-1, 0, 1, 30):
                self.tick(at + minutes * MINUTE)

    def mail(self) -> None:
        """A mailer."""
        shift = unhurried(self.time)
        sweep(self.desk, self, lambda mail: self.composer.compose(mail, self.time.now), shift, alone)

    def of(self, kind: MailKind) -> list[tuple[datetime, str]]:
        """When a mail of the kind was sent to whom."""
        return [(at, who) for at, who, each in self.sent if each == kind]
