"""Of what webhooks are told, on the real table: each occasion once, whatever breaks off, and no person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest
from tests.hooks import EVENT, URL, Hooked, a_hook
from tests.visiting import everything

from kallelse import connecting, erasing, managing
from kallelse.errors import InvalidInput, NotFound, Refused, Unfinished
from kallelse.models import DeliveryState, MailKind, Occasion, RegistrationState, Summary, SummaryState
from kallelse.ports import Desk

CONFIRMED, CANCELLED, PUBLISHED = (
    "registration.confirmed",
    "registration.cancelled",
    "summary.published",
)


@pytest.fixture
def hooked(desk: Desk) -> Hooked:
    """The event with a webhook that has a secret."""
    hooked = Hooked(desk)
    hooked.apply()
    hooked.make_secret()
    return hooked


def test_a_receiver_is_told_of_each_confirmed_registration_once_by_ids_only(hooked: Hooked) -> None:
    hooked.register("Ada", "Bo")
    for _ in range(4):
        hooked.tick()
    assert hooked.told() == [(CONFIRMED, "Ada"), (CONFIRMED, "Bo")]
    post = next(each for each in hooked.posts if each.content["registration_id"] == hooked.one("Ada").id)
    assert post.url == URL
    assert post.content == {
        "id": f"seminarium_diariet_registration-confirmed_{hooked.one('Ada').id}_1",
        "type": "registration.confirmed",
        "created_at": "2020-08-20T09:01:00+00:00",
        "event_id": "seminarium",
        "registration_id": hooked.one("Ada").id,
    }
    assert "ada" not in post.body.lower().replace(hooked.one("Ada").id, "")
    assert {each.state for each in hooked.deliveries()} == {DeliveryState.DELIVERED}


def test_one_who_waits_is_told_of_when_confirmed_and_one_who_leaves_when_cancelled(hooked: Hooked) -> None:
    hooked.apply(seats=1)
    hooked.register("Ada", "Bo")
    hooked.tick()
    assert hooked.told() == [(CONFIRMED, "Ada")]
    managing.cancel(hooked.desk, hooked.record, hooked.one("Ada"), hooked.time.now)
    hooked.tick()
    assert hooked.told() == [(CANCELLED, "Ada"), (CONFIRMED, "Ada"), (CONFIRMED, "Bo")]


def test_one_who_never_confirmed_the_address_is_not_told_of(hooked: Hooked) -> None:
    hooked.apply(address_confirmation="PT1H", offer="PT1H")
    hooked.register("Ada", "Bo")
    hooked.tick()
    managing.confirm(hooked.desk, hooked.one("Bo"), hooked.time.now)
    hooked.tick(timedelta(hours=2))
    hooked.tick()
    assert hooked.one("Ada").state is RegistrationState.CANCELLED
    assert hooked.told() == [(CONFIRMED, "Bo")]


def test_a_colleague_who_takes_the_seat_is_confirmed_and_the_giver_cancelled(hooked: Hooked) -> None:
    hooked.register("Ada")
    hooked.tick()
    ada, now = hooked.one("Ada"), hooked.time.now
    managing.substitute(hooked.desk, hooked.record, ada, "Pia", "pia@example.org", now)
    hooked.tick()
    assert hooked.told() == [(CANCELLED, "Ada"), (CONFIRMED, "Ada"), (CONFIRMED, "Pia")]


def test_registering_anew_after_cancelling_is_told_as_another(hooked: Hooked) -> None:
    hooked.register("Ada")
    hooked.tick()
    managing.cancel(hooked.desk, hooked.record, hooked.one("Ada"), hooked.time.now)
    hooked.register("Ada")  # before the sweep has seen that she left
    hooked.tick()
    assert hooked.told() == [(CANCELLED, "Ada"), (CONFIRMED, "Ada"), (CONFIRMED, "Ada")]
    assert len({each.headers["webhook-id"] for each in hooked.posts}) == 3


def test_an_erasure_before_the_end_is_a_cancellation_and_one_afterwards_is_not(hooked: Hooked) -> None:
    hooked.register("Ada", "Bo")
    hooked.tick()
    ada = hooked.one("Ada")
    erasing.erase(hooked.desk, hooked.record, ada, hooked.time.now)
    hooked.tick()
    [told] = [each.content for each in hooked.posts if each.content["type"] == CANCELLED]
    assert told["registration_id"] == ada.id
    hooked.time.now = hooked.record.event.ends_at
    erasing.erase(hooked.desk, hooked.record, hooked.one("Bo"), hooked.time.now)
    hooked.tick()
    assert len(hooked.deliveries(Occasion.REGISTRATION_CANCELLED)) == 1


def test_a_webhook_is_told_only_of_what_it_asks_for(hooked: Hooked) -> None:
    other = a_hook(id="annan", url="https://annan.example/", events=["registration-cancelled"])
    hooked.apply(a_hook(events=["registration-confirmed"]), other)
    hooked.make_secret("annan")
    hooked.register("Ada")
    hooked.tick()
    managing.cancel(hooked.desk, hooked.record, hooked.one("Ada"), hooked.time.now)
    hooked.tick()
    assert [(each.url, each.content["type"]) for each in hooked.posts] == [
        (URL, CONFIRMED),
        ("https://annan.example/", CANCELLED),
    ]


def test_nothing_is_recorded_or_sent_without_a_secret_and_with_one_everything_so_far_is(desk: Desk) -> None:
    hooked = Hooked(desk)
    hooked.apply()
    hooked.register("Ada", "Bo")
    hooked.tick()
    managing.cancel(desk, hooked.record, hooked.one("Bo"), hooked.time.now)
    hooked.tick()
    assert (hooked.deliveries(), hooked.posts) == ([], [])
    hooked.make_secret()
    hooked.tick()
    assert hooked.told() == [(CANCELLED, "Bo"), (CONFIRMED, "Ada"), (CONFIRMED, "Bo")]


def published(hooked: Hooked, version: int, state: SummaryState = SummaryState.PUBLISHED) -> Summary:
    summary = Summary(
        event_id=EVENT,
        language="sv",
        version=version,
        author="Bo",
        handed_in_at=hooked.time.now,
        checksum="0",
    ).moved(state, "publisher", hooked.time.now)
    hooked.desk.summaries.put(summary)
    return summary


def test_published_summaries_from_before_the_webhook_was_ready_are_told_of(desk: Desk) -> None:
    hooked = Hooked(desk)
    hooked.apply()
    published(hooked, 1)
    published(hooked, 2, SummaryState.APPROVED)
    hooked.make_secret()
    hooked.tick()
    [post] = hooked.posts
    assert (post.content["type"], post.content["language"], post.content["version"]) == (PUBLISHED, "sv", 1)
    assert "registration_id" not in post.content


def test_an_event_without_webhooks_has_no_deliveries_and_costs_no_read_of_them(desk: Desk) -> None:
    hooked = Hooked(desk)
    hooked.apply(webhooks=[])
    hooked.register("Ada")
    hooked.tick()
    assert not [each for each in everything() if each["sk"]["S"].startswith(("DELIVERY#", "WEBHOOK#"))]


def test_what_goes_wrong_with_webhooks_keeps_no_mail_back(hooked: Hooked) -> None:
    hooked.register("Ada")
    boto3.client("dynamodb").put_item(
        TableName="kallelse", Item={"pk": {"S": "EVENT#seminarium"}, "sk": {"S": "WEBHOOK#spoilt"}}
    )
    with pytest.raises(Unfinished, match="seminarium"):
        hooked.tick()
    assert [mail.kind for mail in hooked.desk.mails.of_event(EVENT)] == [MailKind.CONFIRMED]


def test_a_ping_is_sent_once_the_webhook_has_a_secret(desk: Desk) -> None:
    hooked = Hooked(desk)
    record = hooked.apply()
    with pytest.raises(Refused, match="no secret"):
        connecting.ping(desk, record, "diariet", hooked.time.now)
    with pytest.raises(NotFound):
        connecting.ping(desk, record, "nobody", hooked.time.now)
    hooked.make_secret()
    connecting.ping(desk, record, "diariet", hooked.time.now)
    hooked.run()
    [post] = hooked.posts
    assert post.content["type"] == "ping"
    assert set(post.content) == {"id", "type", "created_at", "event_id"}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://annan-vard.example/", "must be one of: annan.example, mottagare.example"),
        ("http://localhost:8080/", "must be one of"),
        ("https://mottagare.example.evil.example/", "must be one of"),
    ],
)
def test_a_host_that_the_deployment_does_not_allow_is_refused_by_its_field(
    desk: Desk, url: str, told: str
) -> None:
    with pytest.raises(InvalidInput, match=told) as refused:
        Hooked(desk).apply(a_hook(url=url))
    assert [each.field for each in refused.value.problems] == ["webhooks.diariet.url"]
    assert everything() == []


def test_the_overview_tells_where_each_webhook_stands_and_no_secret(hooked: Hooked) -> None:
    hooked.apply(a_hook(), a_hook(id="annan", url="https://annan.example/"))
    secret = hooked.make_secret()
    hooked.answer = lambda _: 503
    hooked.register("Ada", "Bo")
    hooked.tick()
    first, second = connecting.overview(hooked.desk, hooked.record)
    assert (first["state"], first["deliveries"]) == ("ready", {"pending": 2})
    assert first["last_failure"]["failure"] == "answered 503"
    assert (second["state"], second["deliveries"], second["last_failure"]) == ("without-secret", {}, None)
    assert secret not in str(first)
    kept: Any = hooked.desk.webhooks.get(EVENT, "diariet")
    assert secret not in repr(kept)
