"""Changing a registration, and passing the seat on to a colleague."""

from __future__ import annotations

import pytest
from tests.conftest import utc
from tests.people import TWO_MODES, found, link, registered, states
from tests.visiting import Ask, Time, everything, opened

from kallelse.models import MailKind, Mode, RegistrationState
from kallelse.ports import Desk

EDITED = {"name": "Ada Öberg", "organisation": "Vasa", "organisation_kind": "municipality", "language": "sv"}


@pytest.mark.parametrize("action", ["confirm", "cancel", "edit", "substitute", "erase"])
def test_unknown_fields_are_rejected_and_change_nothing(ask: Ask, desk: Desk, action: str) -> None:
    page = link(desk, registered(desk, opened(desk), "Ada"))
    before = everything()
    answer = ask("POST", f"{page}/{action}", {"admin": "1"})
    assert (answer["statusCode"], everything()) == (400, before)
    assert ask("POST", f"{page}/{action}", {"name": "x" * 99_000})["statusCode"] == 413


def test_who_left_a_question_empty_can_still_change_the_rest(ask: Ask, desk: Desk) -> None:
    questions = [
        {"id": kind, "kind": kind, "label": {"sv": kind}}
        for kind in ("text", "long-text", "number", "yes-no")
    ]
    page = link(desk, registered(desk, opened(desk, form={"questions": questions}), "Ada"))
    answer = ask("GET", f"{page}/edit")
    assert answer["statusCode"] == 200
    assert 'name="q-text" type="text" autocomplete="off" maxlength="500" value=""' in answer["body"]


def test_a_colleague_can_be_sent_instead_also_on_a_full_event(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1)
    ada = registered(desk, record, "Ada")
    registered(desk, record, "Bo")
    page = link(desk, ada)
    assert "Skicka en kollega i stället" in ask("GET", f"{page}/substitute")["body"]
    answer = ask("POST", f"{page}/substitute", {"name": "Eva Ek", "email": "eva@example.org"})
    assert answer["statusCode"] == 200
    assert "Eva Ek" in answer["body"]
    assert states(desk) == {"Ada": "cancelled", "Bo": "waiting", "Eva Ek": "confirmed"}
    assert found(desk, record, "eva@example.org").outbox == (MailKind.PASSED_ON,)
    assert ask("GET", page)["statusCode"] == 404


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"name": "Eva"}, 422, "Kollegans e-postadress"),
        ({"name": "", "email": "eva@example.org"}, 422, "Kollegans namn"),
        ({"name": "Eva", "email": "eva"}, 422, "Skriv en e-postadress"),
        ({"name": "Eva\nBcc: all", "email": "eva@example.org"}, 422, "Skriv på en rad"),
        ({"name": "Bo", "email": "bo@example.org"}, 409, "kollegan kan inte ta platsen"),
        ({"name": "Ada", "email": "ADA@example.org"}, 409, "kollegan kan inte ta platsen"),
        ({"name": "Eva", "email": "eva@example.com"}, 403, "Adressen ska höra till example.org"),
    ],
)
def test_a_colleague_who_cannot_come_is_refused_and_nothing_changes(
    ask: Ask, desk: Desk, fields: dict[str, str], status: int, told: str
) -> None:
    record = opened(desk, admission={"mail_domains": ["example.org"]})
    page = link(desk, registered(desk, record, "Ada"))
    registered(desk, record, "Bo")
    before = everything()
    answer = ask("POST", f"{page}/substitute", fields)
    assert answer["statusCode"] == status
    assert told in answer["body"]
    assert "<title>Fel: " in answer["body"]
    assert f'value="{fields.get("email", "")}"' in answer["body"]
    assert everything() == before


def test_one_who_waits_has_no_seat_to_pass_on(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=1)
    registered(desk, record, "Ada")
    page = link(desk, registered(desk, record, "Bo"))
    assert "Du har ingen plats att överlåta." in ask("GET", f"{page}/substitute")["body"]
    answer = ask("POST", f"{page}/substitute", {"name": "Eva", "email": "eva@example.org"})
    assert answer["statusCode"] == 409
    assert "Du har ingen plats att överlåta." in answer["body"]


def test_no_seat_of_a_cancelled_event_is_passed_on(ask: Ask, desk: Desk) -> None:
    page = link(desk, registered(desk, opened(desk), "Ada"))
    opened(desk, cancelled=True)
    answer = ask("POST", f"{page}/substitute", {"name": "Eva", "email": "eva@example.org"})
    assert answer["statusCode"] == 409
    assert states(desk) == {"Ada": "confirmed"}


def test_a_change_is_saved_and_the_address_stays(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    page = link(desk, registered(desk, record, "Ada"))
    form = ask("GET", f"{page}/edit")["body"]
    assert 'value="Vasa"' in form
    assert 'name="email"' not in form
    answer = ask("POST", f"{page}/edit", EDITED | {"organisation": "Kaskö"})
    assert answer["statusCode"] == 200
    assert "Dina ändringar är sparade." in answer["body"]
    ada = found(desk, record, "ada@example.org")
    assert (ada.participant.name, ada.participant.organisation) == ("Ada Öberg", "Kaskö")
    assert ada.outbox[-1] is MailKind.CHANGED


def test_a_change_swallows_no_mail_that_has_no_record_yet(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    page = link(desk, registered(desk, record, "Ada"))
    ask("POST", f"{page}/edit", EDITED)
    assert found(desk, record, "ada@example.org").outbox == (MailKind.CONFIRMED, MailKind.CHANGED)


def test_a_wrong_field_is_named_and_the_rest_is_kept(ask: Ask, desk: Desk) -> None:
    page = link(desk, registered(desk, opened(desk), "Ada"))
    before = everything()
    answer = ask("POST", f"{page}/edit", EDITED | {"organisation": ""})
    assert answer["statusCode"] == 422
    assert 'href="#organisation"' in answer["body"]
    assert 'value="Ada Öberg"' in answer["body"]
    assert everything() == before


def test_the_address_cannot_be_changed(ask: Ask, desk: Desk) -> None:
    page = link(desk, registered(desk, opened(desk), "Ada"))
    assert ask("POST", f"{page}/edit", EDITED | {"email": "bo@example.org"})["statusCode"] == 400


def test_changing_to_a_mode_that_is_full_keeps_the_seat(ask: Ask, desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    page = link(desk, registered(desk, record, "Ada"))
    registered(desk, record, "Bo", Mode.ON_SITE)
    answer = ask("POST", f"{page}/edit", EDITED | {"mode": "on-site"})
    assert answer["statusCode"] == 409
    assert "Din anmälan är oförändrad" in answer["body"]
    assert 'value="Ada Öberg"' in answer["body"]
    ada = found(desk, record, "ada@example.org")
    assert (ada.participant.name, ada.mode, ada.state) == ("Ada", Mode.ONLINE, RegistrationState.CONFIRMED)
    assert [len(each.holders) for each in desk.seats.blocks("seminarium", Mode.ONLINE)] == [1]


def test_changing_to_a_mode_with_a_free_seat_frees_the_other(ask: Ask, desk: Desk) -> None:
    record = opened(desk, **TWO_MODES)
    page = link(desk, registered(desk, record, "Ada"))
    assert ask("POST", f"{page}/edit", EDITED | {"mode": "on-site"})["statusCode"] == 200
    assert found(desk, record, "ada@example.org").mode is Mode.ON_SITE
    taken = {mode: len(desk.seats.blocks("seminarium", mode)[0].holders) for mode in Mode}
    assert taken == {Mode.ONLINE: 0, Mode.ON_SITE: 1}


def test_a_change_that_breaks_the_rules_of_the_audience_changes_nothing(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    page = link(desk, registered(desk, record, "Ada"))
    opened(desk, admission={"organisation_kinds": ["municipality"]})
    answer = ask("POST", f"{page}/edit", EDITED | {"organisation_kind": "agency"})
    assert answer["statusCode"] == 403
    assert "Din anmälan är oförändrad" in answer["body"]
    assert found(desk, record, "ada@example.org").participant.name == "Ada"


def test_the_number_of_one_organisation_is_kept_when_somebody_changes_to_it(ask: Ask, desk: Desk) -> None:
    record = opened(desk, seats=5, seats_per_organisation=1)
    page = link(desk, registered(desk, record, "Ada"))
    registered(desk, record, "Bo", organisation="Byrån")
    answer = ask("POST", f"{page}/edit", EDITED | {"organisation": "BYRÅN"})
    assert answer["statusCode"] == 409
    assert "Organisationen har redan så många anmälda" in answer["body"]
    assert found(desk, record, "ada@example.org").participant.organisation == "Vasa"


def test_nothing_can_be_changed_once_the_event_has_begun(ask: Ask, desk: Desk, time: Time) -> None:
    page = link(desk, registered(desk, opened(desk), "Ada"))
    time.now = utc("2020-09-16T10:00")
    assert "Anmälan kan inte längre ändras." in ask("GET", f"{page}/edit")["body"]
    answer = ask("POST", f"{page}/edit", EDITED)
    assert answer["statusCode"] == 409
    assert "Anmälan kan inte längre ändras." in answer["body"]
