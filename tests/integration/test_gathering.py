"""The summaries of all stops of a tour as one text."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import utc
from tests.integration.test_admin_tours import Tour, tour
from tests.people import registered
from tests.summaries import TO_APPROVAL, moved
from tests.tours import changed_stop, toured
from tests.visiting import NOW, Time

from kallelse import staging, summarising
from kallelse.models import Summary, SummaryState
from kallelse.ports import Desk

__all__ = ["tour"]

HELD = utc("2020-10-01T09:00")


def handed_in(desk: Desk, event_id: str, markdown: str, language: str = "sv") -> Summary:
    from kallelse.handlers.admin.wiring import wiring

    record = desk.events.get(event_id)
    return summarising.hand_in(desk, wiring()[2], record, language, markdown, "x", NOW)


def published(desk: Desk, event_id: str, markdown: str) -> None:
    approved = moved(desk, handed_in(desk, event_id, markdown), *TO_APPROVAL)
    assert desk.summaries.replace(approved, approved.moved(SummaryState.PUBLISHED, "publisher", NOW))


def text(answer: dict[str, Any]) -> str:
    assert answer["statusCode"] == 200
    return str(answer["body"])


def test_the_newest_published_summary_of_each_stop_stands_under_its_heading(
    tour: Tour, desk: Desk, time: Time
) -> None:
    time.now = HELD
    stops = toured(desk)
    for event_id, name in (("abo", "Ada"), ("seminarium", "Bo"), ("seminarium", "Cia")):
        registered(desk, stops[event_id], name, organisation="Vasa")
    published(desk, "seminarium", "# Det gamla")
    published(desk, "seminarium", "# Öppenhet\n\nDen *lönar* sig.")
    handed_in(desk, "seminarium", "# Ännu ett utkast")
    assert text(tour("GET", "/turne/summary", language="sv")) == (
        "# Sammanfattning: Turné\n\n"
        "3 deltagare, 1 organisation\n\n"
        "## Seminarium\n\n"
        "onsdag 16 september 2020 kl. 13.00–15.45. Webbseminarium.\n\n"
        "2 deltagare, 1 organisation\n\n"
        "### Öppenhet\n\nDen *lönar* sig.\n\n"
        "## Åbo\n\n"
        "onsdag 30 september 2020 kl. 13.00–15.00. Webbseminarium.\n\n"
        "1 deltagare, 1 organisation\n\n"
        "Ingen sammanfattning har publicerats på det här språket.\n\n"
        "## Vasa\n\n"
        "onsdag 14 oktober 2020 kl. 13.00–15.00. Webbseminarium.\n\n"
        "0 deltagare, 0 organisationer\n\n"
        "Evenemanget har inte hållits ännu.\n"
    )


def test_it_names_nobody_and_counts_only_those_with_a_seat(tour: Tour, desk: Desk) -> None:
    stops = toured(desk, {"seats": 1})
    for name in ("Ada", "Bo"):
        registered(desk, stops["abo"], name)
    told = text(tour("GET", "/turne/summary"))
    assert "1 deltagare" in told
    assert "Ada" not in told
    assert "2 deltagare" not in told


def test_those_of_a_cancelled_stop_are_not_counted(tour: Tour, desk: Desk) -> None:
    stops = toured(desk)
    registered(desk, stops["abo"], "Ada")
    changed_stop(desk, "abo", cancelled=True)
    told = text(tour("GET", "/turne/summary"))
    assert "inställt" in told
    assert "1 deltagare" not in told


@pytest.mark.parametrize("language", ["fi", "en"])
def test_it_is_there_in_every_language(tour: Tour, desk: Desk, language: str) -> None:
    toured(desk)
    assert "2020" in text(tour("GET", "/turne/summary", language=language))


@pytest.mark.parametrize(
    ("path", "language", "status"), [("/turne/summary", "xx", 422), ("/annan/summary", "sv", 404)]
)
def test_what_is_not_there_is_told(tour: Tour, desk: Desk, path: str, language: str, status: int) -> None:
    toured(desk)
    assert tour("GET", path, language=language)["statusCode"] == status


def test_a_stop_that_is_a_draft_is_left_out(tour: Tour, desk: Desk) -> None:
    toured(desk, {"draft": True})
    staging.publish(desk, "vasa", NOW)
    told = text(tour("GET", "/turne/summary", language="sv"))
    assert [each for each in ("Vasa", "Åbo", "Seminarium") if f"## {each}" in told] == ["Vasa"]
