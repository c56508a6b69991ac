"""The admin routes of webhooks: secrets told once, switching on again, trying, and looking."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import an_event
from tests.hooks import Hooked, a_hook
from tests.visiting import Ask, Time, everything, request

from kallelse.handlers import admin
from kallelse.models import DeliveryState
from kallelse.ports import Desk


@pytest.fixture
def hooked(desk: Desk, organise: Ask, time: Time) -> Hooked:
    hooked = Hooked(desk, time)
    hooked.apply(a_hook(), a_hook(id="annan", url="https://annan.example/"))
    return hooked


def told(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] < 400, answer["body"]
    return json.loads(answer["body"])


def test_a_secret_is_told_once_and_kept_in_one_item_only(hooked: Hooked, organise: Ask) -> None:
    first = told(organise("POST", "/webhooks/diariet/secret"))["secret"]
    second = told(organise("POST", "/webhooks/diariet/secret"))["secret"]
    assert first != second
    assert len(first) == len("whsec_") + 44  # 32 bytes in base64
    holding = [item["sk"]["S"] for item in everything() if first in str(item) or second in str(item)]
    assert holding == ["WEBHOOK#diariet"]
    for path in ("", "/webhooks", "/webhooks/diariet", "/audit"):
        answer = organise("GET", path)
        assert answer["statusCode"] == 200
        assert "whsec_" not in answer["body"]


def test_a_second_secret_must_say_which_state_it_is_meant_for(hooked: Hooked, organise: Ask) -> None:
    def make(**headers: str) -> Any:
        called = request("POST", "/admin/events/seminarium/webhooks/diariet/secret", {})
        called["headers"] = {"content-type": "application/json", "authorization": "Bearer right"} | headers
        return admin.handler(called, None)

    tag = make()["headers"]["ETag"]
    assert make()["statusCode"] == 428
    assert make(**{"if-match": tag})["statusCode"] == 200
    assert make(**{"if-match": tag})["statusCode"] == 412


def test_the_list_tells_how_each_stands_and_the_route_switches_one_on_again(
    hooked: Hooked, organise: Ask
) -> None:
    told(organise("POST", "/webhooks/diariet/secret"))
    hooked.answer = lambda _: 410
    hooked.register("Ada")
    hooked.tick()
    first, second = told(organise("GET", "/webhooks"))["webhooks"]
    assert (first["id"], first["state"], first["deliveries"]) == ("diariet", "off", {"held": 1})
    assert (second["id"], second["state"]) == ("annan", "without-secret")
    assert told(organise("GET", "/webhooks/diariet")) == first
    assert told(organise("POST", "/webhooks/diariet/on"))["state"] == "ready"
    hooked.answer = lambda _: 200
    hooked.tick()
    assert hooked.states() == {DeliveryState.DELIVERED}


def test_a_ping_can_be_followed_until_it_is_delivered(hooked: Hooked, organise: Ask) -> None:
    assert organise("POST", "/webhooks/diariet/test")["statusCode"] == 409
    told(organise("POST", "/webhooks/diariet/secret"))
    answer = organise("POST", "/webhooks/diariet/test")
    assert answer["statusCode"] == 202
    ping = told(answer)
    assert (ping["state"], ping["occasion"]) == ("pending", "ping")
    hooked.tick(timedelta(0))
    assert told(organise("GET", f"/webhooks/diariet/deliveries/{ping['id']}"))["state"] == "delivered"
    assert [post.content["id"] for post in hooked.posts] == [ping["id"]]
    for path in (
        f"annan/deliveries/{ping['id']}",
        "diariet/deliveries/seminarium_diariet_x",
        "diariet/deliveries/x",
        f"diariet/deliveries/seminarium_diariet_{'x' * 2000}_x_1",
    ):
        assert organise("GET", f"/webhooks/{path}")["statusCode"] == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", "/secret"), ("POST", "/on"), ("POST", "/test")],
)
def test_a_webhook_that_the_file_does_not_have_is_not_found(
    hooked: Hooked, organise: Ask, method: str, path: str
) -> None:
    before = everything()
    assert organise(method, f"/webhooks/nobody{path}")["statusCode"] == 404
    assert everything() == before


def test_the_file_is_refused_when_a_host_is_not_allowed(hooked: Hooked, organise: Ask) -> None:
    file = an_event(webhooks=[a_hook()]).model_dump(mode="json", exclude_none=True)
    answer = organise("PUT", "", file)
    [problem] = json.loads(answer["body"])["errors"]
    assert (answer["statusCode"], problem["field"]) == (422, "webhooks.diariet.url")
    assert "WebhookHosts" in problem["detail"]
