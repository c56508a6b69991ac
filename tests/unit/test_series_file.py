"""A series file becomes the event files of its stops."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.conftest import ROOT, an_event, utc
from tests.fakes import fake_desk
from tests.tours import HOSTS, a_series

from kallelse import editing, planning
from kallelse.errors import EventNotFound, InvalidInput
from kallelse.models import Event, Series

FILE = (ROOT / "templates/tours/regionturne-2020.yaml").read_text()
SEED = (ROOT / "templates/events/fortroendebygge.yaml").read_text()
NOW = utc("2020-04-01T09:00")


def problems(series: Series) -> list[str]:
    with pytest.raises(InvalidInput) as wrong:
        planning.expand(series)
    return [each.field for each in wrong.value.problems]


def test_a_stop_has_what_is_shared_and_its_own_instead() -> None:
    vasa, abo = planning.expand(a_series({"id": "vasa"}, {"id": "abo", "seats": 7, "title": {"sv": "Åbo"}}))
    assert (vasa.seats, vasa.title["sv"]) == (2, "Seminarium")
    assert (abo.seats, abo.title) == (7, {"sv": "Åbo"})
    assert vasa.contacts == abo.contacts
    assert [event.tour and (event.tour.id, event.tour.stops) for event in (vasa, abo)] == [("turne", 2)] * 2


def test_what_is_wrong_is_told_with_the_stop_and_the_field() -> None:
    series = a_series({"id": "vasa", "seats": -1}, {"id": "abo", "titel": {"sv": "Åbo"}}, {"id": "kuopio"})
    assert problems(series) == ["stops.vasa.seats", "stops.abo.titel"]
    assert problems(a_series({"id": "vasa", "ends": "2020-09-16T10:00"})) == ["stops.vasa.event"]


@pytest.mark.parametrize(
    "stops",
    [
        [{"title": {"sv": "Vasa"}}],
        [{"id": "vasa"}, {"id": "vasa"}],
        [{"id": "vasa"}, {"event": "vasa"}],
        [{"event": "vasa", "seats": 3}],
        [{"id": 7}],
    ],
)
def test_stops_without_an_id_of_their_own_are_refused(stops: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="stop"):
        a_series(*stops)


def test_an_id_or_a_tour_for_all_stops_is_refused() -> None:
    for name in ("id", "tour"):
        with pytest.raises(ValueError, match="shared must not have"):
            a_series({"id": "vasa"}, shared={name: "vasa"})


def test_the_seed_tour_has_eight_stops_of_which_the_seed_event_is_one_by_its_own_file() -> None:
    series = planning.read(FILE)
    events = planning.expand(series)
    seed = Event.model_validate(yaml.safe_load(SEED))
    assert len(series.event_ids) == 8
    assert set(series.event_ids) - {event.id for event in events} == {seed.id}
    assert seed.tour
    assert (seed.tour.id, seed.tour.title, seed.tour.stops) == (series.id, series.title, 8)
    assert [event.tour for event in events] == [seed.tour] * 7


def test_the_seed_tour_is_applied_and_applied_again_changes_nothing() -> None:
    desk, series = fake_desk(), planning.read(FILE)
    seed = editing.apply(desk, editing.read(SEED), HOSTS, NOW)
    first = planning.apply(desk, series, HOSTS, NOW)
    second = planning.apply(desk, series, HOSTS, NOW)
    assert first == second
    assert [record.event.id for record in first.stops] == list(series.event_ids)
    assert [record.revision for record in second.stops] == [1] * 8
    assert desk.events.get(seed.event.id) == seed


def test_a_stop_with_its_own_file_must_be_there_and_name_the_tour() -> None:
    desk, series = fake_desk(), a_series({"id": "vasa"}, {"event": "seminarium"})
    with pytest.raises(InvalidInput, match=r"stops\.seminarium\.event: apply the event's own file first"):
        planning.apply(desk, series, HOSTS, NOW)
    editing.apply(desk, an_event(), HOSTS, NOW)
    with pytest.raises(
        InvalidInput, match=r"stops\.seminarium\.event: its own file must say tour\.id: turne"
    ):
        planning.apply(desk, series, HOSTS, NOW)


def test_nothing_is_stored_when_one_of_the_stops_is_wrong() -> None:
    meeting = {"address": "https://elsewhere.example/"}
    desk = fake_desk()
    with pytest.raises(InvalidInput, match=r"stops\.abo\.meeting\.address"):
        planning.apply(desk, a_series({"id": "vasa"}, {"id": "abo", "meeting": meeting}), HOSTS, NOW)
    assert desk.tours.find("turne") is None
    with pytest.raises(EventNotFound):
        desk.events.get("vasa")


def test_an_apply_that_was_broken_off_ends_the_same_when_it_is_repeated() -> None:
    desk, series = fake_desk(), a_series({"id": "vasa"}, {"id": "abo"})
    # Broken off after the first stop: the second and the tour are not there yet.
    editing.apply(desk, planning.expand(series)[0], HOSTS, NOW)
    applied = planning.apply(desk, series, HOSTS, NOW)
    assert [record.revision for record in applied.stops] == [1, 1]
    assert [stop.key for stop in applied.tour.stops] == [
        desk.events.get(each).key for each in ("vasa", "abo")
    ]
