"""Which mails still make sense at the instant at which they would be sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.mails import (
    NOW,
    STARTS,
    TO_PARTICIPANTS,
    UNTIL,
    a_mail,
    a_record,
    a_registration,
    every_kind,
    in_the_state_for,
    the_event,
    the_event_for,
)

from kallelse.models import REPEATED, Event, MailKind, Mode, Registration, RegistrationState
from kallelse.relevance import STATES, UNTIL_END, makes_sense

WRITTEN = {MailKind.SUMMARY, MailKind.MESSAGE}
"""Kinds whose version counts what organisers wrote, and not registrations."""


def sense(kind: MailKind, registration: Registration, event: Event, **changes: Any) -> bool:
    at = changes.pop("at", NOW)
    return makes_sense(a_mail(kind, registration, **changes), a_record(event), registration, at)


@every_kind
def test_a_mail_makes_sense_only_in_the_states_it_is_about(kind: MailKind) -> None:
    event = the_event_for(kind)
    states = {state for state in RegistrationState if sense(kind, a_registration(state=state), event)}
    assert states == STATES[kind]


@pytest.mark.parametrize("kind", sorted(set(TO_PARTICIPANTS) - REPEATED - WRITTEN), ids=str)
def test_a_mail_about_an_earlier_registration_of_the_address_is_not_sent(kind: MailKind) -> None:
    assert not sense(kind, in_the_state_for(kind), the_event_for(kind), version=1)


@pytest.mark.parametrize("kind", sorted(REPEATED), ids=str)
def test_another_change_does_not_swallow_what_the_owner_was_to_be_told(kind: MailKind) -> None:
    registration = in_the_state_for(kind)
    assert sense(kind, registration, the_event(), version=registration.revision - 1)
    assert not sense(kind, registration, the_event(), version=registration.revision + 1)


@pytest.mark.parametrize("kind", [MailKind.PROMOTED, MailKind.OFFERED, MailKind.WAITING], ids=str)
def test_an_offer_that_could_not_be_sent_before_the_start_is_not_sent(kind: MailKind) -> None:
    registration = in_the_state_for(kind, held_until=None)
    assert sense(kind, registration, the_event(), at=STARTS - timedelta(seconds=1))
    assert not sense(kind, registration, the_event(), at=STARTS)
    # The event was moved to an earlier day after the offer was made.
    moved = the_event(starts="2020-09-01T13:00", ends="2020-09-01T15:00", last_day_to_register="2020-08-31")
    assert not sense(kind, registration, moved)


@pytest.mark.parametrize("kind", [MailKind.CONFIRM_ADDRESS, MailKind.OFFERED], ids=str)
def test_nobody_is_asked_for_what_is_too_late(kind: MailKind) -> None:
    registration = in_the_state_for(kind)
    assert sense(kind, registration, the_event(), at=UNTIL - timedelta(seconds=1))
    assert not sense(kind, registration, the_event(), at=UNTIL)


@pytest.mark.parametrize("kind", sorted(UNTIL_END - {MailKind.CONFIRM_ADDRESS, MailKind.REMINDER}), ids=str)
def test_no_mail_about_a_seat_goes_out_after_the_end(kind: MailKind) -> None:
    event = the_event_for(kind)
    assert sense(kind, in_the_state_for(kind), event, at=event.ends_at - timedelta(seconds=1))
    assert not sense(kind, in_the_state_for(kind), event, at=event.ends_at)


def test_a_reminder_is_not_sent_once_the_next_mail_about_the_event_is_due() -> None:
    kind = MailKind.REMINDER
    link_at = the_event().join_link_at
    assert sense(kind, in_the_state_for(kind), the_event(), at=link_at - timedelta(seconds=1))
    assert not sense(kind, in_the_state_for(kind), the_event(), at=link_at)


def test_a_mail_about_an_outdated_change_of_the_event_is_not_sent() -> None:
    kind, registration = MailKind.EVENT_CHANGED, a_registration()
    record = a_record(the_event())
    assert makes_sense(a_mail(kind, registration), record, registration, NOW)
    again = record.changed_to(the_event(starts="2020-09-16T14:00"), NOW)
    assert not makes_sense(a_mail(kind, registration), again, registration, NOW)


def test_nobody_is_told_of_a_cancellation_that_was_taken_back() -> None:
    kind, registration = MailKind.EVENT_CANCELLED, a_registration()
    record = a_record(the_event_for(kind))
    assert makes_sense(a_mail(kind, registration), record, registration, NOW)
    assert not makes_sense(a_mail(kind, registration), record.changed_to(the_event(), NOW), registration, NOW)


def test_thanks_are_sent_until_a_day_after_their_time_and_only_while_the_event_gives_any() -> None:
    kind, registration, thanks_at = MailKind.THANKS, a_registration(), the_event().thanks_at
    assert thanks_at
    late = thanks_at + timedelta(days=1)
    assert sense(kind, registration, the_event(), at=late - timedelta(seconds=1))
    assert not sense(kind, registration, the_event(), at=late)
    assert not sense(kind, registration, the_event(thanks=None))


@every_kind
def test_a_cancelled_event_sends_only_farewells_and_what_the_organisers_write(kind: MailKind) -> None:
    expected = kind in (MailKind.CANCELLED, MailKind.LAPSED, MailKind.EVENT_CANCELLED, MailKind.MESSAGE)
    assert sense(kind, in_the_state_for(kind), the_event(cancelled=True)) == expected


def test_those_who_come_on_site_get_no_join_link() -> None:
    event = the_event(seats=None, modes={"online": {"seats": 5}, "on-site": {"seats": 5}})
    assert not sense(MailKind.JOIN_LINK, a_registration(mode=Mode.ON_SITE), event)
