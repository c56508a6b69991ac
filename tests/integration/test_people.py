"""What administrators do about one person at all events; the address is in no URL and in no log."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import boto3
import pytest
from tests.lives import lived
from tests.people import found, registered
from tests.visiting import MINUTE, NOW, Ask, Time, everything, opened, request

from kallelse import dispatching
from kallelse.adapters import s3
from kallelse.handlers import admin
from kallelse.models import MailState
from kallelse.ports import Desk

People = Callable[..., Any]
ADA = {"address": "Ada@Example.org"}


@pytest.fixture
def people(organise: Ask, time: Time) -> People:
    """Asks about a person as an administrator, and gives the answer's content."""
    time.now = NOW + 30 * MINUTE

    def call(what: str, content: Any, status: int = 200, **headers: str) -> Any:
        called = request("POST", f"/admin/people/{what}", {})
        called["headers"] = {"content-type": "application/json", "authorization": "Bearer right", **headers}
        answer = admin.handler(called | {"body": json.dumps(content)}, None)
        assert answer["statusCode"] == status, answer["body"]
        return json.loads(answer["body"])

    return call


def test_a_person_is_found_at_all_events(desk: Desk, people: People) -> None:
    records = [opened(desk, id=f"event-{number}") for number in range(3)]
    ids = [registered(desk, record, "Ada").id for record in records[:2]]
    registered(desk, records[2], "Bo")
    desk.mails.suppress("ada@example.org", MailState.BOUNCED, NOW)
    told = people("find", ADA)
    assert told["never_written_to"] is True
    assert sorted((each["event_id"], each["registration_id"]) for each in told["registrations"]) == [
        ("event-0", ids[0]), ("event-1", ids[1]),
    ]  # fmt: skip
    assert people("find", {"address": "nobody@example.org"}) == {
        "never_written_to": False,
        "registrations": [],
    }


def test_an_organiser_names_a_person_by_a_registration(desk: Desk, people: People) -> None:
    record, other = opened(desk), opened(desk, id="event-1")
    ada = registered(desk, record, "Ada")
    registered(desk, other, "Ada")
    told = people("find", {"registration": {"event_id": "seminarium", "registration_id": ada.id}})
    assert {each["event_id"] for each in told["registrations"]} == {"event-1", "seminarium"}
    missing = {"registration": {"event_id": "seminarium", "registration_id": "nobody"}}
    assert people("find", missing, status=404)["detail"] == "there is no such registration"


@pytest.mark.parametrize("content", [{}, {"address": "ada"}, {**ADA, "registration": {"event_id": "x"}}])
def test_whoever_is_not_named_properly_is_not_looked_for(people: People, content: Any) -> None:
    assert people("erase", content, status=422)["errors"]


def test_the_export_of_a_person_is_everything_that_is_kept(desk: Desk, people: People) -> None:
    record = lived(desk)
    ada = found(desk, record, "ada@example.org")
    people("find", ADA)
    [told] = people("export", ADA)["registrations"]
    assert told["registration"]["participant"] == ada.participant.model_dump(mode="json")
    assert [each["kind"] for each in told["mails"]] == ["confirmed"]
    assert [each["version"] for each in told["summaries_opened"]] == [1]
    assert told["group"] == "1"
    assert told["personal_links"] == len(
        [each for each in everything() if each["sk"]["S"].startswith(f"LINK#{ada.id}#")]
    )
    assert told["claim"]["tour_id"] == "turne"
    assert [each["action"] for each in told["log"]] == ["find_person"]
    assert set(told["log"][0]) == {"at", "action"}


def test_a_person_is_erased_with_what_was_answered_and_logged(desk: Desk, people: People) -> None:
    record = lived(desk)
    ada = found(desk, record, "ada@example.org")
    for what in ("find", "export"):
        people(what, ADA, **{"idempotency-key": what})
    assert people("erase", ADA, **{"idempotency-key": "erase"}) == {"events": ["seminarium"]}
    assert people("erase", ADA, **{"idempotency-key": "erase"}) == {"events": ["seminarium"]}
    assert people("erase", ADA) == {"events": []}
    dispatching.tick(desk, NOW + timedelta(hours=1))
    left = [each["sk"]["S"] for each in everything() if ada.id in json.dumps(each)]
    assert sorted(left) == [f"ERASED#{ada.id}", f"REG#{ada.id}"]
    assert sorted((each.action, *each.about.values()) for each in desk.audit.of(None, None)) == [
        ("erase_person", ""), ("erase_person", "seminarium"), ("export_person", "erased"),
        ("find_person", "erased"),
    ]  # fmt: skip


def test_an_address_that_must_not_be_written_to_stays_so(desk: Desk, people: People) -> None:
    registered(desk, opened(desk), "Ada")
    desk.mails.suppress("ada@example.org", MailState.COMPLAINED, NOW)
    people("erase", ADA)
    assert desk.mails.is_suppressed("ada@example.org")


def test_the_files_of_an_event_go_with_anybody_who_is_in_them(organise: Ask) -> None:
    bucket, client = s3.connect("bucket"), boto3.client("s3")
    client.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    for key in ("exports/seminarium/a.csv", "exports/seminarium/a.csv", "exports/seminarium-2/b.csv"):
        bucket.upload(key, BytesIO(b"Ada"), "text/csv", "a.csv")
    client.delete_object(Bucket="bucket", Key="exports/seminarium/a.csv")
    for _ in range(2):
        bucket.forget("seminarium")
    versions = client.list_object_versions(Bucket="bucket")
    assert [each["Key"] for each in versions["Versions"]] == ["exports/seminarium-2/b.csv"]
    assert "DeleteMarkers" not in versions
