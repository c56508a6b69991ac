"""Messages from the organisers, before any letter is written: whom they select, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.fakes import fake_desk
from tests.fakes.mailing import FakeMails
from tests.mails import a_draft, handed_in
from tests.people import TWO_MODES, found, registered
from tests.visiting import DIET, MINUTE, NOW, opened, registrations

from kallelse import managing, messaging
from kallelse.errors import InvalidInput
from kallelse.models import Mail, Mode, Selection

LUNCH = {"id": "lunch", "kind": "yes-no", "label": {"sv": "Äter du lunch?"}}
QUESTIONS = {
    "form": {"questions": [LUNCH, DIET, {"id": "wish", "kind": "text", "label": {"sv": "Önskemål"}}]}
}


@pytest.mark.parametrize(
    ("selection", "selected"),
    [
        ({}, "ada bo"),
        ({"states": []}, "ada bo"),
        ({"states": ["waiting"]}, "cia"),
        ({"states": ["cancelled", "waiting"]}, "cia dan"),
        ({"modes": ["on-site"]}, "bo"),
        ({"languages": ["fi", "en"]}, "bo"),
        ({"organisation_kinds": ["agency"]}, "ada"),
        ({"answers": {"lunch": ["yes"]}}, "ada bo"),
        ({"answers": {"lunch": ["yes"], "diet": ["vegetarian", "gluten-free"]}}, "bo"),
        ({"answers": {"wish": ["Kaffe"]}}, "ada"),
        ({"joined": True}, "ada"),
        ({"joined": False}, "bo"),
        ({"joined": True, "languages": ["fi"]}, ""),
    ],
)
def test_a_selection_includes_those_who_meet_every_condition(
    selection: dict[str, Any], selected: str
) -> None:
    desk = fake_desk()
    record = opened(
        desk, **TWO_MODES | QUESTIONS | {"modes": {"online": {"seats": 1}, "on-site": {"seats": 1}}}
    )
    yes, diet = {"lunch": ("yes",)}, {"diet": ("gluten-free",)}
    ada = registered(
        desk, record, "Ada", organisation_kind="agency", answers=yes | {"wish": ("Kaffe",)}
    )  # fmt: skip
    registered(desk, record, "Bo", Mode.ON_SITE, NOW + MINUTE, language="fi", answers=yes | diet)
    registered(desk, record, "Cia", at=NOW + 2 * MINUTE)
    dan = registered(desk, record, "Dan", at=NOW + 3 * MINUTE)
    managing.cancel(desk, record, dan, NOW + 4 * MINUTE)
    ada = found(desk, record, ada.participant.email)
    joined = ada.model_copy(update={"joined_at": NOW, "revision": ada.revision + 1})
    assert desk.registrations.store((ada, joined))
    chosen = messaging.select(desk, "seminarium", Selection.model_validate(selection))
    assert " ".join(each.participant.name.lower() for each in chosen) == selected


class Breaking(FakeMails):
    """Mail records that break off before the second of them."""

    def create(self, mail: Mail) -> bool:
        if self.kept:
            raise ConnectionError
        return super().create(mail)


def test_posting_that_broke_off_goes_on_where_it_stopped() -> None:
    desk = fake_desk()
    record = opened(desk, seats=3)
    for name in ("Ada", "Bo", "Cia"):
        registered(desk, record, name)
    message = handed_in(desk, a_draft())
    breaking = replace(desk, mails=Breaking())
    with pytest.raises(ConnectionError):
        messaging.post(breaking, "seminarium", message.number, NOW)
    assert desk.agenda.due(NOW).messages == (("seminarium", message.number),)
    [first] = breaking.mails.of_event("seminarium")
    assert desk.mails.create(first)
    assert messaging.post(desk, "seminarium", message.number, NOW) == 2
    recipients = {mail.recipient for mail in desk.mails.of_event("seminarium")}
    assert recipients == {each.mailbox for each in registrations(desk)}
    assert messaging.post(desk, "seminarium", message.number, NOW) == 0


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"subject": {"fi": "Uusi"}, "body": {"fi": "Sali"}}, "subject", "'sv' too"),
        ({"body": {"sv": "Sal"}}, "body", "same languages as the subject"),
        ({"selection": {"answers": {"fish": ["yes"]}}}, "selection.answers.fish", "lunch, diet, wish"),
        ({"selection": {"answers": {"lunch": ["maybe"]}}}, "selection.answers.lunch", "yes, no"),
    ],
)
def test_what_the_event_has_no_use_for_is_refused_with_the_remedy(
    changes: dict[str, Any], field: str, told: str
) -> None:
    desk = fake_desk()
    opened(desk, **QUESTIONS)
    with pytest.raises(InvalidInput) as refusal:
        handed_in(desk, a_draft(**changes))
    assert told in {each.field: each.detail for each in refusal.value.problems}[field]
    assert desk.messages.of_event("seminarium") == []


def test_a_text_from_windows_is_taken_as_it_is_meant() -> None:
    assert a_draft(body={"sv": "Hej\r\n\r\n- du\r\n", "fi": "Hei"}).body["sv"] == "Hej\n\n- du"
