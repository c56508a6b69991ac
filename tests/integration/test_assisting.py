"""What organisers do for participants, on the real adapter: by hand, but by the same seats and lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.desks import Desks
from tests.people import by_hand, found, registered, settled, states
from tests.tours import alive, toured
from tests.visiting import DIET, NOW, everything, opened

from kallelse import assisting, managing, registering
from kallelse.errors import (
    AlreadyChanged,
    EventCancelled,
    EventFull,
    InvalidInput,
    KallelseError,
    OrganisationFull,
    RegisteredAlready,
    RegistrationClosed,
)
from kallelse.models import (
    ByHand,
    EventRecord,
    MailKind,
    Mode,
    Participant,
    Registration,
    RegistrationState,
)
from kallelse.organisations import load
from kallelse.ports import Desk
from kallelse.seating import cancelled

UNCONFIRMED, CONFIRMED, WAITING, OFFERED, CANCELLED = RegistrationState
LANGUAGES = ["en", "fi", "sv"]
ORGANISATIONS = load(ROOT / "templates")
CLOSED = NOW + timedelta(days=25)
"""After the last day to register, and before the start."""


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
    by_hand(desk, record, "Cia", now=CLOSED)
    assert states(desk) == {"Ada": "cancelled", "Bo": "confirmed", "Cia": "waiting"}
    assert settled(desk, record, CLOSED) == []


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
