"""Events in the vocabulary of Schema.org, as the table in ``tests/facts.py`` has it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import an_event, utc
from tests.facts import check
from tests.tours import a_series

from kallelse.models import Event, EventRecord, TourRecord
from kallelse.structuring import of_event, of_tour

NOW = utc("2020-08-20T09:00")
BASE = "https://desk.example"
PAGE = f"{BASE}/events/seminarium/sv"
ON_SITE = {"on-site": {"seats": 1, "place": {"sv": "Snellmansgatan 1 A, Helsingfors"}}}
MODES: dict[str, dict[str, Any]] = {
    "OnlineEventAttendanceMode": {"seats": 2},
    "OfflineEventAttendanceMode": {"seats": None, "modes": ON_SITE},
    "MixedEventAttendanceMode": {"seats": None, "modes": ON_SITE | {"online": {"seats": 5}}},
}
SPEAKERS = [{"name": "Bo Ek", "role": {"sv": "forskare"}}]


def told(record: EventRecord, phase: str = "open", language: str = "sv") -> dict[str, Any]:
    facts = of_event(BASE, record, None, language, phase)
    check(facts)
    return facts


def stored(**changes: Any) -> EventRecord:
    return EventRecord.new(an_event(**changes), "ab" * 32, NOW)


def a_tour() -> TourRecord:
    return TourRecord(series=a_series(), key="cd" * 32, stops=())


@pytest.mark.parametrize("mode", MODES)
def test_an_event_keeps_the_rules_however_one_takes_part(mode: str) -> None:
    facts = told(
        stored(**MODES[mode], programme=[{"starts": "13:00", "title": {"sv": "A"}, "speakers": SPEAKERS}])
    )
    assert facts["eventAttendanceMode"] == f"https://schema.org/{mode}"
    assert facts["performer"] == [{"@type": "Person", "name": "Bo Ek", "description": "forskare"}]


def test_the_check_finds_what_is_missing_or_has_no_offset() -> None:
    facts = told(stored())
    cases: tuple[dict[str, Any], ...] = (
        {"startDate": "2020-09-16T13:00:00"},
        {"location": []},
        {"name": ""},
        {"eventStatus": "https://schema.org/Cancelled"},
        {"organizer": [{"@type": "Organization"}]},
        {"colour": "blue"},
    )
    for spoilt in cases:
        with pytest.raises((AssertionError, KeyError)):
            check(facts | spoilt)


def test_times_carry_the_offset_of_the_zone_on_that_day() -> None:
    facts = told(stored())
    assert (facts["startDate"], facts["endDate"]) == (
        "2020-09-16T13:00:00+03:00",
        "2020-09-16T15:45:00+03:00",
    )
    winter = {"starts": "2020-12-01T13:00", "ends": "2020-12-01T15:00"}
    assert told(stored(**winter))["startDate"] == "2020-12-01T13:00:00+02:00"


def test_an_event_online_is_at_its_public_page_and_never_at_the_meeting() -> None:
    record = stored(**MODES["MixedEventAttendanceMode"])
    virtual, place = sorted(told(record)["location"], key=lambda each: each["@type"], reverse=True)
    assert virtual == {"@type": "VirtualLocation", "url": PAGE}
    where = "Snellmansgatan 1 A, Helsingfors"
    assert place == {"@type": "Place", "name": where, "address": where}
    assert "webbseminarium.example" not in str(told(record))


@pytest.mark.parametrize(
    ("phase", "availability"), [("not-yet-open", "InStock"), ("open", "InStock"), ("closed", "SoldOut")]
)
def test_a_seat_costs_nothing_and_is_offered_while_one_can_register(phase: str, availability: str) -> None:
    offer = told(stored(registration_opens="2020-08-17T09:00"), phase)["offers"]
    assert offer["price"] == 0
    assert offer["availability"] == f"https://schema.org/{availability}"
    assert (offer["validFrom"], offer["validThrough"]) == (
        "2020-08-17T09:00:00+03:00",
        "2020-09-10T00:00:00+03:00",
    )


def changed(record: EventRecord, **changes: Any) -> EventRecord:
    fields = record.event.model_dump(mode="json", exclude_none=True) | changes
    return record.changed_to(Event.model_validate(fields), NOW)


def test_an_event_that_was_moved_tells_its_earlier_start() -> None:
    record = changed(stored(), starts="2020-09-17T13:00", ends="2020-09-17T15:45")
    facts = told(record)
    assert facts["eventStatus"] == "https://schema.org/EventRescheduled"
    assert facts["previousStartDate"] == "2020-09-16T13:00:00+03:00"


def test_an_event_that_ends_later_or_is_called_something_else_was_not_moved() -> None:
    record = changed(changed(stored(), ends="2020-09-16T16:00"), title={"sv": "Annat"})
    assert told(record)["eventStatus"] == "https://schema.org/EventScheduled"
    assert "previousStartDate" not in told(record)


def test_a_cancelled_event_says_so_whatever_happened_before() -> None:
    record = changed(stored(), starts="2020-09-17T13:00", ends="2020-09-17T15:45")
    facts = told(changed(record, cancelled=True), "cancelled")
    assert facts["eventStatus"] == "https://schema.org/EventCancelled"
    assert facts["previousStartDate"] == "2020-09-16T13:00:00+03:00"


def test_a_draft_that_was_moved_before_anybody_saw_it_was_not_moved() -> None:
    draft = changed(stored(draft=True), starts="2020-09-17T13:00", ends="2020-09-17T15:45")
    assert told(changed(draft, draft=False))["eventStatus"] == "https://schema.org/EventScheduled"


def test_the_texts_are_in_the_language_that_is_told() -> None:
    assert [told(stored(), language=each)["inLanguage"] for each in ("sv", "fi", "en")] == ["sv", "fi", "sv"]
    assert told(stored(), language="fi")["name"] == "Seminaari"


def test_a_stop_names_its_tour_and_a_tour_its_stops() -> None:
    tour, events = (
        a_tour(),
        [an_event(), an_event(id="vasa", starts="2020-10-14T13:00", ends="2020-10-14T15:00")],
    )
    stop = of_event(BASE, stored(), tour, "sv", "open")
    check(stop)
    assert stop["superEvent"]["url"] == f"{BASE}/tours/turne/sv"
    series = of_tour(BASE, tour, events, "sv")
    check(series)
    assert [each["url"] for each in series["subEvent"]] == [PAGE, f"{BASE}/events/vasa/sv"]
    assert (series["startDate"], series["endDate"]) == (
        "2020-09-16T13:00:00+03:00",
        "2020-10-14T15:00:00+03:00",
    )
