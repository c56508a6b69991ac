"""The routes about registrations and their mails, as organisers call them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.people import TWO_MODES, found, registered, states
from tests.tours import alive, toured
from tests.visiting import MINUTE, NOW, Ask, Time, everything, opened, request

from kallelse import dispatching
from kallelse.models import MailState
from kallelse.ports import Desk

ALL = "/registrations"
ADA = {"name": "Ada Åberg", "email": "ada@example.org", "organisation": "Vasa", "language": "sv"}
BY_HAND = {"participant": ADA | {"organisation_kind": "municipality"}}


def content(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


def names(answer: dict[str, Any]) -> list[str]:
    return [each["participant"]["name"] for each in content(answer)["registrations"]]


def test_the_list_comes_in_pages_with_their_number_and_the_next(organise: Ask, desk: Desk) -> None:
    record = opened(desk)
    for number, name in enumerate(("Ada", "Bo", "Cia")):
        registered(desk, record, name, at=NOW + number * MINUTE)
    first = organise("GET", ALL, limit="2")
    assert names(first) == ["Ada", "Bo"]
    assert content(first)["total"] == 3
    last = organise("GET", ALL, limit="2", cursor=content(first)["next"])
    assert (names(last), content(last)["next"]) == (["Cia"], None)
    assert names(organise("GET", ALL, sort="-name", state="confirmed")) == ["Bo", "Ada"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "201"}, "limit"),
        ({"state": "asleep"}, "state"),
        ({"sort": "age"}, "sort"),
        ({"cursor": "mangled"}, "cursor"),
        ({"group": "1"}, "group"),
        ({"answer": "lunch:yes"}, "answer"),
        ({"page": "2"}, "page"),
    ],
)
def test_a_search_that_makes_no_sense_names_the_field(
    organise: Ask, desk: Desk, query: dict[str, str], field: str
) -> None:
    opened(desk)
    answer = organise("GET", ALL, **query)
    assert answer["statusCode"] == 422
    assert [each["field"] for each in content(answer)["errors"]] == [field]


def test_one_registration_comes_with_its_mails(organise: Ask, desk: Desk, time: Time) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo")
    dispatching.tick(desk, time.now)
    answer = content(organise("GET", f"{ALL}/{ada.id}"))
    assert (answer["participant"]["name"], answer["undeliverable"]) == ("Ada", None)
    assert [(each["kind"], each["state"]) for each in answer["mails"]] == [("confirmed", "pending")]


def test_somebody_is_registered_by_hand_once(organise: Ask, desk: Desk) -> None:
    record = opened(desk, last_day_to_register="2020-08-01")
    answer = organise("POST", ALL, BY_HAND)
    assert (answer["statusCode"], content(answer)["state"]) == (201, "confirmed")
    assert content(answer)["id"] == found(desk, record, "ada@example.org").id
    assert content(answer)["participant"]["organisation_code"] == "905"
    again = organise("POST", ALL, BY_HAND)
    assert again["statusCode"] == 409
    assert f"as {content(answer)['id']}, confirmed" in content(again)["detail"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"participant": ADA}, "participant.organisation_kind"),
        ({"participant": ADA | {"shoe": 43}}, "participant.shoe"),
        (BY_HAND | {"mode": "on-site"}, "mode"),
    ],
)
def test_what_is_wrong_by_hand_is_named_and_changes_nothing(
    organise: Ask, desk: Desk, wrong: dict[str, Any], field: str
) -> None:
    opened(desk)
    before = everything()
    answer = organise("POST", ALL, wrong)
    assert answer["statusCode"] == 422
    assert [each["field"] for each in content(answer)["errors"]] == [field]
    assert everything() == before


def test_a_registration_is_edited_moved_and_cancelled(organise: Ask, desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    ada = registered(desk, record, "Ada", organisation="Laget")
    path = f"{ALL}/{ada.id}"
    edited = content(organise("PATCH", path, {"participant": {"name": "Ada Öberg"}}))
    assert (edited["participant"]["name"], edited["participant"]["organisation"]) == ("Ada Öberg", "Laget")
    assert content(organise("POST", f"{path}/move", {"mode": "on-site"}))["mode"] == "on-site"
    assert content(organise("POST", f"{path}/cancel"))["state"] == "cancelled"
    assert states(desk) == {"Ada Öberg": "cancelled"}
    again = organise("PATCH", path, {"participant": {"name": "Ada"}})
    assert (again["statusCode"], "register the address anew" in again["body"]) == (409, True)


def test_what_was_read_by_two_is_changed_by_one(organise: Ask, desk: Desk) -> None:
    from kallelse.handlers import admin

    path = f"{ALL}/{registered(desk, opened(desk), 'Ada', organisation='Laget').id}"
    tag = organise("GET", path)["headers"]["ETag"]
    organise("PATCH", path, {"participant": {"name": "Ada Öberg"}})
    called = request("POST", f"/admin/events/seminarium{path}/cancel", {})
    called["headers"] = {"authorization": "Bearer right", "if-match": tag}
    assert admin.handler(called, None)["statusCode"] == 412
    assert states(desk) == {"Ada Öberg": "confirmed"}


def test_who_is_moved_to_another_stop_is_shown_here_and_there(organise: Ask, desk: Desk) -> None:
    stops = toured(desk)
    ada = registered(desk, stops["seminarium"], "Ada")
    answer = organise("POST", f"{ALL}/{ada.id}/move", {"event": "abo"})
    assert (content(answer)["event_id"], content(answer)["state"]) == ("seminarium", "cancelled")
    there = content(answer)["moved_to"]
    assert (there["event_id"], there["state"]) == ("abo", "confirmed")
    assert alive(desk, stops) == ["abo"]
    again = organise("POST", f"{ALL}/{ada.id}/move", {"event": "abo"})
    assert content(again)["moved_to"] == there


@pytest.mark.parametrize(
    ("grant", "status"), [("organiser:event:seminarium", 403), ("organiser:tour:turne", 200), ("viewer", 403)]
)
def test_a_move_to_another_stop_needs_the_role_at_both(
    organise: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch, grant: str, status: int
) -> None:
    from kallelse.handlers.admin import serving
    from kallelse.models import Caller, Grant

    ada = registered(desk, toured(desk)["seminarium"], "Ada")
    known = Caller(name="ada", grants=(Grant.parse(grant),))
    monkeypatch.setattr(serving, "caller", lambda *_: known)
    answer = organise("POST", f"{ALL}/{ada.id}/move", {"event": "abo"})
    assert answer["statusCode"] == status


def test_a_mail_is_sent_again(organise: Ask, desk: Desk, time: Time) -> None:
    registered(desk, opened(desk), "Ada")
    dispatching.tick(desk, time.now)
    [mail] = desk.mails.of_event("seminarium")
    delivered = mail.model_copy(update={"state": MailState.DELIVERED, "attempt": 1, "due_at": None})
    assert desk.mails.replace(mail, delivered)
    time.now += timedelta(hours=1)
    answer = organise("POST", f"/mails/{mail.id}/resend")
    assert (answer["statusCode"], content(answer)["state"], content(answer)["attempt"]) == (200, "pending", 1)
    assert desk.mails.due(time.now) == [mail.id]
    assert organise("POST", f"/mails/{mail.id}/resend")["statusCode"] == 409


def test_the_log_tells_what_was_done_by_hand_without_personal_data(organise: Ask, desk: Desk) -> None:
    opened(desk)
    created = content(organise("POST", ALL, BY_HAND))
    organise("PATCH", f"{ALL}/{created['id']}", {"participant": {"name": "Ada Öberg"}})
    entries = content(organise("GET", "/audit"))["entries"]
    assert {each["action"] for each in entries} == {"post_registration", "edit_registration"}
    assert all(each["about"] == {"registration_id": created["id"]} for each in entries)
    assert not [each for each in ("Ada", "example.org", "Vasa") if each in json.dumps(entries)]
