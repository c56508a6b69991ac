"""Bringing deliveries: signed, at least once with one id, ever less often, for three days at most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook as Signer
from standardwebhooks import WebhookVerificationError
from tests.fakes import fake_desk
from tests.hooks import EVENT, Hooked, Post, a_hook, in_turn
from tests.visiting import MINUTE

from kallelse import connecting, delivering
from kallelse.delivering import LONGEST, SHORTEST, Run, signed, wait
from kallelse.errors import Undelivered, Unfinished
from kallelse.models import Delivery, DeliveryState

DAY = timedelta(days=1)


@pytest.fixture
def hooked() -> Hooked:
    """The event with a webhook that has a secret, and one confirmed registration to tell of."""
    hooked = Hooked(fake_desk())
    hooked.apply()
    hooked.make_secret()
    hooked.register("Ada")
    return hooked


def answers(*statuses: int) -> Callable[[Post], int]:
    """A receiver that gives these answers one after another, the last one for ever; 0 is none."""
    left = list(statuses)

    def answer(_: Post) -> int:
        status = left.pop(0) if len(left) > 1 else left[0]
        if not status:
            raise Undelivered("did not answer in time")
        return status

    return answer


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_whatever_begins_with_2_is_delivered_and_never_sent_again(hooked: Hooked, status: int) -> None:
    hooked.answer = answers(status)
    for _ in range(10):
        hooked.tick(DAY)
    assert len(hooked.posts) == 1
    assert hooked.states() == {DeliveryState.DELIVERED}


@pytest.mark.parametrize("status", [0, 301, 308, 400, 404, 429, 500, 503])
def test_any_other_answer_or_none_brings_it_again_with_the_same_id_and_content(
    hooked: Hooked, status: int
) -> None:
    hooked.answer = answers(status, 200)
    for _ in range(5):
        hooked.tick()
    first, second = hooked.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == first.content["id"]
    assert first.body == second.body
    assert hooked.states() == {DeliveryState.DELIVERED}


def test_the_wait_doubles_from_a_minute_to_twelve_hours_give_or_take_a_fifth() -> None:
    for attempt in range(1, 40):
        plain = min(SHORTEST * 2.0 ** (attempt - 1), LONGEST)
        waits = [wait(attempt) for _ in range(50)]
        assert plain * 0.8 <= min(waits) < max(waits) <= plain * 1.2


def test_a_receiver_that_never_answers_is_given_up_after_three_days_and_never_asked_too_soon(
    hooked: Hooked,
) -> None:
    hooked.answer = answers(0)
    due = [hooked.time.now]
    for _ in range(4 * 24 * 60):
        hooked.tick()
        due += [each.due_at for each in hooked.deliveries() if each.due_at and each.due_at != due[-1]]
    times = [post.at for post in hooked.posts]
    [delivery] = hooked.deliveries()
    assert (delivery.state, delivery.due_at) == (DeliveryState.FAILED, None)
    assert delivery.until == delivery.created_at + 3 * DAY
    assert times[0] == delivery.created_at
    assert times[-1] < delivery.until
    assert 12 <= len(times) == delivery.attempt <= 20
    # No attempt before the time that the one before it had set, nor a minute after it.
    assert all(at <= sent < at + MINUTE for at, sent in zip(due[1:], times[1:], strict=False))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(gap <= LONGEST * 1.2 + MINUTE for gap in gaps)
    assert gaps[-1] > 100 * gaps[0]


def test_a_notifier_that_is_gone_in_the_middle_leaves_a_delivery_that_comes_again(hooked: Hooked) -> None:
    class Gone(BaseException):
        """The process is gone."""

    def stop(_: Post) -> int:
        raise Gone

    hooked.answer = stop
    with pytest.raises(Gone):
        hooked.tick()
    hooked.answer = answers(200)
    hooked.run()
    assert len(hooked.posts) == 1  # its time has not come
    hooked.tick(2 * MINUTE)
    assert len(hooked.posts) == 2
    assert hooked.states() == {DeliveryState.DELIVERED}


def test_two_notifiers_at_the_same_delivery_send_it_once(hooked: Hooked) -> None:
    hooked.answer = lambda _: 200 if hooked.run() == [] else 500
    hooked.tick()
    assert len(hooked.posts) == 1
    assert hooked.states() == {DeliveryState.DELIVERED}


def test_a_receiver_that_fails_is_left_alone_for_the_rest_of_the_run_and_others_are_not(
    hooked: Hooked,
) -> None:
    hooked.apply(a_hook(), a_hook(id="annan", url="https://annan.example/"))
    hooked.make_secret("annan")
    hooked.register("Bo", "Cia")
    hooked.answer = lambda post: 500 if "mottagare" in post.url else 200
    hooked.tick()
    urls = [post.url.split("/")[2] for post in hooked.posts]
    assert (urls.count("mottagare.example"), urls.count("annan.example")) == (1, 3)


def test_410_switches_the_webhook_off_until_an_organiser_switches_it_on(hooked: Hooked) -> None:
    hooked.register("Bo")
    hooked.answer = answers(410)
    hooked.tick()
    assert len(hooked.posts) == 1
    assert hooked.states() == {DeliveryState.HELD}
    [shown] = connecting.overview(hooked.desk, hooked.record)
    assert (shown["state"], shown["off_since"]) == ("off", hooked.time.now.isoformat())
    assert shown["last_failure"]["failure"] == "answered 410"
    hooked.answer = answers(200)
    hooked.register("Cia")
    hooked.tick(4 * DAY)
    assert len(hooked.posts) == 1
    hooked.posts.clear()
    connecting.switch_on(hooked.desk, hooked.record, "diariet", hooked.time.now)
    hooked.tick()
    confirmed = "registration.confirmed"
    assert hooked.told() == [(confirmed, "Ada"), (confirmed, "Bo"), (confirmed, "Cia")]
    assert hooked.states() == {DeliveryState.DELIVERED}


def test_410_in_the_moment_of_a_change_is_a_failure_like_others_and_the_next_one_counts(
    hooked: Hooked,
) -> None:
    def gone(post: Post) -> int:
        if len(hooked.posts) == 1:
            hooked.make_secret()
        return 410

    hooked.answer = gone
    hooked.tick()
    assert hooked.states() == {DeliveryState.PENDING}
    hooked.tick(2 * MINUTE)
    assert hooked.states() == {DeliveryState.HELD}
    assert connecting.overview(hooked.desk, hooked.record)[0]["state"] == "off"


def test_a_changed_address_in_the_file_switches_the_webhook_on(hooked: Hooked) -> None:
    hooked.answer = answers(410, 200)
    hooked.tick()
    hooked.apply(a_hook())  # the same address
    hooked.tick()
    assert len(hooked.posts) == 1
    hooked.apply(a_hook(url="https://annan.example/ny"))
    hooked.tick()
    assert [post.url for post in hooked.posts[1:]] == ["https://annan.example/ny"]
    assert hooked.posts[0].headers["webhook-id"] == hooked.posts[1].headers["webhook-id"]


def test_what_is_under_way_to_a_webhook_that_left_the_file_is_held_until_it_is_back(hooked: Hooked) -> None:
    hooked.answer = answers(500)
    hooked.tick()
    hooked.apply(webhooks=[])
    hooked.tick(2 * MINUTE)
    assert hooked.states() == {DeliveryState.HELD}
    hooked.answer = answers(200)
    hooked.apply(a_hook())
    hooked.tick()
    assert hooked.states() == {DeliveryState.DELIVERED}


STILL_TO_COME = {
    "starts": "2100-09-16T13:00",
    "ends": "2100-09-16T15:45",
    "last_day_to_register": "2100-09-09",
}


def at_this_moment(hooked: Hooked) -> None:
    """The library checks timestamps by the clock of the system."""
    hooked.time.now = datetime.now(UTC)


def test_the_signature_is_that_of_the_specification(hooked: Hooked) -> None:
    secret = hooked.make_secret()
    assert secret.startswith("whsec_")
    at_this_moment(hooked)
    hooked.apply(**STILL_TO_COME)
    hooked.tick(timedelta(0))
    [post] = hooked.posts
    assert Signer(secret).verify(post.body, post.headers) == post.content
    with pytest.raises(WebhookVerificationError):
        Signer(secret).verify(post.body.replace("confirmed", "cancelled"), post.headers)


def test_a_signature_computed_by_hand() -> None:
    # printf 'msg_1.1600000000.{}' | openssl dgst -sha256 -hmac key -binary | base64
    now = datetime.fromtimestamp(1_600_000_000, UTC)
    assert signed("msg_1", "{}", [SecretStr("whsec_a2V5")], now) == {
        "content-type": "application/json",
        "webhook-id": "msg_1",
        "webhook-timestamp": "1600000000",
        "webhook-signature": "v1,OYdyVGBLECvfzOaEF+REPaZIFrAkob+/ywzMNv1yTJY=",
    }


def verified(secrets: list[str], post: Post) -> list[bool]:
    """Whether each of the secrets has signed."""
    found = []
    for secret in secrets:
        try:
            Signer(secret).verify(post.body, post.headers)
        except WebhookVerificationError:
            found.append(False)
        else:
            found.append(True)
    return found


@pytest.mark.parametrize(("hours", "signs"), [(23, [True, True]), (25, [False, True])])
def test_for_a_day_after_a_new_secret_both_sign(hours: int, signs: list[bool]) -> None:
    hooked = Hooked(fake_desk())
    hooked.time.now = datetime.now(UTC) - timedelta(hours=hours)
    hooked.apply(**STILL_TO_COME)
    secrets = [hooked.make_secret(), hooked.make_secret()]
    at_this_moment(hooked)
    hooked.register("Ada")
    hooked.tick(timedelta(0))
    assert verified(secrets, hooked.posts[-1]) == signs


def test_a_secret_whose_answer_was_lost_does_not_cut_off_the_one_in_use() -> None:
    hooked = Hooked(fake_desk())
    at_this_moment(hooked)
    hooked.apply(**STILL_TO_COME)
    secrets = [hooked.make_secret() for _ in range(6)]
    hooked.register("Ada")
    hooked.tick(timedelta(0))
    assert verified(secrets, hooked.posts[-1]) == [False, False, True, True, True, True]


def test_one_that_cannot_be_dealt_with_is_named_and_the_others_are_sent(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked.register("Bo")
    hooked.answer = answers(500)
    hooked.tick()
    hooked.time.now += 2 * MINUTE
    hooked.answer = answers(200)
    get, spoilt = hooked.desk.deliveries.get, hooked.deliveries()[0].id

    def read(delivery_id: str) -> Delivery | None:
        if delivery_id == spoilt:
            raise ValueError
        return get(delivery_id)

    monkeypatch.setattr(hooked.desk.deliveries, "get", read)
    with pytest.raises(Unfinished, match=spoilt):
        hooked.run()
    assert len(hooked.posts) == 2


def test_no_attempt_begins_after_the_end_of_the_run(hooked: Hooked) -> None:
    hooked.time.now += MINUTE
    hooked.tick(timedelta(0))
    hooked.posts.clear()
    hooked.register("Bo")
    connecting.ping(hooked.desk, hooked.record, "diariet", hooked.time.now)
    assert delivering.sweep(Run(hooked.desk, hooked, hooked.time, hooked.time.now), in_turn) == []
    assert hooked.posts == []
    assert hooked.desk.deliveries.get(f"{EVENT}_diariet_ping_ping_{int(hooked.time.now.timestamp())}")
