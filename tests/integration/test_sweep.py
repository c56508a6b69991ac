"""The sweep: one query finds what awaits it, and nothing that it meets stops it."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from tests.conftest import utc
from tests.fakes import alone, unhurried
from tests.guarantees import breaches, by_name, form, opened
from tests.hooks import in_turn
from tests.people import registered

from kallelse import delivering, dispatching, mailing, registering
from kallelse.errors import Unfinished
from kallelse.models import MailKind, Mode, RegistrationState
from kallelse.ports import Desk
from kallelse.seating import GRACE

NOW = utc("2020-08-20T09:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STARTS = utc("2020-09-16T10:00")


def test_with_nothing_due_each_function_of_the_clock_makes_one_query_however_many_events_there_are(
    desk: Desk,
) -> None:
    for number in range(3):
        registered(desk, opened(desk, NOW, id=f"seminarium-{number}", reminders=["P7D"]), "Ada")
    for event_id in desk.agenda.to_publish().cards:
        desk.events.drawn(desk.events.get(event_id))
    dispatching.tick(desk, STARTS - 3 * DAY)
    dispatching.tick(desk, STARTS - 3 * DAY + MINUTE)
    now = STARTS - 3 * DAY + 2 * MINUTE
    mailing.sweep(desk, Nobody(), lambda _: None, unhurried(lambda: now), alone)  # what was posted so far
    requests: list[str] = []
    client = desk.events.table.client  # type: ignore[attr-defined]
    client.meta.events.register("before-call.dynamodb.*", lambda model, **_: requests.append(model.name))
    dispatching.tick(desk, now)
    assert requests == ["Query"]
    mailing.sweep(desk, Nobody(), lambda _: None, unhurried(lambda: now), alone)
    assert requests == ["Query"] * 2
    desk.agenda.to_publish()
    assert requests == ["Query"] * 3
    delivering.sweep(delivering.Run(desk, Nowhere(), lambda: now, now + MINUTE), in_turn)
    assert requests == ["Query"] * 4


class Nowhere:
    """A courier that nobody may turn to."""

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        raise AssertionError("nothing is due")


class Nobody:
    """A mail service that nobody may turn to."""

    def send(self, recipient: str, message: bytes, tags: dict[str, str]) -> str:
        raise AssertionError("nothing is due")


def entries() -> list[str]:
    """What awaits the sweep in the index of those with work to do, by sort key."""
    items = boto3.client("dynamodb").scan(TableName="kallelse", IndexName="due")["Items"]
    return sorted(item["sk"]["S"] for item in items if item["due"]["S"] == "sweep")


def test_a_registration_without_entry_of_its_own_is_found_through_its_block(desk: Desk) -> None:
    record = opened(desk, NOW)
    dispatching.tick(desk, NOW + GRACE)
    assert all(each.startswith("EVENT") for each in entries())
    registering.register(desk, record, form("Ada"), NOW + DAY)
    assert [each for each in entries() if not each.startswith("EVENT")] == ["SEATS#online#0000"]
    assert dispatching.tick(desk, NOW + DAY) == 1
    [mail] = desk.mails.of_event(record.event.id)
    assert mail.kind is MailKind.CONFIRMED


def test_a_block_awaits_the_sweep_until_it_was_quiet_for_as_long_as_a_request_may_take(desk: Desk) -> None:
    record = opened(desk, NOW)
    dispatching.tick(desk, NOW + GRACE)
    registering.register(desk, record, form("Ada"), NOW + DAY)
    dispatching.tick(desk, NOW + DAY + GRACE / 2)
    assert "SEATS#online#0000" in entries()
    dispatching.tick(desk, NOW + DAY + GRACE)
    assert "SEATS#online#0000" not in entries()


def test_one_who_is_to_confirm_the_address_is_found_again_when_the_time_ends(desk: Desk) -> None:
    record = opened(desk, NOW, address_confirmation="PT1H", offer="PT1H")
    dispatching.tick(desk, NOW + GRACE)
    registering.register(desk, record, form("Ada"), NOW + DAY)
    for minutes in (1, 59, 60, 61):
        dispatching.tick(desk, NOW + DAY + minutes * MINUTE)
    assert by_name(desk, record.event.id)["Ada"].state is RegistrationState.CANCELLED
    assert not breaches(desk, record.event.id, NOW + DAY + 2 * timedelta(hours=1))


def test_a_poisonous_record_is_told_of_by_its_id_alone_and_holds_up_no_other_event(desk: Desk) -> None:
    record = opened(desk, NOW, seats=1)
    registered(desk, record, "Ada", at=NOW)
    bo = registered(desk, record, "Bo", at=NOW)
    other = opened(desk, NOW, id="annat")
    registered(desk, other, "Cia", at=NOW)
    key = {"pk": {"S": f"EVENT#{record.event.id}"}, "sk": {"S": f"REG#{bo.id}"}}
    boto3.client("dynamodb").update_item(TableName="kallelse", Key=key, UpdateExpression="REMOVE participant")
    with pytest.raises(Unfinished) as told:
        dispatching.tick(desk, NOW)
    failed = " ".join(told.value.failed)
    assert f"{record.event.id} (ValidationError)" in failed
    assert "bo@example.org" not in str(told.value)
    assert [mail.kind for mail in desk.mails.of_event("annat")] == [MailKind.CONFIRMED]
    assert desk.seats.blocks("annat", Mode.ONLINE)
