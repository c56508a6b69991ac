"""What guards the form against programs and floods, and how kindly it treats people who meet the guard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.visiting import (
    FORM,
    LANGUAGES,
    MINUTE,
    NOW,
    PAGE,
    Ask,
    Time,
    everything,
    opened,
    send,
    stamp,
    text,
)

from kallelse.limiting import PER_NETWORK
from kallelse.ports import Desk
from kallelse.proving import issue

TRAPPED = {"subject": "Buy now"}
REPLIES = [({"age": timedelta(seconds=1)}, "snabbare"), ({"age": timedelta(hours=25)}, "mer än ett dygn")]


@pytest.mark.parametrize(("change", "told"), REPLIES)
def test_a_form_sent_too_soon_or_too_late_comes_back_with_its_answers(
    ask: Ask, desk: Desk, change: dict[str, timedelta], told: str
) -> None:
    record = opened(desk)
    before = everything()
    proof = issue(record, NOW - change["age"])
    answer = send(ask, record, {"proof": proof})
    assert answer["statusCode"] == 422
    assert told in text(answer)
    assert 'value="ada@example.org"' in answer["body"]
    assert stamp(answer) != proof
    assert everything() == before


def test_a_form_that_came_back_can_be_sent_again(ask: Ask, desk: Desk, time: Time) -> None:
    record = opened(desk)
    fresh = stamp(send(ask, record, {"proof": issue(record, NOW)}))
    time.now = NOW + timedelta(seconds=3)
    assert send(ask, record, {"proof": fresh})["statusCode"] == 200


def test_a_slip_can_be_mended_faster_than_a_form_is_filled_in(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    proof = stamp(send(ask, record, {"name": ""}))
    assert send(ask, record, {"proof": proof})["statusCode"] == 200


@pytest.mark.parametrize("proof", ["", "abc", "tampered", "other"])
def test_a_form_without_a_stamp_of_ours_writes_nothing(ask: Ask, desk: Desk, proof: str) -> None:
    record = opened(desk)
    stranger = opened(desk, id="other")
    proof = {"tampered": issue(record, NOW - MINUTE)[:-1], "other": issue(stranger, NOW - MINUTE)}.get(
        proof, proof
    )
    before = everything()
    assert send(ask, record, {"proof": proof})["statusCode"] == 422
    assert everything() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_with_the_hidden_field_filled_in_is_told_so_and_writes_nothing(
    ask: Ask, desk: Desk, language: str
) -> None:
    record = opened(desk)
    before = everything()
    answer = send(ask, record, TRAPPED, language)
    told = {
        "sv": "Ett fält som inte visas",
        "fi": "Kenttä, joka ei ole näkyvissä",
        "en": "A field that is not shown",
    }
    assert answer["statusCode"] == 422
    assert told[language] in text(answer)
    assert "kansliet@example.org" in text(answer)
    assert everything() == before


def test_people_do_not_meet_the_hidden_field(ask: Ask, desk: Desk) -> None:
    opened(desk)
    body = ask("GET", f"{PAGE}/sv")["body"]
    [trap] = [line for line in body.splitlines() if 'name="subject"' in line]
    assert 'class="trap" aria-hidden="true"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap
    assert "display:none" not in trap


def test_an_unknown_field_is_refused(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    before = everything()
    for field in ("mode", "role", "q-lunch", "state", "organisation_code"):
        assert send(ask, record, {field: "x"})["statusCode"] == 400
    assert everything() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_flood_from_one_network_is_refused_for_an_hour(
    ask: Ask, desk: Desk, time: Time, language: str
) -> None:
    record = opened(desk)
    hour = timedelta(hours=1)
    desk.limits.take("network#seminarium#192.0.2.1/32", PER_NETWORK, NOW + hour, NOW, PER_NETWORK)
    before = everything(without="none")
    answer = send(ask, record, language=language)
    assert answer["statusCode"] == 429
    assert "3600" in str(answer.get("multiValueHeaders") or answer["headers"])
    told = {"sv": "från ditt nätverk", "fi": "Verkostasi", "en": "from your network"}[language]
    assert told in text(answer)
    assert everything(without="none") == before
    form = FORM | {"proof": issue(record, NOW - MINUTE)}
    assert ask("POST", f"{PAGE}/sv/registrations", form, "198.51.100.7")["statusCode"] == 200
    time.now = NOW + hour
    assert send(ask, record, {"email": "bo@example.org"})["statusCode"] == 200


def test_only_forms_that_gave_a_seat_or_a_place_are_counted(ask: Ask, desk: Desk) -> None:
    from kallelse.handlers.public.wiring import wiring

    record = opened(desk, seats=1)
    for changes in ({}, {"email": "bo@example.org"}, {"name": ""}, TRAPPED, {"proof": ""}):
        send(ask, record, changes)
    assert dict(wiring().tally.counts) == {"network#seminarium#192.0.2.1/32": 2}
