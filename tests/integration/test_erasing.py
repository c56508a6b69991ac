"""One person is erased at one event or at all of them, for good, also after a restore from a backup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from tests.conftest import table_definition
from tests.desks import Desks
from tests.fakes import FakeLedger
from tests.lives import lived
from tests.people import forms, found, link, registered
from tests.visiting import LANGUAGES, MINUTE, NOW, Ask, everything, make_bucket, opened

from kallelse import dispatching, erasing, managing
from kallelse.adapters import ledger, s3
from kallelse.adapters.dynamodb import Table, open_desk
from kallelse.links import issue
from kallelse.models import Entry, Erasure, EventRecord, Mode, Purpose, Registration, Reply
from kallelse.ports import Desk, Ledger

SOON, LATER = NOW + timedelta(minutes=30), NOW + timedelta(hours=1)


@pytest.fixture
def erased(desk: Desk) -> Ledger:
    """The ledger in an empty bucket."""
    make_bucket()
    return ledger.connect("bucket")


def the_clock_goes(desk: Desk, entered: Ledger) -> None:
    """What the dispatcher and then the publisher do at the next minutes."""
    dispatching.tick(desk, LATER)
    for erasure in desk.agenda.to_publish().erasures:
        erasing.enter(desk, entered, s3.connect("bucket"), erasure)


def traces(registration: Registration) -> list[str]:
    """The keys of what is left of a person, by name, address or id."""
    items = [json.dumps(each, ensure_ascii=False) for each in everything()]
    told = registration.participant
    words = (registration.id, f'"{told.name}', told.email, registration.holder)
    left = [each for each in items if any(word in each for word in words)]
    return [json.loads(each)["sk"]["S"] for each in left]


def test_nothing_of_a_person_stays_at_the_event_but_a_number(desk: Desk, erased: Ledger) -> None:
    record = lived(desk)
    ada, bo = (found(desk, record, f"{name}@example.org") for name in ("ada", "bo"))
    kinds = {key.split("#")[0] for key in traces(ada)}
    assert kinds >= {"REG", "SEATS", "QUOTA", "MAIL", "LINK", "TOKEN", "OPENED", "GROUPS", "PERSON"}
    before = len(traces(bo))
    erasing.erase(desk, record, ada, SOON)
    the_clock_goes(desk, erased)
    # What she said in the notes and in the survey is not known to be of her; both go with the event.
    assert [key for key in traces(ada) if key.split("#")[0] not in ("NOTE", "REMARK")] == [f"REG#{ada.id}"]
    item = next(each for each in everything() if each["sk"]["S"] == f"REG#{ada.id}")
    assert set(item) == {"pk", "sk", "serial", "erased", "erased_at", "expires"}
    assert len(traces(bo)) == before


def test_an_erasure_is_entered_in_the_ledger_as_a_hash_and_then_forgotten(desk: Desk, erased: Ledger) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    erasing.erase(desk, record, ada, NOW)
    assert [each["sk"]["S"] for each in everything() if "ERASED" in each["sk"]["S"]] == [f"ERASED#{ada.id}"]
    the_clock_goes(desk, erased)
    digest = Erasure(event_id="seminarium", registration_id=ada.id, serial=1).digest
    assert erased.serials() == {digest: 1}
    [entry] = boto3.client("s3").list_objects_v2(Bucket="bucket")["Contents"]
    assert (entry["Key"], entry["Size"]) == (f"erasures/{digest}/000001", 0)
    assert not [each for each in everything() if "ERASED" in each["sk"]["S"]]
    assert desk.agenda.to_publish().erasures == ()


def test_an_entry_of_the_ledger_is_written_once(erased: Ledger) -> None:
    for serial in (2, 1, 2):
        erased.enter("d" * 64, serial)
    assert erased.serials() == {"d" * 64: 2}


def test_one_who_registers_anew_within_the_minute_stays(desk: Desk, erased: Ledger) -> None:
    record = opened(desk)
    erasing.erase(desk, record, registered(desk, record, "Ada"), NOW)
    again = registered(desk, record, "Ada", at=NOW + MINUTE)
    the_clock_goes(desk, erased)
    assert desk.registrations.find("seminarium", again.id) is not None
    assert erasing.replay(desk, erased, LATER) == {}


def test_a_mail_that_was_under_way_is_erased_a_minute_later(desk: Desk, erased: Ledger) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    erasing.erase(desk, record, ada, NOW)
    dispatching.post(desk, record, ada, NOW)  # by a tick that had read the registration before
    link(desk, ada)
    assert len(traces(ada)) > 2
    the_clock_goes(desk, erased)
    assert traces(ada) == [f"REG#{ada.id}"]


def test_the_audit_log_and_kept_answers_forget_the_person(desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    entry = Entry(
        id="1", at=NOW, by="Bea", action="promote", event_id="seminarium", about={"registration_id": ada.id}
    )
    desk.audit.begin(entry)
    desk.audit.end(entry.model_copy(update={"done": True}))
    reply = Reply(digest="d", fingerprint="f", event_id="seminarium", begun_at=NOW)
    under_way = reply.model_copy(update={"digest": "e"})
    desk.replies.begin(reply, NOW)
    desk.replies.begin(under_way, NOW)
    desk.replies.finish(reply.model_copy(update={"body": ada.model_dump_json()}))
    erasing.erase(desk, record, ada, NOW)
    assert [each.about for each in desk.audit.of("seminarium", None)] == [{"registration_id": "erased"}]
    assert desk.replies.begin(reply, NOW) is None
    assert desk.replies.begin(under_way, NOW) == under_way


def test_a_person_is_erased_at_all_events_and_at_no_other_address(desk: Desk, erased: Ledger) -> None:
    records = [opened(desk, id=f"event-{number}") for number in range(3)]
    for record in records[:2]:
        registered(desk, record, "Ada")
        registered(desk, record, "Bo")
    assert sorted(erasing.erase_person(desk, "ADA@example.org", NOW)) == ["event-0", "event-1"]
    left = [each.participant.name for each in desk.registrations.of_event("event-0")]
    assert left == ["Bo"]
    assert erasing.erase_person(desk, "ada@example.org", NOW) == []
    the_clock_goes(desk, erased)
    assert len(erased.serials()) == 2


Restore = Callable[[list[dict[str, Any]]], Desk]


@pytest.fixture
def restore(desk: Desk) -> Restore:
    """Makes a new table of the items of a backup, which the clients of the desk then see."""

    def make(items: list[dict[str, Any]]) -> Desk:
        client = boto3.client("dynamodb")
        client.delete_table(TableName="kallelse")
        client.create_table(**table_definition())
        for item in items:
            client.put_item(TableName="kallelse", Item=item)
        return open_desk(Table(client, "kallelse"))

    return make


FLEETING = {"due", "due_at", "touched_at"}
"""What tells when the clock looks at an item next."""

SHARED = ("SEATS", "QUOTA", "GROUPS", "TURN")
"""Items that tell of several people."""


def others(registration: Registration) -> list[str]:
    """All items that are of others alone."""
    kept = [each for each in everything() if not each["sk"]["S"].startswith(SHARED)]
    texts = [json.dumps({name: each[name] for name in each if name not in FLEETING}) for each in kept]
    return sorted(each for each in texts if registration.id not in each and '"PERSON' not in each)


def test_a_restored_table_is_rid_of_those_who_were_erased_since(
    desk: Desk, erased: Ledger, restore: Restore
) -> None:
    record = lived(desk, seats=5)
    ada = found(desk, record, "ada@example.org")
    backup = everything(without="nothing")
    erasing.erase(desk, record, ada, SOON)
    the_clock_goes(desk, erased)
    restored = restore(backup)
    assert len(traces(ada)) > 9
    unchanged = others(ada)
    assert erasing.replay(restored, erased, SOON) == {"seminarium": 1}
    the_clock_goes(restored, erased)
    assert [key for key in traces(ada) if key.split("#")[0] not in ("NOTE", "REMARK")] == [f"REG#{ada.id}"]
    assert others(ada) == unchanged
    assert sum(len(block.holders) for block in restored.seats.blocks("seminarium", Mode.ONLINE)) == 3
    assert [each.participant.name for each in restored.registrations.of_event("seminarium")] == [
        "Bo", "Cia", "Dan",
    ]  # fmt: skip
    assert erasing.replay(restored, erased, LATER) == {}


def test_a_replay_that_is_broken_off_is_finished_by_the_next(desk: Desk) -> None:
    record = opened(desk, seats=5)
    entered = FakeLedger()
    for name in ("Ada", "Bo", "Cia"):
        registration = registered(desk, record, name)
        seen = Erasure(event_id="seminarium", registration_id=registration.id, serial=1)
        entered.enter(seen.digest, 1)
    first = desk.registrations.of_event("seminarium")[0]
    erasing.erase(desk, record, first, NOW)
    assert erasing.replay(desk, entered, NOW) == {"seminarium": 2}
    assert desk.registrations.of_event("seminarium") == []


def test_an_operator_has_the_dispatcher_replay_the_ledger(
    desk: Desk, erased: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    record: EventRecord = opened(desk)
    ada = registered(desk, record, "Ada")
    erased.enter(Erasure(event_id="seminarium", registration_id=ada.id, serial=1).digest, 1)
    monkeypatch.setenv("KALLELSE_TABLE", "kallelse")
    monkeypatch.setenv("KALLELSE_BUCKET", "bucket")
    from kallelse.handlers import dispatcher

    dispatcher._wiring.cache_clear()
    assert dispatcher.handler({"replay": True}, None) == {"seminarium": 1}
    dispatcher._wiring.cache_clear()
    assert desk.registrations.of_event("seminarium") == []


def test_what_the_participant_does_goes_the_same_way(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    assert ask("POST", f"{link(desk, ada)}/erase")["statusCode"] == 200
    assert [each.registration_id for each in desk.agenda.due(LATER).erasures] == [ada.id]


def cancelled_with_link(desk: Desk, desks: Desks, record: EventRecord) -> str:
    """The path of the link in the mail to Ada, who has cancelled."""
    managing.cancel(desk, record, registered(desk, record, "Ada"), NOW)
    desks.tick(NOW)
    [address] = re.findall(r"https://desk\.example(/data/\S+)", desks.texts[-1])
    return str(address)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_who_cancelled_takes_the_data_away_and_has_them_erased(
    ask: Ask, desk: Desk, language: str
) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada", language=language)
    managing.cancel(desk, record, ada, NOW)
    page = f"/data/{issue(desk, found(desk, record, 'ada@example.org'), Purpose.DATA)}"
    assert f'<html lang="{language}"' in ask("GET", page)["body"]
    assert forms(ask("GET", page)["body"]) == []
    data = json.loads(ask("GET", f"{page}/data.json")["body"])
    assert (data["registration"]["state"], data["registration"]["participant"]["name"]) == (
        "cancelled",
        "Ada",
    )
    assert forms(ask("GET", f"{page}/erase")["body"]) == [f"{page}/erase"]
    assert ask("POST", f"{page}/erase")["statusCode"] == 200
    assert desk.registrations.of_event("seminarium") == []
    assert ask("GET", page)["statusCode"] == 404


def test_the_mail_that_confirms_a_cancellation_brings_the_link(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    page = cancelled_with_link(desk, Desks(desk), record)
    assert ask("GET", page)["statusCode"] == 200
    assert ask("GET", page.replace("/data/", "/manage/"))["statusCode"] == 404
    registered(desk, record, "Ada", at=NOW + MINUTE)
    assert ask("GET", page)["statusCode"] == 404, "registered anew, she has other links"


def test_the_link_after_cancelling_changes_nothing_else(ask: Ask, desk: Desk) -> None:
    page = cancelled_with_link(desk, Desks(desk), opened(desk))
    for end in ("cancel", "confirm", "edit", "substitute"):
        assert ask("POST", f"{page}/{end}")["statusCode"] == 404
