"""Every flow is broken off at each of its calls of AWS. What it leaves, the sweep puts right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import boto3
import pytest
from botocore.config import Config
from tests.simulation.conftest import Note
from tests.simulation.faults import Fault, Stopped
from tests.simulation.flows import FLOWS, Flow
from tests.simulation.steps import mails_due
from tests.simulation.sweeping import Broken
from tests.simulation.world import EVENT, NAME, SENDER, World

from kallelse import mailing, seating
from kallelse.adapters import ses
from kallelse.errors import SendError, SendOutcomeUnknown, SendThrottled, Unavailable
from kallelse.models import DeliveryState, MailKind, MailState, Purpose, Token


@pytest.fixture(autouse=True)
def without_waiting(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore tries again at once."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


@pytest.mark.parametrize("name", FLOWS)
def test_whatever_call_goes_wrong_the_guarantees_hold_after_the_sweep(name: str, note: Note) -> None:
    broken = Broken.ready(FLOWS[name])
    points = list(broken.points())
    note(name, len(broken.calls), len(points))
    assert len(broken.calls) >= 2
    assert len(points) == (len(broken.calls) * len(Fault) + 1) * len(broken.futures())
    wrong = [f"{point}: {found}" for point, found in points if found]
    assert not wrong, "\n".join(wrong)


def test_every_kind_of_flow_is_broken_off() -> None:
    kinds = {"register", "cancel", "erase", "promote", "by hand", "dispatch", "mailer", "feedback"}
    kinds |= {"reschedule", "publish", "archive", "duplicate", "notify"}
    assert {name.split(":")[0] for name in FLOWS} == kinds


def marks_before_it_sends(world: World, now: datetime) -> None:
    for mail in filter(None, map(world.desk.mails.get, world.desk.mails.due(now))):
        letter = world.compose(mail, now)
        sent = mail.model_copy(update={"state": MailState.ACCEPTED, "attempt": 1, "due_at": None})
        if letter and world.desk.mails.replace(mail, sent):
            world.postman.send(letter.recipient, letter.message, {"mail_id": mail.id, "attempt": "1"})


def marking_first() -> World:
    return replace(mails_due(), mailer=marks_before_it_sends)


def sending_again_after_a_timeout() -> World:
    world = mails_due()
    client = boto3.client("sesv2", config=Config(retries={"total_max_attempts": 4}))
    world.faults.attach(client, world.service.send_email)
    return replace(world, postman=ses.SesPostman(client, SENDER, NAME))


def releases_before_it_stores(world: World, now: datetime) -> None:
    ada = world.one("Ada")
    world.desk.seats.release(EVENT, ada.mode, ada.block or 0, ada.holder, now)
    world.desk.registrations.store((ada, seating.cancelled(ada, now, MailKind.CANCELLED)))
    seating.promote_waiting(world.desk, world.event, ada.mode, now)


def cancels_without_telling_the_sweep(world: World, now: datetime) -> None:
    ada = world.one("Ada")
    world.desk.registrations.store((ada, seating.cancelled(ada, now, MailKind.CANCELLED)))
    seating.give_back(world.desk, world.event, ada, now)


def erases_the_registration_alone(world: World, now: datetime) -> None:
    ada = world.one("Ada")
    seating.announce(world.desk, ada, now)
    world.desk.registrations.erase(ada)
    seating.give_back(world.desk, world.event, ada, now)


def is_delivered_before_it_is_sent(world: World, now: datetime) -> None:
    for delivery in filter(None, map(world.desk.deliveries.get, world.desk.deliveries.due(now))):
        changes = {"state": DeliveryState.DELIVERED, "due_at": None}
        if world.desk.deliveries.replace(delivery, delivery.model_copy(update=changes)):
            world.post("", b"", {"webhook-id": delivery.id})


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        (replace(FLOWS["mailer"], prepare=marking_first), "missing: "),
        (replace(FLOWS["mailer"], prepare=sending_again_after_a_timeout), "one attempt was taken 2 times"),
        (replace(FLOWS["cancel"], run=releases_before_it_stores), "is promised and not taken"),
        (replace(FLOWS["cancel"], run=cancels_without_telling_the_sweep), "is taken for nobody"),
        (replace(FLOWS["notify: delivering"], run=is_delivered_before_it_is_sent), "not told: "),
        (replace(FLOWS["erase"], run=erases_the_registration_alone), "of Ada is left: MAIL#confirmed#r-"),
    ],
    ids=[
        "mark before send",
        "retry after timeout",
        "release before store",
        "no word to the sweep",
        "delivered before sent",
        "mails not erased",
    ],
)
def test_what_breaks_its_promises_is_caught(flow: Flow, told: str) -> None:
    assert caught(flow, told)


def test_a_summary_that_is_sent_again_in_doubt_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "RESENT_ONCE", frozenset(MailKind))
    assert caught(FLOWS["mailer: summaries"], "doubled: ")


def caught(flow: Flow, told: str) -> bool:
    return any(told in trouble for _, found in Broken.ready(flow).points() for trouble in found)


TOKEN = Token(digest="d", purpose=Purpose.JOIN, event_id=EVENT, registration_id="r", serial=1)


@pytest.mark.parametrize(
    ("fault", "raised", "is_stored"),
    [
        (Fault.CRASH, Stopped, False),
        (Fault.LOST_ANSWER, None, True),
        (Fault.LOST_FOR_GOOD, Unavailable, True),
        (Fault.THROTTLE, Unavailable, False),
        (Fault.TIMEOUT, Unavailable, False),
    ],
)
def test_a_fault_of_the_table_does_what_it_says(
    fault: Fault, raised: type[BaseException] | None, is_stored: bool
) -> None:
    world = World.new()
    world.faults.strike(0, fault)
    assert outcome(lambda: world.desk.tokens.put(TOKEN)) is raised
    world.faults.spare()
    assert (world.desk.tokens.find("d", Purpose.JOIN) is not None) is is_stored


@pytest.mark.parametrize(
    ("fault", "raised", "taken"),
    [
        (Fault.CRASH, Stopped, 0),
        (Fault.LOST_ANSWER, SendOutcomeUnknown, 1),
        (Fault.LOST_FOR_GOOD, SendOutcomeUnknown, 1),
        (Fault.THROTTLE, SendThrottled, 0),
        (Fault.TIMEOUT, SendOutcomeUnknown, 0),
    ],
)
def test_a_fault_of_the_mail_service_does_what_it_says(
    fault: Fault, raised: type[SendError] | type[Stopped], taken: int
) -> None:
    world = World.new()
    world.faults.strike(0, fault)
    tags = {"mail_id": "m", "attempt": "1"}
    assert outcome(lambda: world.postman.send("ada@example.org", b"", tags)) is raised
    assert len(world.service.taken) == taken


def outcome(step: Callable[[], object]) -> type[BaseException] | None:
    """What a step raises."""
    try:
        step()
    except (Stopped, Unavailable, SendError) as error:
        return type(error)
    return None


def test_a_world_is_restored_as_it_was() -> None:
    world = mails_due()
    before, trace = world.snapshot(), world.trace()
    world.sweep(FLOWS["mailer"].now)
    assert world.trace() != trace
    world.restore(before, FLOWS["mailer"].now)
    assert world.trace() == trace
