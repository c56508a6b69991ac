"""Organisers apply a series file: every stop comes to be, or nothing, and again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import ROOT, an_event
from tests.people import registered
from tests.tours import HOSTS, TOUR, a_series
from tests.visiting import NOW, Ask, everything, request, whatever_it_is

from kallelse import editing
from kallelse.ports import Desk

Tour = Callable[..., dict[str, Any]]


@pytest.fixture
def tour(organise: Ask) -> Tour:
    """Calls the admin handler about a tour."""
    from kallelse.handlers import admin

    def call(
        method: str, path: str = "/turne", body: str = "", kind: str = "application/json", **more: Any
    ) -> Any:
        called = request(method, f"/admin/tours{path}", {})
        called["headers"] = {"content-type": kind, "authorization": more.pop("authorization", "Bearer right")}
        called |= {"body": body, "queryStringParameters": more or None}
        return whatever_it_is(admin.handler, called)

    return call


def file(*stops: dict[str, Any], **changes: Any) -> str:
    return a_series(*stops, **changes).model_dump_json()


def test_a_series_file_creates_its_stops_and_again_changes_nothing(tour: Tour, desk: Desk) -> None:
    editing.apply(desk, an_event(tour=TOUR), HOSTS, NOW)
    first, second = (json.loads(tour("PUT", body=file())["body"]) for _ in range(2))
    assert first == second == json.loads(tour("GET")["body"])
    assert first["revision"] == 1
    assert first["stops"] == [
        {"id": each, "revision": 1, "notices": []} for each in ("vasa", "seminarium", "abo")
    ]
    assert first["series"]["title"] == {"sv": "Turné"}
    assert "key" not in json.dumps(first)


def test_a_changed_file_changes_the_stops_that_it_changes(tour: Tour, desk: Desk) -> None:
    for seats in (2, 1):
        answer = json.loads(tour("PUT", body=file({"id": "vasa", "seats": seats}, {"id": "abo"}))["body"])
        for name in ("Ada", "Bo"):
            registered(desk, desk.events.get("vasa"), name)
    answer = json.loads(tour("GET")["body"])
    assert answer["revision"] == 2
    assert [each["revision"] for each in answer["stops"]] == [2, 1]
    assert answer["stops"][0]["notices"][0].startswith("online: 2 seats are taken, 1 more than the 1")


def test_a_stop_that_left_the_series_stays_as_it_is(tour: Tour, desk: Desk) -> None:
    tour("PUT", body=file({"id": "vasa"}, {"id": "abo"}))
    answer = json.loads(tour("PUT", body=file({"id": "vasa"}))["body"])
    assert [each["id"] for each in answer["stops"]] == ["vasa"]
    assert desk.events.get("abo").revision == 1


def test_the_seed_tour_is_applied_as_it_is_written(tour: Tour, desk: Desk) -> None:
    seed = editing.read((ROOT / "templates/events/fortroendebygge.yaml").read_text())
    before = editing.apply(desk, seed, HOSTS, NOW)
    text = (ROOT / "templates/tours/regionturne-2020.yaml").read_text()
    for _ in range(2):
        answer = json.loads(tour("PUT", "/regionturne-2020", text, "application/yaml")["body"])
        assert [each["revision"] for each in answer["stops"]] == [1] * 8
    assert desk.events.get("fortroendebygge") == before


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "told"),
    [
        ("PUT", "/turne", "a: [", 422, "not valid YAML"),
        ("PUT", "/turne", "[]", 422, "mapping of fields"),
        ("PUT", "/turne", "{}", 422, "title"),
        ("PUT", "/annan", file({"id": "vasa"}), 422, "the address says 'annan'"),
        ("PUT", "/turne", file({"id": "vasa"}, {"id": "abo", "seats": 0}), 422, "stops.abo.seats"),
        ("PUT", "/turne", file(), 422, "stops.seminarium.event"),
        ("GET", "/turne", "", 404, "no such tour"),
    ],
)
def test_bad_input_is_told_and_nothing_is_stored(
    tour: Tour, desk: Desk, method: str, path: str, body: str, status: int, told: str
) -> None:
    answer = tour(method, path, body)
    assert answer["statusCode"] == status
    assert told in answer["body"]
    assert everything() == []


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/turne"), ("GET", "/turne"), ("GET", "/turne/summary")]
)
def test_a_stranger_gets_nothing(tour: Tour, method: str, path: str) -> None:
    assert tour(method, path, "{}", authorization="Bearer wrong")["statusCode"] == 401
