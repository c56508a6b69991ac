"""Dialogue groups: made by an organiser, kept up by the clock, and told to each participant."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import an_event
from tests.desks import Desks
from tests.fakes import fake_desk
from tests.people import found, registered
from tests.visiting import MINUTE, NOW, Ask, Time, everything, opened, text

from kallelse import dialogues, dispatching, editing, managing
from kallelse.errors import InvalidInput, NotFound
from kallelse.links import issue
from kallelse.models import Allocation, Event, EventRecord, MailKind, Mode, Purpose, Registration
from kallelse.ports import Desk

ROOM = "https://webbseminarium.example/grupp-a-hemlig"
LISTED: list[dict[str, Any]] = [
    {
        "id": "a",
        "name": {"sv": "Öppenhet", "fi": "Avoimuus"},
        "address": ROOM,
        "facilitator": "Bo Ek",
        "prompts": [{"sv": "Vad skapar förtroende?", "fi": "Mikä luo luottamusta?"}],
    },
    {"id": "b", "name": {"sv": "Delaktighet"}},
]
SIZE = {"least": 2, "most": 4}
DIALOGUE: dict[str, Any] = {"size": SIZE, "groups": LISTED, "prompts": [{"sv": "Hur går vi vidare?"}]}
NAMES = ("Ada", "Bea", "Cai", "Dag", "Eva", "Fia")


def with_people(desk: Desk, names: tuple[str, ...] = NAMES, **changes: Any) -> EventRecord:
    """The event with its dialogue, and people registered for it."""
    record = opened(desk, **{"seats": 6, "dialogue": DIALOGUE} | changes)
    for number, name in enumerate(names):
        registered(desk, record, name, at=NOW + number * MINUTE, organisation=f"Ort {number % 3}")
    return record


def groups_of(desk: Desk) -> dict[str, str]:
    """The group of each person, by name."""
    kept = desk.groups.get("seminarium")
    assert kept
    names = {each.id: each.participant.name for each in desk.registrations.of_event("seminarium")}
    return {names.get(who, who): group for who, group in kept.places.items()}


def in_group(desk: Desk, record: EventRecord, group: str) -> Registration:
    name = min(name for name, there in groups_of(desk).items() if there == group)
    return found(desk, record, f"{name.lower()}@example.org")


def test_an_organiser_has_groups_made_and_looks_at_them(organise: Ask, desk: Desk) -> None:
    with_people(desk)
    assert organise("GET", "/groups")["statusCode"] == 404
    answer = organise("POST", "/groups")
    made = json.loads(answer["body"])
    assert [(each["id"], each["language"], each["size"]) for each in made["groups"]] == [
        ("a", "sv", 3),
        ("b", "sv", 3),
    ]
    assert (made["same_organisation_pairs"], made["moves"], made["pins"]) == (0, [], {})
    assert json.loads(organise("GET", "/groups")["body"]) == made
    everybody = {each.id for each in desk.registrations.of_event("seminarium")}
    assert {who for each in made["groups"] for who in each["registrations"]} == everybody


def test_an_organiser_pins_people_and_lets_them_go(organise: Ask, desk: Desk) -> None:
    record = with_people(desk)
    organise("POST", "/groups")
    ada, before = found(desk, record, "ada@example.org"), groups_of(desk)
    other = {"a": "b", "b": "a"}[before["Ada"]]
    pinned = json.loads(organise("PUT", "/groups/pins", {ada.id: other})["body"])
    assert pinned["pins"] == {ada.id: other}
    assert pinned["moves"] == [{"registration_id": ada.id, "from": before["Ada"], "to": other}]
    assert json.loads(organise("POST", "/groups")["body"])["pins"] == {ada.id: other}
    assert groups_of(desk)["Ada"] == other
    assert json.loads(organise("PUT", "/groups/pins", {ada.id: None})["body"])["pins"] == {}


@pytest.mark.parametrize("pins", [{"nobody": "a"}, {"ada": "c"}, {"ada": 7}])
def test_a_wrong_pin_is_named_and_changes_nothing(organise: Ask, desk: Desk, pins: dict[str, Any]) -> None:
    record = with_people(desk)
    ada = found(desk, record, "ada@example.org").id
    before = everything()
    wished = {ada if who == "ada" else who: group for who, group in pins.items()}
    answer = organise("PUT", "/groups/pins", wished)
    assert answer["statusCode"] == 422
    assert {each["field"] for each in json.loads(answer["body"])["errors"]} <= {ada, "nobody"}
    assert everything() == before


def test_an_event_without_dialogue_has_no_groups(organise: Ask, desk: Desk) -> None:
    opened(desk)
    for method, path in (("POST", "/groups"), ("GET", "/groups"), ("PUT", "/groups/pins")):
        assert organise(method, path, {})["statusCode"] == 404


def test_people_are_pinned_before_the_groups_are_made(desk: Desk) -> None:
    record = with_people(desk)
    people = [found(desk, record, f"{name.lower()}@example.org") for name in NAMES[:3]]
    dialogues.pin(desk, record, {each.id: "b" for each in people}, NOW)
    assert groups_of(desk) == {}
    dialogues.make(desk, record, NOW)
    assert groups_of(desk) == dict(zip(NAMES, "bbbaaa", strict=True))


def test_the_clock_follows_those_who_leave_and_those_who_get_their_seat(desk: Desk) -> None:
    record = with_people(desk, (*NAMES, "Gun"))
    dispatching.tick(desk, NOW + MINUTE)
    dialogues.make(desk, record, NOW + MINUTE)
    before = groups_of(desk)
    assert "Gun" not in before
    managing.cancel(desk, record, found(desk, record, "ada@example.org"), NOW + MINUTE)
    dispatching.tick(desk, NOW + 2 * MINUTE)
    after = groups_of(desk)
    assert after == {name: group for name, group in before.items() if name != "Ada"} | {"Gun": before["Ada"]}
    kept = desk.groups.get("seminarium")
    assert kept
    assert kept.moves == ()


def test_nothing_is_written_while_nobody_comes_or_goes() -> None:
    desk = fake_desk()
    record = with_people(desk)
    dialogues.make(desk, record, NOW)
    before = desk.groups.get("seminarium")
    for minutes in range(1, 5):
        desk.seats.announce("seminarium", Mode.ONLINE, 0, NOW + minutes * MINUTE)
        dispatching.tick(desk, NOW + minutes * MINUTE)
    assert desk.groups.get("seminarium") == before


def test_no_groups_are_made_before_an_organiser_asks_for_them() -> None:
    desk = fake_desk()
    with_people(desk)
    dispatching.tick(desk, NOW + MINUTE)
    assert desk.groups.get("seminarium") is None


def test_one_who_is_confirmed_later_gets_a_group(desk: Desk) -> None:
    record = with_people(desk, NAMES[:4], address_confirmation="PT1H", offer="PT24H")
    for name in NAMES[:3]:
        confirm(desk, record, name)
    dialogues.make(desk, record, NOW)
    dispatching.tick(desk, NOW + MINUTE)
    assert "Dag" not in groups_of(desk)
    confirm(desk, record, "Dag")
    for minutes in (2, 3):
        dispatching.tick(desk, NOW + minutes * MINUTE)
    assert "Dag" in groups_of(desk)


def confirm(desk: Desk, record: EventRecord, name: str) -> None:
    managing.confirm(desk, found(desk, record, f"{name.lower()}@example.org"), NOW)


def test_the_join_page_tells_the_group_and_leads_to_its_room(ask: Ask, desk: Desk, time: Time) -> None:
    record = with_people(desk)
    join = f"/join/{issue(desk, found(desk, record, 'ada@example.org'), Purpose.JOIN)}"
    assert "Din grupp" not in ask("GET", join)["body"]
    dialogues.make(desk, record, NOW)
    inside, outside = in_group(desk, record, "a"), in_group(desk, record, "b")
    for time.now in (NOW, record.event.join_opens_at):
        page = ask("GET", f"/join/{issue(desk, inside, Purpose.JOIN)}")
        told = "Din grupp Grupp Öppenhet Samtalsledare Bo Ek Att samtala om Vad skapar förtroende?"
        assert told in text(page)
        assert ROOM not in page["body"]
    for registration, address in ((inside, ROOM), (outside, record.event.meeting.address)):
        answer = ask("POST", f"/join/{issue(desk, registration, Purpose.JOIN)}")
        assert (answer["statusCode"], answer["headers"]["Location"]) == (303, address)
    assert "Delaktighet Att samtala om Hur går vi vidare?" in text(
        ask("GET", f"/join/{issue(desk, outside, Purpose.JOIN)}")
    )
    time.now = record.event.ends_at
    assert "Din grupp" not in ask("GET", join)["body"]


def test_before_the_window_the_button_leads_nowhere(ask: Ask, desk: Desk) -> None:
    record = with_people(desk)
    dialogues.make(desk, record, NOW)
    answer = ask("POST", f"/join/{issue(desk, in_group(desk, record, 'a'), Purpose.JOIN)}")
    assert (answer["statusCode"], ROOM in str(answer)) == (200, False)


def test_join_link_and_reminder_name_the_group_when_it_is_known(desk: Desk) -> None:
    desks = Desks(desk)
    record = desks.apply(seats=6, dialogue=DIALOGUE, reminders=["P7D"])
    for name in NAMES:
        registered(desk, record, name, language="fi" if name in NAMES[3:] else "sv")
    desks.tick(record.event.time_of(timedelta(days=7)))
    reminders = [each for each in desks.texts if "muistut" in each or "påminnelse" in each]
    assert len(reminders) == 6
    assert not [each for each in reminders if "grupp" in each.casefold() or "ryhmä" in each.casefold()]
    dialogues.make(desk, record, desks.time.now)
    desks.tick(record.event.join_link_at)
    sent = dict(zip([who for _, who in desks.of(MailKind.JOIN_LINK)], desks.texts[-6:], strict=True))
    for name, group in groups_of(desk).items():
        finnish = name in NAMES[3:]
        title = {"a": "Avoimuus" if finnish else "Öppenhet", "b": "Delaktighet"}[group]
        assert f"{'Ryhmäsi' if finnish else 'Din grupp'}: {title}\n" in sent[name.lower()]
        assert ROOM not in sent[name.lower()]


def test_rooms_must_be_on_the_hosts_of_meetings(desk: Desk) -> None:
    elsewhere = [LISTED[0] | {"address": "https://elsewhere.example/rum"}]
    with pytest.raises(InvalidInput, match=r"dialogue\.groups\.a\.address: the host must be one of"):
        opened(desk, dialogue=DIALOGUE | {"groups": elsewhere})


@pytest.mark.parametrize(
    ("dialogue", "told"),
    [
        ({"size": {"least": 5, "most": 4}}, "most must not be less than least"),
        ({"size": SIZE, "groups": LISTED, "number": 2}, "either groups or number"),
        ({"size": SIZE, "groups": [LISTED[1], LISTED[1]]}, "groups must have different ids"),
        ({"size": SIZE, "groups": [{"id": "a", "name": {"fi": "Ryhmä"}}]}, "dialogue.groups.a.name"),
        ({"size": SIZE, "prompts": [{"fi": "Miksi?"}]}, r"dialogue.prompts.0"),
        (
            {"size": SIZE, "groups": [LISTED[0] | {"address": "http://a.example"}]},
            "https address",
        ),
    ],
)
def test_what_is_wrong_with_a_dialogue_is_told(dialogue: dict[str, Any], told: str) -> None:
    content = json.loads(an_event().model_dump_json(exclude_none=True)) | {"dialogue": dialogue}
    with pytest.raises(InvalidInput, match=told):
        editing.read(json.dumps(content))


def test_an_event_only_on_site_has_no_dialogue() -> None:
    with pytest.raises(ValueError, match="dialogue needs seats online"):
        an_event(seats=None, modes={"on-site": {"seats": 9}}, dialogue={"size": SIZE})


def test_groups_without_names_are_known_by_their_numbers(ask: Ask, desk: Desk) -> None:
    record = with_people(desk, dialogue={"size": SIZE, "prompts": [{"sv": "Varför?"}]})
    dialogues.make(desk, record, NOW)
    assert set(groups_of(desk).values()) == {"1", "2"}
    page = ask("GET", f"/join/{issue(desk, in_group(desk, record, '2'), Purpose.JOIN)}")
    assert "Din grupp Grupp 2 Att samtala om Varför?" in text(page)


def test_five_thousand_ids_fit_in_one_item(desk: Desk) -> None:
    event: Event = an_event(seats=5000, dialogue={"size": {"least": 5, "most": 8}})
    ids = [f"{number:016}" for number in range(5000)]
    members = {str(number): tuple(ids[number::800]) for number in range(800)}
    kept = Allocation(event_id=event.id, members=members, made_at=NOW)
    assert desk.groups.store(None, kept)
    assert desk.groups.get(event.id) == kept
    assert not desk.groups.store(None, kept)
    size = sum(len(str(each)) for each in everything() if each["sk"]["S"] == "GROUPS")
    assert size < 130_000


def test_asking_for_an_allocation_that_is_not_there_is_told(desk: Desk) -> None:
    with pytest.raises(NotFound, match="not been made"):
        dialogues.allocation(desk, with_people(desk))
