"""One person at one stop of a tour: whoever asks is told nothing, the owner of the address is told all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import a_participant, utc
from tests.desks import Desks
from tests.fakes import fake_desk
from tests.people import registered
from tests.tours import alive, at, changed_stop, toured
from tests.visiting import MINUTE, NOW, everything, opened

from kallelse import claiming, erasing, managing
from kallelse.errors import AlreadyChanged, ColleagueRefused, EventFull
from kallelse.models import EventRecord, MailKind, Mode, Registration, RegistrationState
from kallelse.ports import Desk
from kallelse.registering import Answer, Submission, register
from kallelse.seating import GRACE, audit

LATER = NOW + 2 * GRACE
ELSEWHERE = MailKind.REGISTERED_ELSEWHERE


def ask(desk: Desk, record: EventRecord, name: str, at: datetime = NOW) -> Answer:
    return register(desk, record, Submission(a_participant(name), Mode.ONLINE), at)


@pytest.fixture(params=["fakes", "table"])
def any_desk(request: pytest.FixtureRequest) -> Desk:
    """The desk in dictionaries, and the one in a table."""
    if request.param == "fakes":
        return fake_desk()
    kept: Desk = request.getfixturevalue("desk")
    return kept


@pytest.mark.parametrize("seats", [2, 1])
def test_one_who_is_registered_at_a_stop_is_told_the_same_as_a_newcomer_at_another(
    any_desk: Desk, seats: int
) -> None:
    stops = toured(any_desk, {"seats": seats, "address_confirmation": "PT1H", "offer": "P1D"})
    registered(any_desk, stops["vasa"], "Ada")
    told = ask(any_desk, stops["abo"], "Ada")
    assert any_desk.registrations.of_event("abo") == []
    assert told == ask(any_desk, stops["abo"], "Bo")
    assert told.state is RegistrationState.UNCONFIRMED


def test_a_full_stop_tells_both_the_same_place_in_line_or_refusal(any_desk: Desk) -> None:
    stops = toured(any_desk, {"seats": 1})
    for event_id in ("vasa", "abo"):
        registered(any_desk, stops[event_id], event_id.capitalize())
    assert ask(any_desk, stops["abo"], "Vasa") == ask(any_desk, stops["abo"], "Bo")
    changed_stop(any_desk, "seminarium", waiting_list=False)
    full = any_desk.events.get("seminarium")
    registered(any_desk, full, "Dan")
    for name in ("Vasa", "Cia"):
        with pytest.raises(EventFull):
            ask(any_desk, full, name)


def test_the_owner_of_the_address_is_told_where_and_what_to_do(desk: Desk) -> None:
    desks = Desks(desk)
    stops = toured(desk)
    registered(desk, stops["vasa"], "Ada")
    desks.tick(NOW)
    ask(desk, stops["abo"], "Ada")
    desks.tick(NOW + MINUTE)
    assert desks.of(ELSEWHERE) == [(NOW + MINUTE, "ada")]
    for told in ("en annan ort på samma turné", "onsdag 14 oktober 2020", "avboka först", "/manage/"):
        assert told in desks.texts[-1]
    assert "30 september" not in desks.texts[-1]


def test_the_owner_is_not_flooded_with_mails(any_desk: Desk) -> None:
    stops = toured(any_desk)
    registered(any_desk, stops["vasa"], "Ada")
    revision = at(any_desk, stops["vasa"], "Ada").revision
    for _ in range(10):
        ask(any_desk, stops["abo"], "Ada")
    assert at(any_desk, stops["vasa"], "Ada").revision == revision + 3


def test_after_cancelling_there_one_is_registered_here_at_once(any_desk: Desk) -> None:
    stops = toured(any_desk)
    vasa = registered(any_desk, stops["vasa"], "Ada")
    managing.cancel(any_desk, stops["vasa"], vasa, NOW)
    ask(any_desk, stops["abo"], "Ada")
    assert alive(any_desk, stops) == ["abo"]
    ask(any_desk, stops["vasa"], "Ada")
    assert alive(any_desk, stops) == ["abo"]


def test_after_erasing_there_one_is_registered_here_and_nothing_of_the_person_is_left(desk: Desk) -> None:
    stops = toured(desk)
    before = [each for each in everything() if "PERSON" in each["sk"]["S"]]
    erasing.erase(desk, stops["vasa"], registered(desk, stops["vasa"], "Ada"), NOW)
    assert before == [each for each in everything() if "PERSON" in each["sk"]["S"]] == []
    ask(desk, stops["abo"], "Ada")
    assert alive(desk, stops) == ["abo"]


def test_a_stop_that_is_cancelled_or_whose_line_was_in_vain_keeps_nobody_from_another(any_desk: Desk) -> None:
    stops = toured(any_desk, {"seats": 1})
    registered(any_desk, stops["seminarium"], "Bo")
    for event_id, name in (("seminarium", "Cia"), ("vasa", "Ada")):
        registered(any_desk, stops[event_id], name)
    changed_stop(any_desk, "vasa", cancelled=True)
    changed_stop(any_desk, "abo", seats=9, last_day_to_register="2020-09-29")
    abo = any_desk.events.get("abo")
    over = utc("2020-09-17T09:00")
    for name in ("Ada", "Bo", "Cia"):
        ask(any_desk, abo, name, over)
    assert {each.participant.name for each in any_desk.registrations.of_event("abo")} == {"Ada", "Cia"}


@pytest.mark.parametrize("changes", [{"one_stop_each": False}, {"stops": ({"id": "vasa"}, {"id": "abo"})}])
def test_where_the_series_does_not_bind_nobody_is_bound(any_desk: Desk, changes: dict[str, Any]) -> None:
    stops = toured(any_desk, **changes)
    seminarium = any_desk.events.get("seminarium")
    for record in (stops["vasa"], seminarium):
        ask(any_desk, record, "Ada")
    assert at(any_desk, seminarium, "Ada").state is RegistrationState.CONFIRMED


def test_a_colleague_with_a_seat_at_another_stop_cannot_be_sent(any_desk: Desk) -> None:
    stops = toured(any_desk)
    ada = registered(any_desk, stops["vasa"], "Ada")
    registered(any_desk, stops["abo"], "Bo")
    with pytest.raises(ColleagueRefused):
        managing.substitute(any_desk, stops["vasa"], ada, "Bo", "bo@example.org", NOW)
    managing.substitute(any_desk, stops["vasa"], ada, "Cia", "cia@example.org", NOW)
    ask(any_desk, stops["abo"], "Cia")
    ask(any_desk, stops["abo"], "Ada")
    names = {each.participant.name for each in any_desk.registrations.of_event("abo")}
    assert names == {"Bo", "Ada"}


def meeting_at(desk: Desk, moment: str, meanwhile: Any) -> Desk:
    """The desk on which something else happens once, just before a step of the registrations."""
    happened: list[str] = []

    class Interrupted:
        def __getattr__(self, name: str) -> Any:
            if name == moment and not happened:
                happened.append(name)
                meanwhile()
            return getattr(desk.registrations, name)

    return replace(desk, registrations=Interrupted())


def test_of_two_stops_at_the_same_moment_one_gets_the_person(any_desk: Desk) -> None:
    stops = toured(any_desk)
    told: list[object] = []

    def other() -> None:
        with pytest.raises(AlreadyChanged):
            told.append(ask(any_desk, stops["abo"], "Ada"))

    # The other request comes when this one has claimed everything and stored nothing.
    ask(meeting_at(any_desk, "store", other), stops["vasa"], "Ada")
    assert told == []
    assert alive(any_desk, stops) == ["vasa"]
    for record in stops.values():
        audit(any_desk, record, LATER)
    assert [len(any_desk.seats.blocks(each, Mode.ONLINE)[0].holders) for each in stops] == [1, 0, 0]
    ask(any_desk, stops["abo"], "Ada", NOW + MINUTE)
    assert ELSEWHERE in at(any_desk, stops["vasa"], "Ada").outbox


def test_of_two_claims_that_saw_the_same_one_only_one_holds(any_desk: Desk) -> None:
    stops = toured(any_desk)
    [vasa, abo] = [
        Registration(
            id="x", event_id=each, holder=f"{each}.1", participant=a_participant("Ada"),
            mode=Mode.ONLINE, state=RegistrationState.WAITING, registered_at=NOW,
        ) for each in ("vasa", "abo")
    ]  # fmt: skip
    seen_before = any_desk.tours.claim_of("turne", "nobody")
    assert claiming.claim(any_desk, stops["vasa"].event, vasa, NOW)
    assert claiming.claim(any_desk, stops["vasa"].event, vasa, NOW)
    assert not claiming.claim(any_desk, stops["abo"].event, abo, NOW)
    tour = any_desk.tours.find("turne")
    assert tour
    person = claiming.address_id(tour.key, "ada@example.org")
    kept = any_desk.tours.claim_of("turne", person)
    assert kept
    other = kept.model_copy(update={"event_id": "abo", "holder": "abo.1"})
    assert not any_desk.tours.claim(seen_before, other)
    any_desk.tours.forget(other)
    assert any_desk.tours.claim_of("turne", person) == kept


def test_a_claim_that_was_broken_off_is_taken_over_once_nobody_can_be_behind_it(any_desk: Desk) -> None:
    stops = toured(any_desk)

    class BrokenOffError(Exception):
        pass

    def broken() -> None:
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        ask(meeting_at(any_desk, "store", broken), stops["vasa"], "Ada")
    with pytest.raises(AlreadyChanged):
        ask(any_desk, stops["abo"], "Ada", NOW + GRACE - timedelta(seconds=1))
    ask(any_desk, stops["abo"], "Ada", NOW + GRACE)
    assert alive(any_desk, stops) == ["abo"]
    # The one whose registration was broken off is as free to try again there.
    ask(any_desk, stops["vasa"], "Ada", LATER)
    assert alive(any_desk, stops) == ["abo"]


def test_an_event_without_a_tour_claims_nobody(desk: Desk) -> None:
    ask(desk, opened(desk), "Ada")
    assert not [each for each in everything() if each["pk"]["S"].startswith("TOUR")]


def test_a_refusal_claims_nobody(desk: Desk) -> None:
    stops = toured(desk, {"seats": 1, "waiting_list": False})
    registered(desk, stops["vasa"], "Bo")
    before = everything()
    with pytest.raises(EventFull):
        ask(desk, stops["vasa"], "Ada")
    assert everything() == before
