"""Registration on the real adapter, single-threaded: what each step leaves in the table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import a_participant, an_event, utc

from kallelse import dispatching, editing, registering
from kallelse.adapters.dynamodb.seats import _probe_order as probe_order
from kallelse.errors import EventFull, InvalidInput, NotYetOpen, RegistrationClosed
from kallelse.models import Event, EventRecord, MailKind, Registration, RegistrationState
from kallelse.ports import Claim, Desk

NOW = utc("2020-08-20T09:00")
HOSTS = frozenset({"webbseminarium.example"})
CONFIRMED, WAITING, CANCELLED = RegistrationState


def opened(desk: Desk, **changes: Any) -> EventRecord:
    return editing.apply(desk, an_event(**changes), HOSTS)


def register(desk: Desk, record: EventRecord, *names: str) -> list[Registration]:
    return [
        registering.register(desk, record, a_participant(name), NOW + timedelta(minutes=minute))
        for minute, name in enumerate(names)
    ]


def states(desk: Desk, record: EventRecord) -> dict[str, RegistrationState]:
    registrations = desk.registrations.of_event(record.event.id)
    return {each.participant.name: each.state for each in registrations}


def taken(desk: Desk, record: EventRecord) -> int:
    return sum(len(block.holders) for block in desk.seats.blocks(record.event.id))


def test_seats_go_to_the_first_and_the_others_wait_in_order(desk: Desk) -> None:
    record = opened(desk)
    registrations = register(desk, record, "Ada", "Bo", "Cia", "Dan")
    assert [each.state for each in registrations] == [CONFIRMED, CONFIRMED, WAITING, WAITING]
    assert [desk.registrations.place_in_line(each) for each in registrations[2:]] == [1, 2]
    assert taken(desk, record) == 2


def test_registering_twice_with_the_same_address_stays_one(desk: Desk) -> None:
    record = opened(desk)
    first = registering.register(desk, record, a_participant("Ada"), NOW)
    shouted = a_participant("Ada").model_copy(update={"email": "ADA@example.org"})
    assert registering.register(desk, record, shouted, NOW) == first
    assert taken(desk, record) == 1


def test_cancelling_frees_the_seat_for_the_first_in_line(desk: Desk) -> None:
    record = opened(desk)
    ada, *_ = register(desk, record, "Ada", "Bo", "Cia", "Dan")
    registering.cancel(desk, record, ada, NOW)
    assert states(desk, record) == {
        "Ada": CANCELLED, "Bo": CONFIRMED, "Cia": CONFIRMED, "Dan": WAITING,
    }  # fmt: skip
    assert taken(desk, record) == 2


def test_a_newcomer_does_not_overtake_those_who_wait_for_a_freed_seat(desk: Desk) -> None:
    record = opened(desk)
    ada, *_ = register(desk, record, "Ada", "Bo", "Cia")
    # The request that cancels is broken off right after it released the seat.
    cancelled = ada.model_copy(update={"state": CANCELLED})
    desk.registrations.cancel(ada, cancelled)
    desk.seats.release(record.event.id, ada.holder, NOW)
    newcomer = registering.register(desk, record, a_participant("Eva"), NOW + timedelta(hours=1))
    assert newcomer.state is WAITING
    assert states(desk, record)["Cia"] is CONFIRMED


def test_newcomers_are_seated_again_when_nobody_waits(desk: Desk) -> None:
    record = opened(desk)
    ada, _bo, cia = register(desk, record, "Ada", "Bo", "Cia")
    registering.cancel(desk, record, cia, NOW)
    registering.cancel(desk, record, ada, NOW)
    [eva] = register(desk, record, "Eva")
    assert eva.state is CONFIRMED


def test_one_who_cancelled_can_register_anew_and_joins_the_end_of_the_line(desk: Desk) -> None:
    record = opened(desk)
    ada, *_ = register(desk, record, "Ada", "Bo", "Cia", "Dan")
    registering.cancel(desk, record, ada, NOW)
    again = registering.register(desk, record, a_participant("Ada"), NOW + timedelta(hours=1))
    assert (again.state, again.serial) == (WAITING, 2)
    assert desk.registrations.place_in_line(again) == 2


@pytest.mark.parametrize(
    ("now", "seated"),
    [("2020-09-09T20:59:59", True), ("2020-09-09T21:00:00", False)],  # midnight in Helsinki
)
def test_registration_closes_with_the_last_day_in_the_zone_of_the_event(
    desk: Desk, now: str, seated: bool
) -> None:
    record = opened(desk)
    if seated:
        found = registering.register(desk, record, a_participant("Ada"), utc(now))
        assert found.state is CONFIRMED
    else:
        with pytest.raises(RegistrationClosed):
            registering.register(desk, record, a_participant("Ada"), utc(now))
        assert states(desk, record) == {}


def test_before_registration_opens_the_time_is_told_and_nothing_written(desk: Desk) -> None:
    record = opened(desk, registration_opens="2020-08-21T12:00")
    with pytest.raises(NotYetOpen) as refusal:
        registering.register(desk, record, a_participant("Ada"), NOW)
    assert refusal.value.opens_at == utc("2020-08-21T09:00")
    assert states(desk, record) == {}
    assert taken(desk, record) == 0


def test_a_full_event_without_a_waiting_list_refuses_and_writes_nothing(desk: Desk) -> None:
    record = opened(desk, waiting_list=False)
    register(desk, record, "Ada", "Bo")
    with pytest.raises(EventFull):
        register(desk, record, "Cia")
    assert set(states(desk, record)) == {"Ada", "Bo"}


def test_the_audience_is_checked_and_the_field_named(desk: Desk) -> None:
    record = opened(desk, organisation_kinds=["agency"])
    with pytest.raises(InvalidInput, match="organisation_kind: choose one of: agency"):
        register(desk, record, "Ada")


def test_a_seat_without_a_registration_is_released_by_the_sweep_after_the_grace(desk: Desk) -> None:
    record = opened(desk, seats=1)
    desk.seats.claim(record.event, "orphan.1", NOW)
    [bo] = register(desk, record, "Bo")
    assert bo.state is WAITING
    registering.audit(desk, record, NOW + timedelta(seconds=29))
    assert states(desk, record) == {"Bo": WAITING}
    registering.audit(desk, record, NOW + timedelta(seconds=30))
    assert states(desk, record) == {"Bo": CONFIRMED}


def test_a_promotion_broken_off_after_the_claim_is_finished_by_the_sweep(desk: Desk) -> None:
    record = opened(desk, seats=1)
    ada, bo = register(desk, record, "Ada", "Bo")
    desk.registrations.cancel(ada, ada.model_copy(update={"state": CANCELLED}))
    desk.seats.release(record.event.id, ada.holder, NOW)
    assert desk.seats.claim_for_waiting(record.event.id, bo.holder, NOW)
    registering.audit(desk, record, NOW + timedelta(hours=1))
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": CONFIRMED}


def test_nobody_is_promoted_after_the_start(desk: Desk) -> None:
    record = opened(desk, seats=1)
    ada, _bo = register(desk, record, "Ada", "Bo")
    registering.cancel(desk, record, ada, record.event.starts_at)
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": WAITING}


def test_lowering_the_seats_throws_nobody_out_and_admits_nobody(desk: Desk) -> None:
    record = opened(desk, seats=100)
    register(desk, record, "Ada", "Bo", "Cia")
    record = opened(desk, seats=1)
    [dan] = register(desk, record, "Dan")
    assert dan.state is WAITING
    assert taken(desk, record) == 3


def test_those_beyond_the_size_of_a_smaller_event_count_in_whatever_block_they_sit(desk: Desk) -> None:
    record = opened(desk, seats=100)
    in_second_block = [f"h{n}.1" for n in range(40) if probe_order(f"h{n}.1", 2)[0] == 1][:3]
    for holder in in_second_block:
        assert desk.seats.claim(record.event, holder, NOW) is Claim.SEATED
    record = opened(desk, seats=1)
    assert desk.seats.claim(record.event, "newcomer.1", NOW) is Claim.FULL
    for holder in in_second_block:
        desk.seats.release(record.event.id, holder, NOW)
    registering.audit(desk, record, NOW + timedelta(hours=1))
    assert desk.seats.claim(record.event, "newcomer.1", NOW) is Claim.SEATED
    assert desk.seats.claim(record.event, "late.1", NOW) is Claim.FULL


def test_every_seat_of_an_event_of_several_blocks_can_be_taken_and_no_more(desk: Desk) -> None:
    record = opened(desk, seats=130, waiting_list=False)
    register(desk, record, *(f"P{number}" for number in range(130)))
    with pytest.raises(EventFull):
        register(desk, record, "Late")
    assert taken(desk, record) == 130


def test_the_join_link_is_due_from_its_time_until_the_end_and_posted_once(desk: Desk) -> None:
    record = opened(desk)
    register(desk, record, "Ada", "Bo", "Cia")
    dispatching.tick(desk, NOW + timedelta(hours=1))
    sent_at = utc("2020-09-15T10:00")
    assert kinds(desk, record.event) == ["confirmed", "confirmed", "waiting"]
    assert dispatching.tick(desk, sent_at - timedelta(seconds=1)) == 0
    assert dispatching.tick(desk, sent_at) == 2
    assert dispatching.tick(desk, sent_at) == 0
    assert kinds(desk, record.event).count(MailKind.JOIN_LINK) == 2


def test_one_promoted_after_the_dispatch_gets_the_join_link_at_once(desk: Desk) -> None:
    record = opened(desk)
    ada, *_ = register(desk, record, "Ada", "Bo", "Cia")
    sent_at = utc("2020-09-15T10:00")
    dispatching.tick(desk, sent_at)
    registering.cancel(desk, record, ada, sent_at)
    dispatching.tick(desk, sent_at + timedelta(minutes=1))
    cia = registering.registration_id(record, "cia@example.org")
    hers = {mail.kind for mail in desk.mails.of_event("seminarium") if cia in mail.recipient}
    assert hers == {MailKind.WAITING, MailKind.PROMOTED, MailKind.JOIN_LINK}


def kinds(desk: Desk, event: Event) -> list[str]:
    return sorted(mail.kind.value for mail in desk.mails.of_event(event.id))
