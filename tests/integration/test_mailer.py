"""The mailer as AWS Lambda starts it, with its threads, against a mail service on the loopback interface."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from tests.conftest import ROOT, an_event
from tests.people import found, registered
from tests.visiting import NOW

from kallelse import dispatching, editing
from kallelse.handlers import mailer
from kallelse.models import MailState, RegistrationState
from kallelse.ports import Desk

RATE = 20
BEFORE = NOW - timedelta(days=2)
PEOPLE = [f"Person{number}" for number in range(12)]


@dataclass
class Service:
    """What the mail service was handed, and when."""

    times: list[datetime] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[tuple[Service, str]]:
    """A mail service that takes RATE mails a second, and its address."""
    kept = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({"SendQuota": {"MaxSendRate": float(RATE)}})

        def do_POST(self) -> None:
            kept.times.append(datetime.now(UTC))
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            message = message_from_bytes(b64decode(request["Content"]["Raw"]["Data"]))
            kept.recipients.append(str(message["To"]))
            self._answer({"MessageId": str(len(kept.times))})

        def _answer(self, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield kept, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk_with_work(
    desk: Desk, service: tuple[Service, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """Twelve people to write to, and a mailer that has just been deployed."""
    began = datetime.now(UTC)
    monkeypatch.setattr("kallelse.config.system_clock", lambda: NOW + (datetime.now(UTC) - began))
    settings = {
        "TABLE": "kallelse",
        "BUCKET": "kallelse",
        "SENDER": "kallelse@desk.example",
        "CONFIGURATION_SET": "kallelse",
        "BASE_URL": "https://desk.example",
        "TEMPLATES": str(ROOT / "templates"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"KALLELSE_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", service[1])
    record = editing.apply(desk, an_event(seats=50), frozenset({"webbseminarium.example"}), NOW)
    for name in PEOPLE:
        registered(desk, record, name)
    mailer._wiring.cache_clear()
    yield desk
    mailer._wiring.cache_clear()


def run(seconds_left: int, records: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: seconds_left * 1000)
    answer: dict[str, Any] = mailer.handler({"Records": records} if records else {}, cast("Any", context))
    return answer


def stream(desk: Desk) -> list[dict[str, Any]]:
    """What the table's stream brings of the registrations."""
    return [
        record(number, {"pk": {"S": "EVENT#seminarium"}, "sk": {"S": f"REG#{each.id}"}})
        for number, each in enumerate(desk.registrations.of_event("seminarium"))
    ]


def record(number: int, key: dict[str, Any]) -> dict[str, Any]:
    return {"dynamodb": {"Keys": key, "SequenceNumber": str(number)}}


def test_the_mailer_sends_what_is_due_once_and_no_faster_than_the_account_may(
    desk_with_work: Desk, service: tuple[Service, str]
) -> None:
    records = stream(desk_with_work)
    assert run(120, records) == {"batchItemFailures": []}
    run(120, records)  # the stream brings a batch again
    run(120)
    kept, _ = service
    assert sorted(kept.recipients) == sorted(f"{name.lower()}@example.org" for name in PEOPLE)
    assert (max(kept.times) - min(kept.times)).total_seconds() > 0.5 * (len(PEOPLE) - 1) / RATE
    assert {mail.state for mail in desk_with_work.mails.of_event("seminarium")} == {MailState.ACCEPTED}


def test_a_mailer_with_little_time_left_leaves_its_mails_to_the_next(
    desk_with_work: Desk, service: tuple[Service, str]
) -> None:
    run(int(mailer.MARGIN.total_seconds()), stream(desk_with_work))
    assert service[0].recipients == []
    mails = desk_with_work.mails.of_event("seminarium")
    assert {(mail.state, mail.attempt) for mail in mails} == {(MailState.PENDING, 0)}
    assert len(mails) == len(PEOPLE)


def test_a_poisonous_record_of_the_stream_is_named_and_the_others_are_done(
    desk_with_work: Desk, service: tuple[Service, str]
) -> None:
    records = stream(desk_with_work)
    nowhere = {"pk": {"S": "EVENT#nowhere"}, "sk": {"S": f"REG#{'a' * 16}"}}
    spoilt = {"pk": {"S": "EVENT#seminarium"}, "sk": {"S": "REG#spoilt"}}
    boto3.client("dynamodb").put_item(TableName="kallelse", Item=spoilt | {"event_id": {"S": "seminarium"}})
    told = run(120, [records[0], record(98, nowhere), record(99, spoilt), *records[1:]])
    assert told == {"batchItemFailures": [{"itemIdentifier": "99"}]}
    assert len(service[0].recipients) == len(PEOPLE)


def test_the_mailer_leaves_a_seat_that_lapsed_to_the_dispatcher_who_may_do_all_that_follows(
    desk_with_work: Desk, service: tuple[Service, str]
) -> None:
    confirming = an_event(id="confirming", address_confirmation="P1D", offer="P1D")
    event = editing.apply(desk_with_work, confirming, frozenset({"webbseminarium.example"}), BEFORE)
    seen = registered(desk_with_work, event, "Late", at=BEFORE)
    dispatching.tick(desk_with_work, BEFORE)
    run(120, [record(1, {"pk": {"S": "EVENT#confirming"}, "sk": {"S": f"REG#{seen.id}"}})])
    assert found(desk_with_work, event, "late@example.org").state is RegistrationState.UNCONFIRMED
    dispatching.tick(desk_with_work, NOW)
    assert found(desk_with_work, event, "late@example.org").state is RegistrationState.CANCELLED
