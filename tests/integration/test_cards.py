"""The card of an event: drawn when it is published or changed, shown at one address, never waited for."""

from __future__ import annotations

import struct
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from infra import plain_card
from tests.conftest import an_event
from tests.visiting import NOW, PAGE, Ask, Time, make_bucket, opened

from kallelse import drawing, editing, staging
from kallelse.errors import Unfinished
from kallelse.models import Event
from kallelse.ports import Desk

PLAIN = plain_card.CARD.read_bytes()
LIGHT_ENOUGH = 100_000
"""Bytes that a card of ordinary texts has at most, so that every program that shows links takes it."""


@pytest.fixture
def publish(ask: Ask, time: Time, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Runs the publisher, as the clock and the stream do."""
    make_bucket()
    from kallelse.handlers import publisher

    publisher._wiring.cache_clear()
    return lambda: publisher.handler({}, None)


def stored() -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket="bucket").get("Contents", [])]


def card(ask: Ask, language: str = "sv") -> tuple[bytes, str]:
    """The picture at the address of the event's, and for how long it may be kept."""
    answer = ask("GET", f"{PAGE}/{language}/card.png")
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "image/png")
    assert answer["isBase64Encoded"]
    return b64decode(answer["body"]), answer["headers"]["Cache-Control"]


def size(picture: bytes) -> tuple[int, ...]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", picture[16:24])


def changed(desk: Desk, **changes: Any) -> Event:
    return editing.apply(desk, an_event(**changes), frozenset({"webbseminarium.example"}), NOW).event


def test_the_plain_card_has_the_looks_of_the_others() -> None:
    assert plain_card.drawn() == PLAIN, "run make card"


def test_each_language_has_a_card_of_its_own_as_large_as_link_previews_show(
    ask: Ask, desk: Desk, publish: Callable[[], None]
) -> None:
    opened(desk)
    publish()
    cards = {language: card(ask, language)[0] for language in ("sv", "fi", "en")}
    assert len(set(cards.values())) == 3
    for picture in (*cards.values(), PLAIN):
        assert size(picture) == drawing.SIZE
        assert len(picture) <= LIGHT_ENOUGH


def test_until_the_card_is_drawn_there_is_the_plain_one_for_a_minute(
    ask: Ask, desk: Desk, publish: Callable[[], None]
) -> None:
    opened(desk)
    assert card(ask) == (PLAIN, "public, max-age=60")
    publish()
    assert card(ask)[0] != PLAIN
    assert card(ask)[1] == "public, max-age=86400"


def test_another_title_day_or_host_gives_another_card_at_another_address_for_those_who_keep_the_old(
    ask: Ask, desk: Desk, publish: Callable[[], None]
) -> None:
    opened(desk)
    publish()
    seen = {(card(ask)[0], address(ask))}
    for change in ({"title": {"sv": "Annat"}}, {"starts": "2020-09-16T12:00"}, {"hosts": [{"sv": "Vasa"}]}):
        changed(desk, **change)
        assert card(ask)[0] == PLAIN
        publish()
        seen.add((card(ask)[0], address(ask)))
    assert len(seen) == len({address for _, address in seen}) == 4


def address(ask: Ask) -> str:
    _, _, rest = ask("GET", f"{PAGE}/sv")["body"].partition('property="og:image" content="')
    return str(rest.partition('"')[0])


def test_a_draft_has_no_card_until_it_is_published(ask: Ask, desk: Desk, publish: Callable[[], None]) -> None:
    opened(desk, draft=True)
    publish()
    assert stored() == []
    assert ask("GET", f"{PAGE}/sv/card.png")["statusCode"] == 404
    staging.publish(desk, "seminarium", NOW)
    publish()
    assert len(stored()) == 3


def test_a_card_is_drawn_once_and_again_when_the_event_is_handed_in_again(
    ask: Ask, desk: Desk, publish: Callable[[], None]
) -> None:
    event = opened(desk).event
    publish()
    assert desk.agenda.to_publish().cards == ()
    client = boto3.client("s3")
    key = drawing.card_key(event, "sv")
    client.put_object(Bucket="bucket", Key=key, Body=b"in the looks of last year")
    publish()
    assert card(ask)[0] == b"in the looks of last year"
    changed(desk)
    publish()
    assert size(card(ask)[0]) == drawing.SIZE


class Broken:
    """Pictures that cannot be stored after the first few."""

    def __init__(self, takes: int) -> None:
        self.kept: dict[str, bytes] = {}
        self.takes = takes

    def replace(self, key: str, content: bytes, media_type: str, language: str) -> None:
        if len(self.kept) >= self.takes:
            raise ConnectionError
        self.kept[key] = content

    def find(self, key: str) -> bytes | None:
        return self.kept.get(key)


@pytest.mark.parametrize("takes", [0, 1, 2])
def test_drawing_that_broke_off_at_any_card_is_done_by_the_next_tick(
    ask: Ask, desk: Desk, publish: Callable[[], None], takes: int
) -> None:
    from kallelse.handlers.public.wiring import wiring

    opened(desk)
    with pytest.raises(ConnectionError):
        drawing.draw(desk, Broken(takes), wiring().renderer, "seminarium")
    assert desk.agenda.to_publish().cards == ("seminarium",)
    publish()
    assert desk.agenda.to_publish().cards == ()
    assert len(stored()) == 3


def test_an_event_that_changes_while_its_card_is_drawn_is_drawn_again(
    ask: Ask, desk: Desk, publish: Callable[[], None]
) -> None:
    record = opened(desk)
    changed(desk, title={"sv": "Annat"})
    desk.events.drawn(record)  # by the publisher that read the event before
    assert desk.agenda.to_publish().cards == ("seminarium",)


def test_a_card_that_cannot_be_drawn_keeps_no_other_from_it(
    ask: Ask, desk: Desk, publish: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(desk)
    opened(desk, id="andra")
    draw = drawing.draw

    def poisoned(*arguments: Any) -> int:
        if arguments[-1] == "andra":
            raise ValueError
        return draw(*arguments)

    monkeypatch.setattr("kallelse.handlers.publisher.draw", poisoned)
    with pytest.raises(Unfinished, match=r"andra \(ValueError\)"):
        publish()
    assert {key.split("/")[1] for key in stored()} == {"seminarium"}


def test_a_title_as_long_as_can_be_and_one_that_looks_like_code_are_drawn(
    ask: Ask, desk: Desk, publish: Callable[[], None]
) -> None:
    title = {"sv": "Öppenhetsförvaltningsutvecklingsseminarium " * 11, "fi": '#panic("no") $x$ \\ "]) // <a>'}
    opened(desk, title=title, hosts=[{"sv": "Regionförvaltningsverket i Västra och Inre Finland"}] * 6)
    publish()
    assert {size(card(ask, each)[0]) for each in ("sv", "fi", "en")} == {drawing.SIZE}


def test_cards_cost_the_idle_clock_nothing(
    ask: Ask, desk: Desk, publish: Callable[[], None], time: Time
) -> None:
    opened(desk)
    publish()
    time.now += timedelta(days=1)
    requests: list[str] = []
    client = desk.events.table.client  # type: ignore[attr-defined]
    client.meta.events.register("before-call.dynamodb.*", lambda model, **_: requests.append(model.name))
    assert desk.agenda.to_publish().cards == ()
    assert requests == ["Query"]
