"""The notifier as AWS Lambda starts it, with its threads, against a receiver on the loopback interface."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.conftest import ROOT
from tests.hooks import Answer, Hooked, a_hook, receiver
from tests.visiting import MINUTE, Time, make_bucket

from kallelse import dispatching, reviewing, summarising
from kallelse.adapters import s3
from kallelse.handlers import notifier, publisher
from kallelse.models import DeliveryState, Occasion, SummaryState
from kallelse.ports import Desk

PEOPLE = [f"Person{number}" for number in range(12)]


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr("kallelse.config.system_clock", time)
    return time


@pytest.fixture
def answers() -> list[Answer]:
    """What the receiver answers, one after another; 204 when there is nothing left."""
    return []


@pytest.fixture
def requests(
    desk: Desk, time: Time, answers: list[Answer], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Any]]:
    """What the receiver is asked by the notifier of the local cloud."""
    settings = {"TABLE": "kallelse", "LOCAL": "1", "WEBHOOK_HOSTS": "localhost", "BUCKET": "bucket"}
    for name, value in (settings | {"TEMPLATES": str(ROOT / "templates")}).items():
        monkeypatch.setenv(f"KALLELSE_{name}", value)
    for function in (notifier, publisher):
        function._wiring.cache_clear()
    with receiver(lambda: answers.pop() if answers else (204, {})) as (port, requests):
        monkeypatch.setattr("tests.hooks.WEBHOOK_HOSTS", frozenset({"localhost"}))
        Hooked(desk, time).apply(a_hook(url=f"http://localhost:{port}/"), seats=50, summary_languages=["sv"])
        yield requests
    for function in (notifier, publisher):
        function._wiring.cache_clear()


@pytest.fixture
def hooked(desk: Desk, time: Time, requests: list[Any]) -> Hooked:
    """Twelve registrations to tell of."""
    hooked = Hooked(desk, time)
    hooked.make_secret()
    hooked.register(*PEOPLE)
    return hooked


def run(hooked: Hooked, after: timedelta = MINUTE, seconds_left: int = 110) -> None:
    hooked.time.now += after
    dispatching.tick(hooked.desk, hooked.time.now)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: seconds_left * 1000)
    notifier.handler({}, cast("Any", context))


def test_every_delivery_reaches_the_receiver_once(hooked: Hooked, requests: list[Any]) -> None:
    for _ in range(3):
        run(hooked)
    ids = [headers["webhook-id"] for _, headers, _ in requests]
    assert sorted(ids) == sorted(each.id for each in hooked.deliveries())
    assert len(ids) == len(PEOPLE)
    assert hooked.states() == {DeliveryState.DELIVERED}


def test_what_the_receiver_fails_to_take_comes_again_later(
    hooked: Hooked, requests: list[Any], answers: list[Answer]
) -> None:
    answers.append((503, {}))
    run(hooked)
    assert len(requests) <= len(PEOPLE)
    run(hooked, 2 * MINUTE)
    ids = [headers["webhook-id"] for _, headers, _ in requests]
    assert len(ids) == len(PEOPLE) + 1
    assert ids.count(ids[0]) == 2
    assert hooked.states() == {DeliveryState.DELIVERED}


def test_a_notifier_with_little_time_left_begins_nothing(hooked: Hooked, requests: list[Any]) -> None:
    run(hooked, seconds_left=int(notifier.MARGIN.total_seconds()))
    assert requests == []
    assert {(each.state, each.attempt) for each in hooked.deliveries()} == {(DeliveryState.PENDING, 0)}


def test_the_publisher_tells_of_a_summary_once_it_is_published(hooked: Hooked, requests: list[Any]) -> None:
    make_bucket()
    summary = summarising.hand_in(
        hooked.desk, s3.connect("bucket"), hooked.record, "sv", "Öppenhet lönar sig.", "Bo", hooked.time.now
    )
    for state in (SummaryState.IN_REVIEW, SummaryState.APPROVED):
        summary = reviewing.move(hooked.desk, summary, state, "Bo", hooked.time.now)
    run(hooked)
    assert hooked.deliveries(Occasion.SUMMARY_PUBLISHED) == []
    publisher.handler({}, None)
    run(hooked)
    [told] = hooked.deliveries(Occasion.SUMMARY_PUBLISHED)
    assert (told.about, told.version, told.state) == ("sv", 1, DeliveryState.DELIVERED)
    assert [headers["webhook-id"] for _, headers, _ in requests].count(told.id) == 1
