"""Looking for registrations: what each condition finds, in which order, and page by page."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from tests.conftest import an_event, utc
from tests.fakes import fake_desk

from kallelse.errors import InvalidInput
from kallelse.models import Allocation, Mail, MailKind, MailState, Participant, Registration, Search
from kallelse.ports import Desk
from kallelse.searching import search

NOW = utc("2020-08-20T09:00")
EVENT = an_event(
    form={
        "questions": [
            {"id": "lunch", "kind": "yes-no", "label": {"sv": "Lunch"}},
            {"id": "train", "kind": "text", "label": {"sv": "Tåg"}},
        ]
    },
    dialogue={"size": {"least": 2, "most": 4}},
)


def person(name: str, number: int, **told: Any) -> Registration:
    """A registration that came ``number`` minutes after NOW, under the id ``r`` and the number."""
    of_registration = {each: told.pop(each) for each in set(told) & set(Registration.model_fields)}
    fields: dict[str, Any] = {"email": f"{name.split()[0].lower()}@example.org", "language": "sv"}
    return Registration.model_validate(
        {
            "id": f"r{number}",
            "event_id": EVENT.id,
            "holder": f"r{number}.1",
            "participant": Participant.model_validate(fields | {"name": name} | told),
            "mode": "online",
            "state": "confirmed",
            "registered_at": NOW + timedelta(minutes=number),
        }
        | of_registration
    )


ADA = person(
    "Ada Åberg", 1, organisation="Vasa stad", organisation_kind="municipality", answers={"lunch": ["yes"]}
)
BO = person("Bo Zetterström", 2, organisation="Åbo", mode="on-site", answers={"train": ["Kl. 9 från Åbo"]})
CIA = person("Cia ek", 3, email="info@vasa.example", state="waiting", answers={"lunch": ["no"]})
DAN = person("dan Öst", 4, state="cancelled", joined_at=NOW)


def a_desk(*people: Registration) -> Desk:
    """A desk with these registrations, where a mail to Bo bounced, and Ada and Bo are in group 1."""
    desk = fake_desk()
    for each in people or (ADA, BO, CIA, DAN):
        assert desk.registrations.store((None, each))
    desk.mails.create(
        Mail(
            event_id=EVENT.id, kind=MailKind.CONFIRMED, recipient=BO.mailbox, version=1,
            state=MailState.BOUNCED, created_at=NOW,
        )
    )  # fmt: skip
    members = {"1": (ADA.id, BO.id), "2": (CIA.id,)}
    desk.groups.store(None, Allocation(event_id=EVENT.id, revision=1, made_at=NOW, members=members))
    return desk


def found(desk: Desk, **wanted: Any) -> list[str]:
    """The first names of those who are found, in their order."""
    page = search(desk, EVENT, Search.model_validate(wanted))
    return [each.participant.name.split()[0] for each in page.registrations]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["Ada", "Bo", "Cia", "dan"]),
        ({"text": "aberg"}, ["Ada"]),
        ({"text": "ÅBERG"}, ["Ada"]),
        ({"text": "vasa"}, ["Ada", "Cia"]),
        ({"text": "ada@"}, ["Ada"]),
        ({"text": "zetterström "}, ["Bo"]),
        ({"text": "nobody"}, []),
        ({"state": "waiting"}, ["Cia"]),
        ({"mode": "on-site"}, ["Bo"]),
        ({"group": "1"}, ["Ada", "Bo"]),
        ({"organisation_kind": "municipality"}, ["Ada"]),
        ({"joined": "true"}, ["dan"]),
        ({"joined": "false"}, ["Ada", "Bo", "Cia"]),
        ({"answer": "lunch:yes"}, ["Ada"]),
        ({"answer": "train:kl. 9 fran abo"}, ["Bo"]),
        ({"undeliverable": "true"}, ["Bo"]),
        ({"undeliverable": "false"}, ["Ada", "Cia", "dan"]),
        ({"group": "1", "mode": "online"}, ["Ada"]),
    ],
    ids=str,
)
def test_a_condition_finds_those_who_meet_it(wanted: dict[str, str], names: list[str]) -> None:
    assert found(a_desk(), **wanted) == names


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("arrived", ["Ada", "Bo", "Cia", "dan"]),
        ("-arrived", ["dan", "Cia", "Bo", "Ada"]),
        ("name", ["Ada", "Bo", "Cia", "dan"]),
        ("organisation", ["Cia", "dan", "Bo", "Ada"]),
        ("-organisation", ["Ada", "Bo", "dan", "Cia"]),
        ("state", ["Ada", "Bo", "Cia", "dan"]),
        ("-state", ["dan", "Cia", "Bo", "Ada"]),
    ],
)
def test_each_order_has_its_reverse_and_the_id_decides_between_equals(sort: str, names: list[str]) -> None:
    assert found(a_desk(), sort=sort) == names


def test_the_order_of_names_knows_no_case_and_no_accents() -> None:
    desk = a_desk(person("Östen", 1), person("olle", 2), person("Örjan", 3), person("Pia", 4))
    assert found(desk, sort="name") == ["olle", "Örjan", "Östen", "Pia"]


@pytest.mark.parametrize("sort", ["arrived", "-arrived", "name", "-name", "state", "-organisation"])
def test_pages_follow_each_other_until_all_are_shown_once(sort: str) -> None:
    desk, cursor = a_desk(), None
    pages: list[list[str]] = []
    while len(pages) < 5:
        page = search(desk, EVENT, Search.model_validate({"sort": sort, "limit": 3, "cursor": cursor}))
        pages.append([each.id for each in page.registrations])
        assert page.total == 4
        cursor = page.next
        if cursor is None:
            break
    assert [len(each) for each in pages] == [3, 1]
    assert sorted(pages[0] + pages[1]) == ["r1", "r2", "r3", "r4"]


def test_a_page_that_is_just_full_is_the_last() -> None:
    assert search(a_desk(), EVENT, Search(limit=4)).next is None


def test_a_cursor_survives_that_the_last_one_shown_is_gone_and_others_came() -> None:
    desk = a_desk()
    cursor = search(desk, EVENT, Search(limit=2)).next
    assert desk.registrations.erase(BO)
    assert desk.registrations.store((None, person("Eva", 0)))
    assert desk.registrations.store((None, person("Fia", 5)))
    page = search(desk, EVENT, Search(limit=2, cursor=cursor))
    assert [each.id for each in page.registrations] == ["r3", "r4"]
    assert page.next


@pytest.mark.parametrize(
    "cursor",
    ["x", "abc", "å", "AAAA", urlsafe_b64encode(b'{"sort": "name"}').decode(), "W" * 1500],
)
def test_a_mangled_cursor_is_told_by_its_name(cursor: str) -> None:
    with pytest.raises(InvalidInput, match=r"^cursor: give next"):
        search(a_desk(), EVENT, Search(cursor=cursor))


def test_a_cursor_belongs_to_its_order() -> None:
    cursor = search(a_desk(), EVENT, Search(limit=1)).next
    with pytest.raises(InvalidInput, match=r"^cursor: .*the same sort"):
        search(a_desk(), EVENT, Search.model_validate({"sort": "name", "cursor": cursor}))


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"group": "9"}, "group: choose one of: 1, 2"),
        ({"answer": "dinner:yes"}, "answer: the event's questions are: lunch, train"),
        ({"answer": "lunch:perhaps"}, "answer: choose among: yes, no"),
    ],
)
def test_what_the_event_does_not_have_is_told_with_what_it_has(wanted: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        search(a_desk(), EVENT, Search.model_validate(wanted))
    assert str(refusal.value) == told


def test_an_event_without_groups_says_so() -> None:
    with pytest.raises(InvalidInput, match="group: the event has no groups, or not yet"):
        search(a_desk(), an_event(), Search(group="1"))


@pytest.mark.parametrize(
    "wanted",
    [{"limit": "0"}, {"limit": "201"}, {"sort": "age"}, {"answer": "lunch"}, {"answer": "lunch:"}, {"x": ""}],
    ids=str,
)
def test_a_search_that_makes_no_sense_is_refused(wanted: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Search.model_validate(wanted)
