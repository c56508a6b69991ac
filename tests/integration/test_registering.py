"""Registration on the real adapter, single-threaded: what each step leaves in the table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import a_participant, utc
from tests.guarantees import breaches, by_name
from tests.guarantees import opened as opened_at
from tests.letters import stored

from kallelse import dispatching, editing, managing, registering, seating
from kallelse.adapters.dynamodb import arranging
from kallelse.adapters.dynamodb.arranging import probe_order
from kallelse.adapters.dynamodb.seats import TableSeats
from kallelse.errors import (
    EventCancelled,
    EventFull,
    NotYetOpen,
    OrganisationFull,
    RegistrationClosed,
    WrongAudience,
)
from kallelse.models import Event, EventRecord, MailKind, Mode, Registration, RegistrationState
from kallelse.ports import Desk, Line, NoSeat
from kallelse.registering import Answer, Submission

NOW = utc("2020-08-20T09:00")
UNCONFIRMED, CONFIRMED, WAITING, OFFERED, CANCELLED = RegistrationState


def opened(desk: Desk, **changes: Any) -> EventRecord:
    return opened_at(desk, NOW, **changes)


def told(desk: Desk, record: EventRecord, name: str, now: datetime = NOW, nonce: str | None = None) -> Answer:
    submission = Submission(a_participant(name), Mode.ONLINE, nonce)
    return registering.register(desk, record, submission, now)


def register(desk: Desk, record: EventRecord, *names: str) -> list[Registration]:
    """Register one a minute."""
    for minute, name in enumerate(names):
        told(desk, record, name, NOW + timedelta(minutes=minute))
    people = by_name(desk, record.event.id)
    return [people[name] for name in names]


def states(desk: Desk, record: EventRecord) -> dict[str, RegistrationState]:
    return {name: each.state for name, each in by_name(desk, record.event.id).items()}


def taken(desk: Desk, record: EventRecord) -> int:
    return sum(len(block.holders) for block in desk.seats.blocks(record.event.id, Mode.ONLINE))


def broken_off_cancellation(desk: Desk, record: EventRecord, name: str) -> None:
    """A request that cancels, and is broken off right after it released the seat."""
    seen = by_name(desk, record.event.id)[name]
    assert seen.block is not None
    assert desk.registrations.store((seen, seating.changed(seen, state=CANCELLED, block=None, outbox=())))
    desk.seats.release(record.event.id, seen.mode, seen.block, seen.holder, NOW)


def test_seats_go_to_the_first_and_the_others_wait_in_order(desk: Desk) -> None:
    record = opened(desk)
    minutes = [NOW + timedelta(minutes=minute) for minute in range(4)]
    answers = [told(desk, record, *each) for each in zip(("Ada", "Bo", "Cia", "Dan"), minutes, strict=True)]
    assert [(each.state, each.place) for each in answers] == [
        (CONFIRMED, None), (CONFIRMED, None), (WAITING, 1), (WAITING, 2),
    ]  # fmt: skip
    assert taken(desk, record) == 2


def test_registering_twice_with_the_same_address_stays_one_and_tells_what_a_newcomer_hears(
    desk: Desk,
) -> None:
    record = opened(desk)
    told(desk, record, "Ada")
    shouted = a_participant("Ada").model_copy(update={"email": "ADA@example.org"})
    again = registering.register(desk, record, Submission(shouted, Mode.ONLINE), NOW)
    assert again == Answer(CONFIRMED)
    assert taken(desk, record) == 1
    told(desk, record, "Bo")
    assert told(desk, record, "Ada") == Answer(WAITING, 1)
    assert states(desk, record) == {"Ada": CONFIRMED, "Bo": CONFIRMED}
    assert MailKind.REGISTERED_ALREADY in by_name(desk, record.event.id)["Ada"].outbox


def test_the_same_form_sent_twice_is_answered_the_same(desk: Desk) -> None:
    record = opened(desk, seats=1)
    told(desk, record, "Ada")
    first = told(desk, record, "Bo", nonce="the form")
    assert told(desk, record, "Bo", nonce="the form") == first == Answer(WAITING, 1)
    assert MailKind.REGISTERED_ALREADY not in by_name(desk, record.event.id)["Bo"].outbox


def test_a_newcomer_does_not_overtake_those_who_wait_for_a_freed_seat(desk: Desk) -> None:
    record = opened(desk)
    register(desk, record, "Ada", "Bo", "Cia")
    broken_off_cancellation(desk, record, "Ada")
    newcomer = told(desk, record, "Eva", NOW + timedelta(hours=1))
    assert newcomer == Answer(WAITING, 1)
    assert states(desk, record)["Cia"] is CONFIRMED


def test_newcomers_are_seated_again_when_nobody_waits(desk: Desk) -> None:
    record = opened(desk)
    ada, _bo, cia = register(desk, record, "Ada", "Bo", "Cia")
    managing.cancel(desk, record, cia, NOW)
    managing.cancel(desk, record, ada, NOW)
    assert told(desk, record, "Eva") == Answer(CONFIRMED)


def test_one_who_cancelled_can_register_anew_and_joins_the_end_of_the_line(desk: Desk) -> None:
    record = opened(desk)
    ada, *_ = register(desk, record, "Ada", "Bo", "Cia", "Dan")
    managing.cancel(desk, record, ada, NOW)
    assert told(desk, record, "Ada", NOW + timedelta(hours=1)) == Answer(WAITING, 2)
    assert by_name(desk, record.event.id)["Ada"].serial == 2


def test_when_one_cancelled_is_kept_until_one_registers_anew(desk: Desk) -> None:
    record, later = opened(desk), NOW + timedelta(hours=1)
    [ada] = register(desk, record, "Ada")
    assert ada.cancelled_at is None
    left = managing.cancel(desk, record, ada, later)
    assert managing.cancel(desk, record, left, later + timedelta(hours=1)).cancelled_at == later
    told(desk, record, "Ada", later + timedelta(hours=2))
    assert by_name(desk, record.event.id)["Ada"].cancelled_at is None


@pytest.mark.parametrize(
    ("now", "seated"),
    [("2020-09-09T20:59:59", True), ("2020-09-09T21:00:00", False)],  # midnight in Helsinki
)
def test_registration_closes_with_the_last_day_in_the_zone_of_the_event(
    desk: Desk, now: str, seated: bool
) -> None:
    record = opened(desk)
    if seated:
        assert told(desk, record, "Ada", utc(now)) == Answer(CONFIRMED)
    else:
        with pytest.raises(RegistrationClosed):
            told(desk, record, "Ada", utc(now))
        assert states(desk, record) == {}


def test_before_registration_opens_the_time_is_told_and_nothing_written(desk: Desk) -> None:
    record = opened(desk, registration_opens="2020-08-21T12:00")
    with pytest.raises(NotYetOpen) as refusal:
        told(desk, record, "Ada")
    assert refusal.value.opens_at == utc("2020-08-21T09:00")
    assert states(desk, record) == {}
    assert taken(desk, record) == 0


def test_a_full_event_without_a_waiting_list_refuses_and_writes_nothing(desk: Desk) -> None:
    record = opened(desk, waiting_list=False)
    register(desk, record, "Ada", "Bo")
    with pytest.raises(EventFull):
        told(desk, record, "Cia")
    assert set(states(desk, record)) == {"Ada", "Bo"}


def test_nobody_registers_for_a_cancelled_event(desk: Desk) -> None:
    record = opened(desk, cancelled=True)
    with pytest.raises(EventCancelled):
        told(desk, record, "Ada")


@pytest.mark.parametrize(
    ("admission", "field"),
    [
        ({"organisation_kinds": ["agency"]}, "organisation_kind"),
        ({"mail_domains": ["vaasa.fi"]}, "email"),
        ({"languages": ["fi"]}, "language"),
    ],
)
def test_the_audience_is_checked_and_told_by_what(desk: Desk, admission: dict[str, Any], field: str) -> None:
    record = opened(desk, admission=admission)
    with pytest.raises(WrongAudience) as refusal:
        told(desk, record, "Ada")
    assert refusal.value.field == field


def test_a_seat_without_a_registration_is_released_by_the_sweep_after_the_grace(desk: Desk) -> None:
    record = opened(desk, seats=1)
    assert desk.seats.claim(record.event, Mode.ONLINE, "orphan.1", NOW) == 0
    assert told(desk, record, "Bo").state is WAITING
    seating.audit(desk, record, NOW + seating.GRACE - timedelta(seconds=1))
    assert states(desk, record) == {"Bo": WAITING}
    seating.audit(desk, record, NOW + seating.GRACE)
    assert states(desk, record) == {"Bo": CONFIRMED}


def test_a_promotion_broken_off_after_the_claim_is_finished_by_the_sweep(desk: Desk) -> None:
    record = opened(desk, seats=1)
    _ada, bo = register(desk, record, "Ada", "Bo")
    broken_off_cancellation(desk, record, "Ada")
    assert desk.seats.claim_for_waiting(record.event.id, Mode.ONLINE, bo.holder, NOW) == 0
    seating.audit(desk, record, NOW + timedelta(hours=1))
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": CONFIRMED}


def test_an_offer_is_accepted_in_time_or_goes_to_the_next(desk: Desk) -> None:
    record = opened(desk, seats=1, offer="PT1H")
    ada, *_ = register(desk, record, "Ada", "Bo", "Cia")
    managing.cancel(desk, record, ada, NOW)
    dispatching.tick(desk, NOW + timedelta(minutes=59))
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": OFFERED, "Cia": WAITING}
    dispatching.tick(desk, NOW + timedelta(minutes=60))
    people = by_name(desk, record.event.id)
    assert {name: each.state for name, each in people.items()} == {
        "Ada": CANCELLED, "Bo": CANCELLED, "Cia": OFFERED,
    }  # fmt: skip
    assert people["Bo"].cancelled_at == NOW + timedelta(minutes=60)
    assert managing.confirm(desk, people["Cia"], NOW + timedelta(minutes=61)).state is CONFIRMED


def test_a_seat_is_held_until_the_address_is_confirmed(desk: Desk) -> None:
    record = opened(desk, seats=1, offer="PT1H", address_confirmation="PT2H")
    assert told(desk, record, "Ada") == Answer(UNCONFIRMED, until=NOW + timedelta(hours=2))
    assert told(desk, record, "Bo") == Answer(WAITING, 1)
    for minutes in (1, 120):
        dispatching.tick(desk, NOW + timedelta(minutes=minutes))
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": OFFERED}


def test_nobody_is_promoted_after_the_start(desk: Desk) -> None:
    record = opened(desk, seats=1)
    ada, _bo = register(desk, record, "Ada", "Bo")
    managing.cancel(desk, record, ada, record.event.starts_at)
    assert states(desk, record) == {"Ada": CANCELLED, "Bo": WAITING}


def test_lowering_the_seats_throws_nobody_out_and_admits_nobody(desk: Desk) -> None:
    record = opened(desk, seats=100)
    register(desk, record, "Ada", "Bo", "Cia")
    record = opened(desk, seats=1)
    assert told(desk, record, "Dan").state is WAITING
    assert taken(desk, record) == 3
    assert "3 seats are taken, 2 more than the 1" in editing.notices(desk, record.event)[0]


def test_those_beyond_the_size_of_a_smaller_event_count_in_whatever_block_they_sit(desk: Desk) -> None:
    record = opened(desk, seats=100)
    in_second_block = [f"h{n}.1" for n in range(40) if probe_order(f"h{n}.1", 2)[0] == 1][:3]
    for holder in in_second_block:
        assert desk.seats.claim(record.event, Mode.ONLINE, holder, NOW) == 1
    record = opened(desk, seats=1)
    assert desk.seats.claim(record.event, Mode.ONLINE, "newcomer.1", NOW) is NoSeat.FULL
    for holder in in_second_block:
        desk.seats.release(record.event.id, Mode.ONLINE, 1, holder, NOW)
    seating.audit(desk, record, NOW + timedelta(hours=1))
    assert desk.seats.claim(record.event, Mode.ONLINE, "newcomer.1", NOW) == 0
    assert desk.seats.claim(record.event, Mode.ONLINE, "late.1", NOW) is NoSeat.FULL


def test_an_arrangement_that_was_overtaken_changes_nothing(desk: Desk) -> None:
    record = opened(desk, seats=10)
    turn = desk.seats.take_turn(record.event.id)
    opened(desk, seats=3)
    desk.seats.arrange(record.event, turn, NOW)
    assert [block.seats for block in desk.seats.blocks(record.event.id, Mode.ONLINE)] == [3]


@dataclass(frozen=True)
class JoinedMeanwhile(TableSeats):
    """While blocks are made somebody joins the line, and one who saw nobody in it opens the blocks."""

    def _make(self, event: Event, turn: int, mode: Mode, numbers: range, now: datetime) -> None:
        self.close_to_newcomers(event.id, mode)
        super()._make(event, turn, mode, numbers, now)
        self.open_to_newcomers(event.id, mode, Line(joined=0, closed=False))


def test_a_block_that_is_made_while_somebody_joins_the_line_is_closed_to_newcomers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "BLOCK_SEATS", 2)
    record = opened(desk, seats=2)
    assert isinstance(desk.seats, TableSeats)
    seats = JoinedMeanwhile(desk.seats.table)
    larger = record.event.model_copy(update={"seats": 4})
    seats.arrange(larger, seats.take_turn(record.event.id), NOW)
    assert [(block.seats, block.queue) for block in seats.blocks(record.event.id, Mode.ONLINE)] == [
        (2, 1), (2, 1),
    ]  # fmt: skip


def test_a_limit_that_comes_later_counts_those_who_are_registered_and_throws_nobody_out(desk: Desk) -> None:
    record = opened(desk, seats=10)
    register(desk, record, "Ada", "Bo", "Cia")
    record = opened(desk, seats=10, seats_per_organisation=2)
    with pytest.raises(OrganisationFull):
        told(desk, record, "Dan")
    people = by_name(desk, record.event.id)
    assert set(states(desk, record)) == {"Ada", "Bo", "Cia"}
    managing.cancel(desk, record, people["Ada"], NOW)
    with pytest.raises(OrganisationFull):
        told(desk, record, "Dan")
    managing.cancel(desk, record, people["Bo"], NOW)
    assert told(desk, record, "Dan").state is CONFIRMED


def test_an_apply_that_was_broken_off_is_finished_by_the_sweep(desk: Desk) -> None:
    record = opened(desk, seats=1)
    register(desk, record, "Ada", "Bo")
    seating.audit(desk, record, NOW + timedelta(hours=1))
    record = stored(desk, record.event.model_copy(update={"seats": 2}), NOW)
    seating.audit(desk, record, NOW + timedelta(hours=2))
    assert states(desk, record) == {"Ada": CONFIRMED, "Bo": CONFIRMED}


def test_every_seat_of_an_event_of_several_blocks_can_be_taken_and_no_more(desk: Desk) -> None:
    record = opened(desk, seats=130, waiting_list=False)
    register(desk, record, *(f"P{number}" for number in range(130)))
    with pytest.raises(EventFull):
        told(desk, record, "Late")
    assert taken(desk, record) == 130
    assert not breaches(desk, record.event.id, NOW)


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
    managing.cancel(desk, record, ada, sent_at)
    dispatching.tick(desk, sent_at + timedelta(minutes=1))
    cia = registering.registration_id(record, "cia@example.org")
    hers = {mail.kind for mail in desk.mails.of_event("seminarium") if cia in mail.recipient}
    assert hers == {MailKind.WAITING, MailKind.PROMOTED, MailKind.JOIN_LINK}


def kinds(desk: Desk, event: Event) -> list[str]:
    return sorted(mail.kind.value for mail in desk.mails.of_event(event.id))
