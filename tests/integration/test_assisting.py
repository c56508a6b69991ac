"""What organisers do for participants, on the real adapter: by hand, but by the same seats and lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import ROOT, a_participant
from tests.desks import Desks
from tests.guarantees import breaches, by_name
from tests.people import TWO_MODES, found, registered, states
from tests.tours import alive, at, changed_stop, toured
from tests.visiting import DIET, NOW, everything, opened

from kallelse import assisting, dispatching, managing, registering
from kallelse.errors import (
    AlreadyChanged,
    EventCancelled,
    EventFull,
    InvalidInput,
    KallelseError,
    NotFound,
    OrganisationFull,
    Refused,
    RegisteredAlready,
    RegistrationClosed,
)
from kallelse.feedback import undeliverable
from kallelse.models import (
    ByHand,
    EventRecord,
    Mail,
    MailKind,
    MailState,
    Mode,
    Participant,
    Registration,
    RegistrationState,
)
from kallelse.organisations import load
from kallelse.ports import Desk
from kallelse.registering import Submission
from kallelse.seating import GRACE, cancelled

UNCONFIRMED, CONFIRMED, WAITING, OFFERED, CANCELLED = RegistrationState
LANGUAGES = ["en", "fi", "sv"]
ORGANISATIONS = load(ROOT / "templates")
CLOSED = NOW + timedelta(days=25)
"""After the last day to register, and before the start."""


def by_hand(
    desk: Desk, record: EventRecord, name: str, mode: Mode = Mode.ONLINE, now: datetime = NOW, **told: Any
) -> Registration:
    """Registered by an organiser."""
    participant = Participant.model_validate(a_participant(name).model_dump() | told)
    return assisting.register(desk, record, Submission(participant, mode), now)


def settled(desk: Desk, record: EventRecord, now: datetime = NOW) -> list[str]:
    """What does not hold of seats and lines, once the sweep has been there."""
    later = now + 2 * GRACE
    dispatching.tick(desk, later)
    return breaches(desk, record.event.id, later)


@pytest.mark.parametrize(
    "changes",
    [
        {"registration_opens": "2020-09-01T12:00"},
        {"last_day_to_register": "2020-08-01"},
        {"address_confirmation": "PT1H", "offer": "PT1H"},
        {"admission": {"mail_domains": ["example.com"], "organisation_kinds": ["agency"]}},
    ],
    ids=["not open yet", "closed", "addresses to confirm", "meant for others"],
)
def test_what_keeps_others_out_does_not_bind_an_organiser(desk: Desk, changes: dict[str, Any]) -> None:
    record = opened(desk, **changes)
    ada = by_hand(desk, record, "Ada")
    assert (ada.state, ada.confirmed_at, ada.outbox) == (CONFIRMED, NOW, (MailKind.CONFIRMED,))
    assert settled(desk, record) == []


def test_one_who_comes_after_the_start_is_seated_until_the_end(desk: Desk) -> None:
    record = opened(desk, seats=1)
    assert by_hand(desk, record, "Ada", now=record.event.starts_at).state is CONFIRMED
    with pytest.raises(EventFull):
        by_hand(desk, record, "Bo", now=record.event.starts_at)
    with pytest.raises(RegistrationClosed, match="the event is over"):
        by_hand(desk, record, "Cia", now=record.event.ends_at)
    assert states(desk) == {"Ada": "confirmed"}


def test_after_the_start_nobody_waits_any_more_for_a_seat_that_is_free(desk: Desk) -> None:
    record = opened(desk, seats=1)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo")
    managing.cancel(desk, record, ada, record.event.starts_at)
    assert by_hand(desk, record, "Cia", now=record.event.starts_at).state is CONFIRMED


def test_when_all_seats_are_taken_one_waits_as_others_do(desk: Desk) -> None:
    record = opened(desk, seats=1, address_confirmation="PT1H", offer="PT1H")
    by_hand(desk, record, "Ada")
    bo = by_hand(desk, record, "Bo", now=CLOSED)
    assert (bo.state, bo.outbox) == (WAITING, (MailKind.WAITING,))
    assert desk.registrations.place_in_line(bo) == 1
    assert settled(desk, record, CLOSED) == []


def test_nobody_in_line_is_passed_over_for_a_seat_that_has_just_become_free(desk: Desk) -> None:
    record = opened(desk, seats=1)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo")
    left = cancelled(ada, NOW, MailKind.CANCELLED)
    assert desk.registrations.store((ada, left))
    desk.seats.release(record.event.id, Mode.ONLINE, ada.block or 0, ada.holder, NOW)
    by_hand(desk, record, "Cia")
    assert states(desk) == {"Ada": "cancelled", "Bo": "confirmed", "Cia": "waiting"}
    assert settled(desk, record) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"seats": 1, "waiting_list": False}, EventFull),
        ({"seats_per_organisation": 1}, OrganisationFull),
        ({"cancelled": True}, EventCancelled),
    ],
)
def test_a_refusal_changes_nothing(desk: Desk, changes: dict[str, Any], error: type[KallelseError]) -> None:
    record = opened(desk, **changes | {"cancelled": False})
    registered(desk, record, "Ada")
    record = opened(desk, **changes)
    before = everything()
    with pytest.raises(error):
        by_hand(desk, record, "Bo")
    assert everything() == before


def test_the_same_address_again_is_told_where_it_stands_and_changes_nothing(desk: Desk) -> None:
    record = opened(desk)
    ada = by_hand(desk, record, "Ada")
    before = everything()
    with pytest.raises(RegisteredAlready) as refusal:
        by_hand(desk, record, "Ada", email="ADA@example.org")
    assert str(refusal.value) == f"the address is registered already: at seminarium, as {ada.id}, confirmed"
    assert everything() == before


def test_one_who_cancelled_is_registered_anew(desk: Desk) -> None:
    record = opened(desk)
    managing.cancel(desk, record, registered(desk, record, "Ada"), NOW)
    ada = by_hand(desk, record, "Ada")
    assert (ada.state, ada.serial, ada.cancelled_at) == (CONFIRMED, 2, None)


def test_the_form_that_was_faster_keeps_what_it_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    record = opened(desk)
    check = registering.check_organisation

    def meanwhile(*arguments: Any) -> None:
        monkeypatch.setattr(registering, "check_organisation", check)
        registered(desk, record, "Ada", role="Planerare")

    monkeypatch.setattr(registering, "check_organisation", meanwhile)
    with pytest.raises(RegisteredAlready):
        by_hand(desk, record, "Ada")
    assert found(desk, record, "ada@example.org").participant.role == "Planerare"
    assert settled(desk, record) == []


def test_the_participant_gets_the_mail_that_others_get(desk: Desk) -> None:
    desks = Desks(desk)
    by_hand(desk, desks.apply(), "Ada")
    desks.tick(NOW)
    assert desks.of(MailKind.CONFIRMED) == [(NOW, "ada")]
    assert "Du är anmäld" in desks.texts[-1]


def test_one_stop_of_a_tour_binds_also_those_registered_by_hand(desk: Desk) -> None:
    stops = toured(desk)
    vasa = by_hand(desk, stops["vasa"], "Ada")
    with pytest.raises(RegisteredAlready, match=f"at vasa, as {vasa.id}, confirmed"):
        by_hand(desk, stops["abo"], "Ada")
    assert alive(desk, stops) == ["vasa"]


def told(**participant: Any) -> ByHand:
    return ByHand.model_validate({"participant": participant})


def test_what_an_organiser_tells_is_read_as_the_form_is(desk: Desk) -> None:
    lunch = {"id": "lunch", "kind": "yes-no", "label": {"sv": "Lunch"}}
    event = opened(desk, form={"fields": {"organisation": "optional"}, "questions": [lunch, DIET]}).event
    answers = {"lunch": ["yes"], "diet": ["vegetarian"]}
    words = told(
        name=" Ada ", email="ada@example.org", organisation="Vasa stad", language="fi", answers=answers
    )
    submission = assisting.read(event, words, LANGUAGES, ORGANISATIONS)
    assert submission.mode is Mode.ONLINE
    assert submission.participant == Participant(
        name="Ada", email="ada@example.org", organisation="Vasa stad", organisation_code="905", language="fi",
        answers={"lunch": ("yes",), "diet": ("vegetarian",)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("participant", "problem"),
    [
        ({"name": ""}, "participant.name: missing"),
        ({"email": "ada"}, "participant.email: not an email address"),
        ({"language": "de"}, "participant.language: choose one of: en, fi, sv"),
        ({"answers": {"lunch": ["maybe"]}}, "participant.answers.lunch: choose one of: yes, no"),
        ({"role": "Planerare"}, "participant.role: the form asks for: participant.name, participant.email"),
        ({"answers": {"tea": ["yes"]}}, "participant.answers.tea: the form asks for: "),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_by_the_names_that_the_organiser_uses(
    desk: Desk, participant: dict[str, Any], problem: str
) -> None:
    lunch = {"id": "lunch", "kind": "yes-no", "label": {"sv": "Lunch"}}
    event = opened(desk, form={"fields": {}, "questions": [lunch]}).event
    words = told(**{"name": "Ada", "email": "ada@example.org"} | participant)
    with pytest.raises(InvalidInput) as refusal:
        assisting.read(event, words, LANGUAGES, ORGANISATIONS)
    assert str(refusal.value).startswith(problem)


def edited(
    desk: Desk, record: EventRecord, seen: Registration, now: datetime = NOW, **told: Any
) -> Registration:
    words = ByHand.model_validate(told)
    wanted = assisting.read(record.event, words, LANGUAGES, ORGANISATIONS, seen)
    return assisting.edit(desk, record, seen, wanted, now)


def test_only_what_is_told_is_edited_also_after_registration_closed(desk: Desk) -> None:
    form = {"fields": {"organisation": "optional", "role": "optional"}}
    record = opened(desk, form=form)
    ada = registered(desk, record, "Ada", role="Planerare", language="fi")
    after = edited(desk, record, ada, CLOSED, participant={"name": "Ada Öberg", "role": None})
    assert (after.participant.name, after.participant.role) == ("Ada Öberg", None)
    assert (after.participant.language, after.participant.organisation) == ("fi", "Vasa")
    assert after.outbox == (MailKind.CONFIRMED, MailKind.CHANGED)


def test_an_edit_done_once_more_changes_nothing(desk: Desk) -> None:
    record = opened(desk)
    ada = edited(desk, record, registered(desk, record, "Ada"), participant={"name": "Ada Öberg"})
    assert edited(desk, record, ada, participant={"name": "Ada Öberg"}) == ada


def test_an_address_stays(desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada", organisation="Laget")
    with pytest.raises(InvalidInput, match=r"participant\.email: an address stays; register the other one"):
        edited(desk, record, ada, participant={"email": "bo@example.org"})
    assert edited(desk, record, ada, participant={"email": "ada@example.org"}) == ada


def test_an_edit_of_what_has_changed_since_it_was_read_is_refused(desk: Desk) -> None:
    record = opened(desk)
    seen = registered(desk, record, "Ada")
    edited(desk, record, seen, participant={"name": "Ada Öberg"})
    with pytest.raises(AlreadyChanged):
        edited(desk, record, seen, participant={"name": "Ada Ek"})
    with pytest.raises(AlreadyChanged):
        assisting.cancel(desk, record, seen, NOW)
    assert states(desk) == {"Ada Öberg": "confirmed"}


def test_an_organiser_edits_until_the_end_within_the_limit_of_an_organisation(desk: Desk) -> None:
    record = opened(desk, seats_per_organisation=1)
    registered(desk, record, "Ada", organisation="Laget")
    bo = registered(desk, record, "Bo", organisation="Kören")
    with pytest.raises(OrganisationFull):
        edited(desk, record, bo, participant={"organisation": "laget"})
    with pytest.raises(RegistrationClosed):
        edited(desk, record, bo, record.event.ends_at, participant={"name": "Bo Ek"})
    last = record.event.ends_at - timedelta(minutes=1)
    assert edited(desk, record, bo, last, participant={"name": "Bo Ek"}).participant.name == "Bo Ek"


def test_cancelling_tells_the_participant_and_seats_the_first_in_line(desk: Desk) -> None:
    record = opened(desk, seats=1)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo")
    left = assisting.cancel(desk, record, ada, CLOSED)
    assert (left.state, left.cancelled_at, left.outbox) == (CANCELLED, CLOSED, (MailKind.CANCELLED,))
    assert assisting.cancel(desk, record, left, CLOSED) == left
    assert states(desk) == {"Ada": "cancelled", "Bo": "confirmed"}


def test_a_move_to_another_mode_takes_the_seat_there_and_gives_the_one_here_to_the_line(desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    ada, _ = (registered(desk, record, name) for name in ("Ada", "Bo"))
    registered(desk, record, "Cia")
    moved = assisting.move(desk, record, ada, Mode.ON_SITE, CLOSED)
    assert (moved.mode, moved.state) == (Mode.ON_SITE, CONFIRMED)
    assert assisting.move(desk, record, moved, Mode.ON_SITE, CLOSED) == moved
    assert states(desk) == {"Ada": "confirmed", "Bo": "confirmed", "Cia": "confirmed"}
    assert settled(desk, record, CLOSED) == []


def test_who_finds_no_seat_in_the_other_mode_keeps_the_one_that_there_is(desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo", Mode.ON_SITE)
    with pytest.raises(EventFull):
        assisting.move(desk, record, ada, Mode.ON_SITE, NOW)
    assert found(desk, record, "ada@example.org") == ada
    assert settled(desk, record) == []


def test_one_who_waits_may_wait_in_the_other_line(desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    for name in ("Ada", "Bo"):
        registered(desk, record, name)
    registered(desk, record, "Cia", Mode.ON_SITE)
    dan, eva = (registered(desk, record, name) for name in ("Dan", "Eva"))
    moved = assisting.move(desk, record, dan, Mode.ON_SITE, CLOSED)
    assert (moved.state, desk.registrations.place_in_line(moved)) == (WAITING, 1)
    assert desk.registrations.place_in_line(eva) == 1
    assert settled(desk, record, CLOSED) == []


def test_a_mode_that_the_event_does_not_have_is_refused(desk: Desk) -> None:
    record = opened(desk)
    with pytest.raises(InvalidInput, match="mode: choose one of: online"):
        assisting.move(desk, record, registered(desk, record, "Ada"), Mode.ON_SITE, NOW)


def to_stop(
    desk: Desk, stops: dict[str, EventRecord], seen: Registration, stop: str, now: datetime = NOW
) -> Registration:
    """Moved online from where one is to another stop."""
    return assisting.move_to_stop(desk, stops[seen.event_id], seen, stops[stop], Mode.ONLINE, now)


def test_a_move_to_another_stop_takes_the_seat_there_and_gives_the_one_here_to_the_line(desk: Desk) -> None:
    stops = toured(desk, {"seats": 1})
    ada = registered(desk, stops["vasa"], "Ada", language="fi")
    registered(desk, stops["vasa"], "Bo")
    there = to_stop(desk, stops, ada, "abo", CLOSED)
    assert (there.event_id, there.state, there.participant) == ("abo", CONFIRMED, ada.participant)
    assert there.outbox == (MailKind.CONFIRMED,)
    left = at(desk, stops["vasa"], "Ada")
    assert (left.state, left.outbox) == (CANCELLED, (MailKind.CANCELLED,))
    assert at(desk, stops["vasa"], "Bo").state is CONFIRMED
    for stop in stops.values():
        assert settled(desk, stop, CLOSED) == []


def test_a_move_to_a_stop_done_once_more_ends_the_same(desk: Desk) -> None:
    stops = toured(desk)
    ada = registered(desk, stops["vasa"], "Ada")
    there = to_stop(desk, stops, ada, "abo")
    with pytest.raises(RegisteredAlready, match=f"at abo, as {there.id}, confirmed"):
        to_stop(desk, stops, ada, "abo")
    assert to_stop(desk, stops, at(desk, stops["vasa"], "Ada"), "abo") == there
    assert alive(desk, stops) == ["abo"]


def test_one_may_be_moved_back_at_once(desk: Desk) -> None:
    stops = toured(desk)
    there = to_stop(desk, stops, registered(desk, stops["vasa"], "Ada"), "abo")
    back = to_stop(desk, stops, there, "vasa")
    assert (back.state, back.serial) == (CONFIRMED, 2)
    assert alive(desk, stops) == ["vasa"]


def test_a_full_stop_takes_nobody_who_has_a_seat_elsewhere(desk: Desk) -> None:
    stops = toured(desk, {"seats": 1})
    ada = registered(desk, stops["vasa"], "Ada")
    registered(desk, stops["abo"], "Bo")
    with pytest.raises(EventFull, match="the place at this one is kept"):
        to_stop(desk, stops, ada, "abo")
    assert at(desk, stops["vasa"], "Ada") == ada
    for stop in stops.values():
        assert settled(desk, stop) == []


def test_one_who_waits_is_seated_at_a_stop_with_seats_and_else_waits_at_the_end(desk: Desk) -> None:
    stops = toured(desk, {"seats": 1})
    for event_id, names in {"vasa": ("Ada", "Bo", "Cia"), "abo": ("Dan", "Eva")}.items():
        for name in names:
            registered(desk, stops[event_id], name)
    assert to_stop(desk, stops, at(desk, stops["vasa"], "Bo"), "seminarium").state is CONFIRMED
    cia = to_stop(desk, stops, at(desk, stops["vasa"], "Cia"), "abo", NOW + timedelta(hours=1))
    assert (cia.state, desk.registrations.place_in_line(cia)) == (WAITING, 2)
    for stop in stops.values():
        assert settled(desk, stop, NOW + timedelta(hours=1)) == []


def test_a_person_who_moves_can_register_at_no_third_stop_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = toured(desk)
    ada = registered(desk, stops["vasa"], "Ada")
    check = registering.check_organisation

    def meanwhile(*arguments: Any) -> None:
        monkeypatch.setattr(registering, "check_organisation", check)
        to_stop(desk, stops, ada, "abo")

    monkeypatch.setattr(registering, "check_organisation", meanwhile)
    with pytest.raises(AlreadyChanged):
        to_stop(desk, stops, ada, "seminarium")
    assert alive(desk, stops) == ["abo"]
    for stop in stops.values():
        assert settled(desk, stop) == []


def test_only_stops_of_the_same_tour_are_moved_to(desk: Desk) -> None:
    stops = toured(desk)
    other = changed_stop(desk, "vasa", tour=None)
    ada = registered(desk, stops["abo"], "Ada")
    alone = desk.events.get(other.id)
    with pytest.raises(InvalidInput, match="event: choose one of: vasa, seminarium"):
        assisting.move_to_stop(desk, stops["abo"], ada, stops["abo"], Mode.ONLINE, NOW)
    with pytest.raises(InvalidInput, match="event: the event is no stop of a tour"):
        assisting.move_to_stop(desk, alone, ada, stops["abo"], Mode.ONLINE, NOW)


def test_nobody_is_moved_to_a_stop_that_does_not_take_place(desk: Desk) -> None:
    stops = toured(desk)
    ada = registered(desk, stops["vasa"], "Ada")
    changed_stop(desk, "abo", cancelled=True)
    stops["abo"] = desk.events.get("abo")
    with pytest.raises(EventCancelled):
        to_stop(desk, stops, ada, "abo")
    assert at(desk, stops["vasa"], "Ada") == ada


def a_mail(desk: Desk, seen: Registration, state: MailState, kind: MailKind = MailKind.CONFIRMED) -> Mail:
    """A mail to the participant that was sent twice."""
    mail = Mail(
        event_id=seen.event_id, kind=kind, recipient=seen.mailbox, version=1,
        state=state, attempt=2, created_at=NOW,
    )  # fmt: skip
    assert desk.mails.create(mail)
    return mail


@pytest.mark.parametrize("state", ["accepted", "unknown", "delivered", "bounced", "failed"])
def test_a_mail_at_rest_is_sent_again_under_the_next_number_of_its_fence(desk: Desk, state: str) -> None:
    desks = Desks(desk)
    record = desks.apply()
    mail = a_mail(desk, by_hand(desk, record, "Ada"), MailState(state))
    again = assisting.resend(desk, record, mail.id, NOW)
    assert (again.state, again.attempt, again.due_at, again.stuck) == (MailState.PENDING, 2, NOW, False)
    desks.mail()
    after = desk.mails.get(mail.id)
    assert after
    assert (after.state, after.attempt) == (MailState.ACCEPTED, 3)
    assert desks.of(MailKind.CONFIRMED) == [(NOW, "ada")]


@pytest.mark.parametrize("state", ["pending", "sending", "complained", "suppressed"])
def test_a_mail_that_is_on_its_way_or_not_wanted_is_not_sent_again(desk: Desk, state: str) -> None:
    record = opened(desk)
    mail = a_mail(desk, by_hand(desk, record, "Ada"), MailState(state))
    with pytest.raises(Refused, match=f"the mail is {state}"):
        assisting.resend(desk, record, mail.id, NOW)
    assert desk.mails.get(mail.id) == mail


def test_a_mail_that_lost_its_sense_or_cannot_arrive_is_not_sent_again(desk: Desk) -> None:
    record = opened(desk)
    ada, bo = (by_hand(desk, record, name) for name in ("Ada", "Bo"))
    waits = a_mail(desk, ada, MailState.DELIVERED, MailKind.WAITING)
    with pytest.raises(Refused, match="says what is not so any more"):
        assisting.resend(desk, record, waits.id, NOW)
    bounced = a_mail(desk, bo, MailState.BOUNCED)
    desk.mails.suppress("bo@example.org", MailState.BOUNCED, NOW)
    with pytest.raises(Refused, match="the address takes no mail"):
        assisting.resend(desk, record, bounced.id, NOW)
    assert undeliverable(desk, "seminarium") == {bo.mailbox: MailState.BOUNCED}


def test_a_mail_of_another_event_or_to_nobody_registered_is_not_found(desk: Desk) -> None:
    record = opened(desk)
    mail = a_mail(desk, by_hand(desk, record, "Ada"), MailState.DELIVERED)
    other = opened(desk, id="annat")
    for event, mail_id in ((other, mail.id), (record, "seminarium_bounces_o-0_1"), (record, "x")):
        with pytest.raises(NotFound):
            assisting.resend(desk, event, mail_id, NOW)


def test_two_who_have_a_mail_sent_again_send_one(desk: Desk) -> None:
    record = opened(desk)
    mail = a_mail(desk, by_hand(desk, record, "Ada"), MailState.DELIVERED)
    assisting.resend(desk, record, mail.id, NOW)
    with pytest.raises(Refused, match="the mail is pending"):
        assisting.resend(desk, record, mail.id, NOW)
    assert by_name(desk, "seminarium")["Ada"].state is CONFIRMED
