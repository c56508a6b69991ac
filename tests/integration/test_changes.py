"""Two organisers at once, a request that comes twice, and what the audit log keeps of both."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import an_event
from tests.visiting import Ask, Time, everything, opened, request, send

from kallelse.errors import Unavailable
from kallelse.models import Mail, MailKind, MailState, Reply
from kallelse.ports import Desk

EVENT = "/admin/events/seminarium"


@pytest.fixture
def organiser(organise: Ask) -> Ask:
    """Calls the admin handler with exactly these headers beside those that let an organiser in."""
    from kallelse.handlers import admin

    def call(method: str, path: str, content: Any = None, **headers: str) -> Any:
        called = request(method, path, {})
        kinds = {"content-type": "application/json", "authorization": "Bearer right"}
        called["headers"] = kinds | {name.replace("_", "-"): value for name, value in headers.items()}
        called["body"] = json.dumps(content)
        called["requestContext"]["domainName"] = "api.example"
        return admin.handler(called, None)

    return call


def file(**changes: Any) -> Any:
    return an_event(**changes).model_dump(mode="json", exclude_none=True)


def tag(answer: dict[str, Any]) -> str:
    return str(answer["headers"]["ETag"])


def test_two_organisers_cannot_overwrite_each_other(organiser: Ask, desk: Desk) -> None:
    opened(desk)
    read_by_both = tag(organiser("GET", EVENT))
    first = organiser("PUT", EVENT, file(seats=3), if_match=read_by_both)
    second = organiser("PUT", EVENT, file(seats=4), if_match=read_by_both)
    assert (first["statusCode"], second["statusCode"]) == (200, 412)
    assert "read it again" in second["body"]
    assert desk.events.get("seminarium").event.seats == 3
    assert tag(first) == tag(organiser("GET", EVENT)) != read_by_both


@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ({}, 428, "If-Match"),
        ({"if_match": '"wrong"'}, 412, "changed"),
        ({"if_none_match": "*"}, 412, "exists already"),
        ({"if_match": "*"}, 200, ""),
    ],
)
def test_a_change_must_say_which_state_it_is_meant_for(
    organiser: Ask, desk: Desk, headers: dict[str, str], status: int, told: str
) -> None:
    opened(desk)
    before = everything()
    answer = organiser("PUT", EVENT, file(seats=3), **headers)
    assert answer["statusCode"] == status
    assert told in answer["body"]
    assert (everything() == before) == (status != 200)


def test_what_is_created_needs_no_state_and_refuses_one(organiser: Ask) -> None:
    assert organiser("PUT", EVENT, file(), if_match="*")["statusCode"] == 412
    assert organiser("PUT", EVENT, file(), if_none_match="*")["statusCode"] == 200


def test_a_tag_of_a_registration_outlives_the_clock_which_only_sends_its_mails(
    organiser: Ask, ask: Ask, desk: Desk, time: Time
) -> None:
    from kallelse import dispatching

    send(ask, opened(desk))
    [registration] = desk.registrations.of_event("seminarium")
    path = f"{EVENT}/registrations/{registration.id}/preview/confirmed"
    before = tag(organiser("GET", path))
    dispatching.tick(desk, time.now + timedelta(minutes=2))
    assert desk.registrations.of_event("seminarium") != [registration]
    assert tag(organiser("GET", path)) == before


MESSAGE = {"subject": {"sv": "Hej"}, "body": {"sv": "Välkommen."}}
OTHER = {"subject": {"sv": "Hej"}, "body": {"sv": "Adjö."}}


def test_a_request_that_comes_twice_is_done_once_and_answered_the_same(organiser: Ask, desk: Desk) -> None:
    opened(desk)
    first = organiser("POST", f"{EVENT}/messages", MESSAGE, idempotency_key="a")
    organiser("POST", f"{EVENT}/messages", OTHER, idempotency_key="b")
    again = organiser("POST", f"{EVENT}/messages", MESSAGE, idempotency_key="a")
    assert (first["statusCode"], first["body"]) == (again["statusCode"], again["body"])
    assert [each.number for each in desk.messages.of_event("seminarium")] == [1, 2]


def test_a_key_of_another_request_is_refused_by_name(organiser: Ask, desk: Desk) -> None:
    opened(desk)
    organiser("POST", f"{EVENT}/messages", MESSAGE, idempotency_key="a")
    answer = organiser("POST", f"{EVENT}/messages", OTHER, idempotency_key="a")
    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["errors"][0]["field"] == "Idempotency-Key"
    assert len(desk.messages.of_event("seminarium")) == 1


def test_a_request_that_was_refused_may_be_mended_under_the_same_key(organiser: Ask, desk: Desk) -> None:
    opened(desk)
    assert organiser("POST", f"{EVENT}/messages", {}, idempotency_key="a")["statusCode"] == 422
    assert organiser("POST", f"{EVENT}/messages", MESSAGE, idempotency_key="a")["statusCode"] == 202


def test_a_key_is_forgotten_after_a_day_and_one_that_was_broken_off_after_a_minute(
    desk: Desk, time: Time
) -> None:
    begun = Reply(digest="d", fingerprint="f", event_id="seminarium", begun_at=time.now)
    day, minute = timedelta(days=1, seconds=1), timedelta(minutes=1, seconds=1)
    assert desk.replies.begin(begun, time.now) is None
    assert desk.replies.begin(begun, time.now + minute - timedelta(seconds=2)) == begun
    later = begun.model_copy(update={"begun_at": time.now + minute})
    assert desk.replies.begin(later, time.now + minute) is None
    answered = later.model_copy(update={"status": 200, "body": "{}"})
    desk.replies.finish(answered)
    assert desk.replies.begin(later, time.now + day) == answered
    assert desk.replies.begin(later, time.now + minute + day) is None


def test_while_a_request_is_under_way_the_same_one_has_to_wait(
    organiser: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kallelse.messaging import hand_in

    opened(desk)
    answers: list[Any] = []

    def slowly(*arguments: Any) -> Any:
        answers.append(organiser("POST", f"{EVENT}/messages", MESSAGE, idempotency_key="a"))
        return hand_in(*arguments)

    monkeypatch.setattr("kallelse.handlers.admin.messages.messaging.hand_in", slowly)
    first = organiser("POST", f"{EVENT}/messages", MESSAGE, idempotency_key="a")
    assert first["statusCode"] == 202
    assert [each["statusCode"] for each in answers] == [409]


def entries(organiser: Ask) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(organiser("GET", f"{EVENT}/audit")["body"])["entries"]
    return found


def test_the_log_tells_who_changed_what_and_when_the_latest_first(
    organiser: Ask, desk: Desk, time: Time
) -> None:
    organiser("PUT", EVENT, file())
    time.now += timedelta(hours=1)
    contacts = [{"name": "Cecilia", "email": "cecilia@example.org"}]
    organiser("PUT", EVENT, file(seats=3, contacts=contacts), if_match="*")
    latest, first = entries(organiser)
    assert (first["action"], first["by"], first["done"]) == ("put_event", "local organiser", True)
    assert first["after"]["event.seats"] == 2
    assert first["before"] == {}
    assert latest["at"] == "2020-08-20T10:00:00Z"
    assert latest["before"]["event.seats"] == 2
    assert latest["after"]["event.seats"] == 3
    assert latest["after"]["event.contacts.0.name"] == "…"


def test_the_log_holds_no_personal_data(organiser: Ask, ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1)
    for name in ("ada", "bo", "cia"):
        send(ask, record, {"email": f"{name}@example.org"})
    waiting = [each for each in desk.registrations.of_event("seminarium") if each.state == "waiting"]
    organiser("POST", f"{EVENT}/registrations/{waiting[-1].id}/promote", if_match="*")
    [entry] = entries(organiser)
    assert entry["about"] == {"registration_id": waiting[-1].id}
    assert set(entry["after"]) == {"registered_at", "revision"}
    assert not [each for each in ("Ada", "example.org", "Vasa") if each in json.dumps(entry)]


def test_what_was_refused_and_what_only_looked_leave_nothing(organiser: Ask, desk: Desk) -> None:
    opened(desk)
    before = everything()
    organiser("GET", EVENT)
    organiser("POST", f"{EVENT}/messages", MESSAGE | {"dry_run": True}, idempotency_key="look")
    organiser("POST", f"{EVENT}/messages", {"subject": {}})
    organiser("POST", f"{EVENT}/summaries/sv/1/state", {"to": "approved"})
    assert [each for each in everything() if "REPLY" not in each["sk"]["S"]] == before
    assert entries(organiser) == []


def test_a_change_that_was_broken_off_stays_in_the_log_as_not_done(
    organiser: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(desk)

    def break_off(*_: object) -> None:
        raise Unavailable("the storage does not keep up")

    monkeypatch.setattr("kallelse.handlers.admin.messages.messaging.hand_in", break_off)
    assert organiser("POST", f"{EVENT}/messages", MESSAGE)["statusCode"] == 503
    [entry] = entries(organiser)
    assert (entry["action"], entry["done"]) == ("post_message", False)


def test_an_erased_registration_is_named_erased_in_the_log(organiser: Ask, desk: Desk, time: Time) -> None:
    opened(desk)
    mail = Mail(
        event_id="seminarium", kind=MailKind.CONFIRMED, recipient="r-ada1", version=1,
        state=MailState.FAILED, stuck=True, due_at=time.now, created_at=time.now,
    )  # fmt: skip
    desk.mails.create(mail)
    organiser("POST", f"{EVENT}/mails/{mail.id}/decision", {"again": True}, if_match="*")
    assert "ada1" in json.dumps(entries(organiser))
    desk.audit.forget("seminarium", {"ada1"})
    [entry] = entries(organiser)
    assert entry["about"] == {"mail_id": "seminarium_confirmed_r-erased_1"}
    assert "ada1" not in json.dumps(entry)


def test_an_address_that_exists_for_other_methods_tells_which(organiser: Ask) -> None:
    answer = organiser("DELETE", EVENT)
    assert answer["statusCode"] == 405
    assert answer["headers"]["Allow"] == "PUT, GET"


def test_every_route_is_described(organiser: Ask) -> None:
    from kallelse.handlers.admin.routing import ROUTES

    told = json.loads(organiser("GET", "/admin/openapi.json")["body"])
    assert told["openapi"] == "3.1.0"
    described = {(method.upper(), path) for path, each in told["paths"].items() for method in each}
    assert len(described) == len(ROUTES)
    operations = [each for path in told["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in operations}) == len(ROUTES)
