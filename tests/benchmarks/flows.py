"""Write and read units of each flow, as DynamoDB Local tells them, by the services that do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.conftest import ROOT, a_participant, an_event, utc
from tests.dynamodb_local import running_table
from tests.guarantees import HOSTS

from kallelse import dispatching, editing, joining, links, managing, registering
from kallelse.adapters.dynamodb import Table, open_desk
from kallelse.composing import Composer
from kallelse.errors import EventFull
from kallelse.feedback import Feedback, FeedbackKind, heed
from kallelse.mailing import sweep
from kallelse.models import EventRecord, Mode, Purpose, Registration
from kallelse.pacing import Shift
from kallelse.ports import Desk
from kallelse.registering import Submission, registration_id
from kallelse.rendering import Renderer

from .report import Section
from .seats import Meter, fill, metered

NOW = utc("2020-08-20T09:00")

Figures = dict[str, tuple[float, float, float, float]]
"""Written units, read units, calls, and mails sent, by flow."""


@dataclass
class Postman:
    """Takes every mail."""

    sent: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    def send(self, recipient: str, message: bytes, tags: dict[str, str]) -> str:
        """Keep it with its tags."""
        self.sent.append((message, tags))
        return f"message-{len(self.sent)}"


@dataclass
class Desktop:
    """A desk, its meter, and what each flow cost."""

    table: Table
    desk: Desk
    meter: Meter
    postman: Postman = field(default_factory=Postman)
    found: Figures = field(default_factory=dict)

    def cost(self, flow: str, act: Callable[[], Any], times: int = 1) -> Any:
        """Do it and note what it cost, divided by how many of it there were."""
        self.meter.taken()
        before = len(self.postman.sent)
        done = act()
        written, read, calls = self.meter.taken()
        mails = len(self.postman.sent) - before
        self.found[flow] = (written / times, read / times, calls / times, mails / times)
        return done

    def mail(self, now: datetime) -> None:
        """Send what is due, as the mailer does."""
        renderer = Renderer(ROOT / "templates")
        composer = Composer(
            self.desk, _NoDocuments(), renderer, "kallelse@desk.example", "https://desk.example"
        )
        shift = Shift(lambda: now, now + timedelta(minutes=1), 1000, lambda _: None)
        sweep(self.desk, self.postman, lambda mail: composer.compose(mail, now), shift, lambda job, _: job())

    def hear(self, now: datetime, since: int) -> None:
        """Heed what the mail service tells of each mail: that it was sent, and delivered."""
        for number, (_, tags) in enumerate(self.postman.sent[since:], since + 1):
            for kind in (FeedbackKind.SEND, FeedbackKind.DELIVERY):
                told = Feedback(
                    kind=kind,
                    mail_id=tags["mail_id"],
                    attempt=tags["attempt"],
                    message_id=f"message-{number}",
                    addresses=(),
                    permanent=False,
                    at=now,
                )
                heed(self.desk, told, now)


class _NoDocuments:
    """There are none: no summary is sent here."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(name)


def submitted(name: str) -> Submission:
    """The form of a person."""
    return Submission(a_participant(name), Mode.ONLINE)


def present(desk: Desk, record: EventRecord, name: str) -> Registration:
    """The registration of a person as it is."""
    address = a_participant(name).email
    found = desk.registrations.find(record.event.id, registration_id(record, address))
    if found is None:
        raise LookupError(name)
    return found


def measured(people: int = 20) -> Figures:
    """The cost of each flow at an event of 50 seats that confirms addresses."""
    with running_table() as table, metered(table) as meter:
        at = Desktop(table, open_desk(table), meter)
        desk = at.desk
        event = an_event(id="flows", seats=50, address_confirmation="P1D", offer="P1D", thanks={})
        record = editing.apply(desk, event, HOSTS, NOW)
        names = [f"Person{number:02}" for number in range(people)]
        first, *others = names
        at.cost("look at the form", lambda: desk.seats.all_blocks(desk.events.get("flows").event.id))
        at.cost("register, first after a quiet time", lambda: _all(desk, record, [first]))
        at.cost("register", lambda: _all(desk, record, others), len(others))
        at.cost("tick that posts mails", lambda: dispatching.tick(desk, NOW + timedelta(minutes=1)), people)
        at.cost("mail sent", lambda: at.mail(NOW + timedelta(minutes=1)), people)
        at.cost("mail heard of", lambda: at.hear(NOW + timedelta(minutes=1), 0), people)
        later = NOW + timedelta(minutes=2)
        person = present(desk, record, first)
        at.cost("confirm the address", lambda: managing.confirm(desk, person, later))
        fill(table, desk, record)
        at.cost("wait", lambda: _all(desk, record, ["Waiting"]))
        other = present(desk, record, others[0])
        at.cost(
            "cancel, and offer the seat to the first in line",
            lambda: managing.cancel(desk, record, other, later),
        )
        offered = present(desk, record, "Waiting")
        at.cost("accept the seat", lambda: managing.confirm(desk, offered, later))
        secret = links.issue(desk, present(desk, record, first), Purpose.JOIN)
        at.cost("join", lambda: joining.join(desk, secret, record.event.starts_at))
        _refusals(at)
        for number in range(3):
            dispatching.tick(desk, later + timedelta(hours=number))
        at.cost(
            "tick of the dispatcher with nothing due",
            lambda: dispatching.tick(desk, later + timedelta(hours=3)),
        )
    return at.found


def _all(desk: Desk, record: EventRecord, names: list[str]) -> None:
    for name in names:
        registering.register(desk, record, submitted(name), NOW)


def _refusals(at: Desktop) -> None:
    full = editing.apply(at.desk, an_event(id="full", seats=50, waiting_list=False), HOSTS, NOW)
    fill(at.table, at.desk, full)

    def refused() -> None:
        try:
            registering.register(at.desk, full, submitted("Late"), NOW)
        except EventFull:
            return
        raise AssertionError("somebody got a seat that is not there")

    refused()
    at.cost("refused when full", refused)


def section(found: Figures) -> Section:
    """The table."""
    goals = {"register": 3, "refused when full": 0}
    rows = [
        [flow, f"{written:g}{_goal(written, goals.get(flow))}", f"{round(read, 1):g}", f"{round(calls, 1):g}"]
        for flow, (written, read, calls, _) in found.items()
    ]
    about = (
        "By ReturnConsumedCapacity of DynamoDB Local, index included, for each one of the flow; an event of"
        " 50 seats with a waiting list that confirms addresses, which costs its mails and no write more."
    )
    return Section("Units per flow", about, ("Flow", "Written", "Read", "Calls"), rows)


def _goal(written: float, goal: int | None) -> str:
    if goal is None:
        return ""
    return f" ({'goal' if written <= goal else 'goal not reached:'} ≤ {goal})"
