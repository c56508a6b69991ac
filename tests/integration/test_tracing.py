"""From a mail to the request that called for it, and back: one id in the logs, the records and the mail."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from email import message_from_bytes
from typing import Any

import pytest
from tests.conftest import a_participant, an_event
from tests.desks import Desks
from tests.guarantees import HOSTS
from tests.people import found, link
from tests.visiting import FORM, MINUTE, NOW, Ask, opened, registrations, request

from kallelse import editing, observability, registering, tracing
from kallelse.dispatching import tick
from kallelse.models import Mail, MailKind, RegistrationState
from kallelse.ports import Desk
from kallelse.proving import issue
from kallelse.registering import Submission

REQUEST = "JKJaXmPLvHcESHA="
"""As API Gateway makes them for HTTP APIs."""

Send = Callable[..., Any]


@pytest.fixture
def send(ask: Ask, desk: Desk) -> Send:
    """Sends a request that has this id at the gateway."""
    from kallelse.handlers import public

    def call(request_id: str, path: str, fields: dict[str, Any]) -> Any:
        called = request("POST", path, fields)
        called["requestContext"]["requestId"] = request_id
        return public.handler(called, None)

    return call


@pytest.fixture
def logged() -> Iterator[list[dict[str, Any]]]:
    """The lines that go out while it is used, as they are written."""
    lines: list[dict[str, Any]] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(observability._formatter.format(record)))

    handler, log = Handler(), logging.getLogger("kallelse")
    log.addHandler(handler)
    yield lines
    log.removeHandler(handler)


def form_of(desk: Desk, name: str) -> dict[str, Any]:
    record = desk.events.get("seminarium")
    who = {"name": name, "email": f"{name.lower()}@example.org"}
    return FORM | who | {"proof": issue(record, NOW - MINUTE)}


def mails(desk: Desk) -> dict[str, Mail]:
    return {each.recipient: each for each in desk.mails.of_event("seminarium")}


def test_the_id_of_a_request_is_in_its_log_the_record_the_mailer_s_log_and_the_mail(
    send: Send, desk: Desk, logged: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    record = opened(desk)
    assert send(REQUEST, "/events/seminarium/sv/registrations", form_of(desk, "Ada"))["statusCode"] == 200
    [line] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["request_id"], line["RegistrationsAccepted"]) == (REQUEST, [1.0])
    send("another", "/events/seminarium/sv/registrations", form_of(desk, "Bo"))
    desks = Desks(desk)
    messages = kept_by(desks)
    desks.tick(NOW + MINUTE)
    ada = found(desk, record, "ada@example.org")
    mail = mails(desk)[ada.mailbox]
    assert (ada.request_id, mail.request_id) == (REQUEST, REQUEST)
    told = {each["mail"]: each["request_id"] for each in logged if each["message"] == "a mail was accepted"}
    assert told[mail.id] == REQUEST
    letters = {str(each["X-Kallelse-Mail"]): str(each["X-Kallelse-Request"]) for each in messages}
    assert letters[mail.id] == REQUEST
    assert sorted(told.values()) == sorted(letters.values()) == sorted([REQUEST, "another"])


def kept_by(desks: Desks) -> list[Any]:
    """The messages that leave the desk from now on."""
    messages: list[Any] = []
    send = desks.send

    def keep(recipient: str, message: bytes, tags: dict[str, str]) -> str:
        messages.append(message_from_bytes(message))
        return send(recipient, message, tags)

    desks.send = keep  # type: ignore[method-assign]
    return messages


def test_a_mail_leads_to_the_last_request_and_stays_one_mail_whoever_posts_it(send: Send, desk: Desk) -> None:
    record = opened(desk)
    send("first", "/events/seminarium/sv/registrations", form_of(desk, "Ada"))
    [ada] = registrations(desk)
    tick(desk, NOW + MINUTE)
    Desks(desk).mail()
    send("second", f"{link(desk, ada)}/cancel", {})
    with tracing.answering("a run of the clock"):
        Desks(desk).tick(NOW + 2 * MINUTE)
        Desks(desk).tick(NOW + 3 * MINUTE)
    assert found(desk, record, "ada@example.org").state is RegistrationState.CANCELLED
    assert {each.kind: each.request_id for each in desk.mails.of_event("seminarium")} == {
        MailKind.CONFIRMED: "first",
        MailKind.CANCELLED: "second",
    }


def test_what_the_clock_calls_for_leads_to_the_run_that_found_it_due(desk: Desk) -> None:
    event = an_event()
    record = editing.apply(desk, event, HOSTS, NOW)
    registering.register(desk, record, Submission(a_participant("Ada"), next(iter(event.seats_by_mode))), NOW)
    Desks(desk).tick(NOW + MINUTE)
    with tracing.answering("a run of the clock"):
        Desks(desk).tick(event.join_link_at)
    told = {each.kind: each.request_id for each in desk.mails.of_event("seminarium")}
    assert told == {MailKind.CONFIRMED: None, MailKind.JOIN_LINK: "a run of the clock"}


def test_nothing_is_known_of_a_request_once_it_is_answered() -> None:
    with tracing.answering("a"):
        with tracing.answering("b"):
            assert tracing.request_id() == "b"
        assert tracing.request_id() == "a"
    assert tracing.request_id() is None
