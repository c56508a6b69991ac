"""What organisers see at their pages, and that charts and tables tell the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from tests.organisers import Browser, browsing, links
from tests.people import TWO_MODES, registered
from tests.visiting import LANGUAGES, NOW, Time, opened, text

from kallelse import dialogues, managing, staging
from kallelse.handlers.organiser.api import POLICY
from kallelse.handlers.organiser.paging import PAGES
from kallelse.models import Mail, MailKind, MailState, Mode, Registration
from kallelse.ports import Desk
from kallelse.retaining import figures_of

HERE = "/organiser/events/seminarium"
DAY = timedelta(days=1)
ROOMY: dict[str, Any] = TWO_MODES | {
    "modes": {"online": {"seats": 40}, "on-site": {"seats": 10, "place": {"sv": "Gatan 1"}}}
}
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def browser(desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with browsing(monkeypatch, time) as browser:
        browser.enter()
        yield browser


def joined(desk: Desk, registration: Registration, at: datetime = NOW) -> None:
    after = registration.model_copy(update={"joined_at": at, "revision": registration.revision + 1})
    assert desk.registrations.store((registration, after))


def calling_itself(desk: Desk, registration: Registration, name: str) -> Registration:
    participant = registration.participant.model_copy(update={"name": name})
    changes = {"participant": participant, "revision": registration.revision + 1}
    after = registration.model_copy(update=changes)
    assert desk.registrations.store((registration, after))
    return after


def section(page: Any, heading: str) -> str:
    """What a section of the page says, without its markup."""
    parts = re.split("(?=<h2)", page["body"])
    [found] = [each for each in parts if re.match(rf"<h2[^>]*>{heading}</h2>", each)]
    return text({"body": found})


def bars(page: Any, chart: str) -> dict[str, int]:
    """The numbers of a chart, by their labels."""
    [svg] = re.findall(rf'<svg[^>]*aria-labelledby="{chart}-title {chart}-desc".*?</svg>', page["body"], re.S)
    told = re.findall(r"<(?:rect|line)[^>]*><title>(.*?): (\d+)</title>", svg)
    return {unescape(label): int(number) for label, number in told}


def rows(page: Any, table: str) -> dict[str, list[str]]:
    """The cells of a table, by the headings of their rows."""
    [found] = re.findall(rf'<table[^>]*id="{table}">.*?</table>', page["body"], re.S)
    lines = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', found, re.S)
    return {unescape(head): re.findall("<td[^>]*>(.*?)</td>", cells) for head, cells in lines}


def addresses(registration: Registration) -> list[str]:
    """The address of every page that shows what participants told."""
    about = {"event_id": "seminarium", "registration_id": registration.id}
    paths = [each.path for each in PAGES if "<version>" not in each.path]
    return [re.sub(r"<(\w+)>", lambda name: about[name[1]], each) for each in paths]


def names(page: Any) -> list[str]:
    """Whom the list of registrations shows, in its order."""
    return re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', page["body"])


def test_the_events_are_those_that_one_may_look_at_with_their_stages(browser: Browser, desk: Desk) -> None:
    opened(desk)
    opened(desk, id="annat", title={"sv": "Annat"}, cancelled=True)
    opened(desk, id="tredje", title={"sv": "Tredje"}, tour={"id": "turne", "title": {"sv": "T"}, "stops": 2})
    told = text(browser.get("/organiser"))
    assert "Seminarium Wednesday 16 September 2020, 13:00 Registration is open" in told
    assert "Annat Wednesday 16 September 2020, 13:00 Cancelled" in told
    assert f"{HERE}" in links(browser.get("/organiser"))
    browser.granted("viewer:tour:turne", "organiser:event:annat")
    told = text(browser.get("/organiser"))
    assert "Seminarium" not in told
    assert "Annat" in told
    assert "Tredje" in told


def test_archived_events_are_shown_to_those_who_ask_for_them(browser: Browser, desk: Desk) -> None:
    opened(desk, cancelled=True)
    staging.put_away(desk, "seminarium", NOW)
    page = browser.get("/organiser")
    assert "Seminarium" not in page["body"]
    assert "/organiser?archived=yes" in links(page)
    assert "Cancelled, archived" in text(browser.get("/organiser?archived=yes"))


def test_many_events_come_in_pages(browser: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kallelse.handlers.organiser.events.ON_A_PAGE", 2)
    for n in range(3):
        opened(desk, id=f"e{n}", title={"sv": f"Nummer {n}"})
    first = browser.get("/organiser")
    [following] = [each for each in links(first) if "cursor=" in each]
    both = text(first) + text(browser.get(following))
    assert all(both.count(f"Nummer {n}") == 1 for n in range(3))
    assert "/organiser" in links(browser.get(following))


def test_the_list_is_sorted_by_links_in_its_head_that_say_how_it_is_sorted(
    browser: Browser, desk: Desk
) -> None:
    record = opened(desk, **ROOMY)
    for n, name in enumerate(["Bo", "Cecilia", "Ada"]):
        registered(desk, record, name, at=NOW + n * DAY)
    page = browser.get(f"{HERE}?state=confirmed")
    assert names(page) == ["Bo", "Cecilia", "Ada"]
    assert page["body"].count('aria-sort="') == 1
    [by_name] = [each for each in links(page) if each.endswith("sort=name")]
    page = browser.get(by_name)
    assert names(page) == ["Ada", "Bo", "Cecilia"]
    assert re.search(r'aria-sort="ascending"><a [^>]*>Name', page["body"])
    [backwards] = [each for each in links(page) if each.endswith("sort=-name")]
    page = browser.get(backwards)
    assert names(page) == ["Cecilia", "Bo", "Ada"]
    assert re.search(r'aria-sort="descending"><a [^>]*>Name', page["body"])
    assert "state=confirmed" in backwards


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=aberg", ["Ada Åberg"]),
        ("text=nobody", []),
        ("state=confirmed", ["Ada Åberg", "Bo", "Cecilia"]),
        ("mode=on-site", ["Cecilia"]),
        ("organisation_kind=agency", ["Bo"]),
        ("joined=true", ["Bo"]),
        ("joined=false&mode=online", ["Ada Åberg"]),
        ("answer=lunch:yes", ["Cecilia"]),
        ("undeliverable=true", ["Cecilia"]),
        ("text=&state=&mode=", ["Ada Åberg", "Bo", "Cecilia"]),
    ],
)
def test_the_list_shows_whom_the_filters_find_and_keeps_what_was_asked(
    browser: Browser, desk: Desk, query: str, found: list[str]
) -> None:
    question = {"id": "lunch", "kind": "yes-no", "label": {"sv": "Lunch?"}}
    record = opened(desk, **ROOMY, form={"questions": [question]})
    calling_itself(desk, registered(desk, record, "Ada"), "Ada Åberg")
    joined(desk, registered(desk, record, "Bo", organisation_kind="agency"))
    last = registered(desk, record, "Cecilia", Mode.ON_SITE, NOW + DAY, answers={"lunch": ["yes"]})
    bounced = {"state": MailState.BOUNCED, "created_at": NOW, "version": 9}
    desk.mails.create(Mail(event_id="seminarium", kind=MailKind.REMINDER, recipient=last.mailbox, **bounced))
    page = browser.get(f"{HERE}?{query}")
    assert page["statusCode"] == 200
    assert sorted(names(page)) == found
    for name, value in (each.split("=") for each in query.split("&")):
        if value and name != "text":
            assert f'<option value="{value}" selected>' in page["body"]
    assert ('value="aberg"' in page["body"]) == ("aberg" in query)


def test_the_list_comes_in_pages_that_keep_the_filters_and_tells_how_many_there_are(
    browser: Browser, desk: Desk
) -> None:
    record = opened(desk, **ROOMY)
    for n in range(5):
        registered(desk, record, f"P{n}")
    page = browser.get(f"{HERE}?limit=2&mode=online")
    assert "5 registrations, of which the page shows 2" in text(page)
    assert "Confirmed 5" in text(page)
    seen = names(page)
    for _ in range(2):
        [following] = re.findall(r'href="([^"]+)">Next page', page["body"])
        assert "mode=online" in following
        page = browser.get(unescape(following))
        seen += names(page)
    assert "Next page" not in page["body"]
    assert sorted(seen) == [f"P{n}" for n in range(5)]
    assert f"{HERE}?limit=2&mode=online" in links(page)  # the first page


@pytest.mark.parametrize("query", ["state=lost", "sort=age", "cursor=x", "group=a", "colour=red", "limit=0"])
def test_an_address_that_asks_for_what_there_is_not_is_told_so(
    browser: Browser, desk: Desk, query: str
) -> None:
    opened(desk)
    page = browser.get(f"{HERE}?{query}")
    assert page["statusCode"] == 422
    assert "We could not read the address" in text(page)


def test_today_shows_by_mode_who_has_joined_and_who_has_not_yet(browser: Browser, desk: Desk) -> None:
    record = opened(desk, **ROOMY)
    joined(desk, registered(desk, record, "Ada"))
    registered(desk, record, "Bo")
    registered(desk, record, "Cecilia", Mode.ON_SITE)
    page = browser.get(f"{HERE}/today")
    online, on_site = section(page, "Online"), section(page, "On site")
    assert "1 of 2 have joined" in online
    assert re.search(r"Not yet \(1\) Bo Vasa Joined \(1\) Ada Vasa, joined 12:00", online)
    assert "0 of 1 have joined" in on_site
    assert "Cecilia" in on_site
    assert '<progress max="2" value="1"' in page["body"]


def test_today_shows_the_dialogue_groups_in_the_order_of_the_file(browser: Browser, desk: Desk) -> None:
    groups = [{"id": "b", "name": {"sv": "Tillit"}}, {"id": "a", "name": {"sv": "Öppenhet"}}]
    record = opened(desk, **ROOMY, dialogue={"size": {"least": 2, "most": 4}, "groups": groups})
    people = [registered(desk, record, name) for name in ("Ada", "Bo", "Cecilia", "Daniel")]
    dialogues.make(desk, record, NOW)
    page = browser.get(f"{HERE}/today")
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page["body"]) == ["Online: Tillit", "Online: Öppenhet"]
    told = section(page, "Online: Tillit") + section(page, "Online: Öppenhet")
    assert all(told.count(each.participant.name) == 1 for each in people)


def test_today_searches_without_regard_to_case_and_accents(browser: Browser, desk: Desk) -> None:
    record = opened(desk, **ROOMY)
    calling_itself(desk, registered(desk, record, "Ada"), "Ada Åberg")
    registered(desk, record, "Bo")
    page = browser.get(f"{HERE}/today?text=aberg")
    assert "Ada Åberg" in page["body"]
    assert "Bo" not in section(page, "Online")
    assert "Nobody is found by that." in text(browser.get(f"{HERE}/today?text=nobody"))


def test_today_refreshes_itself_only_for_those_who_ask_for_it_and_can_be_stopped(
    browser: Browser, desk: Desk
) -> None:
    opened(desk)
    page = browser.get(f"{HERE}/today?text=a")
    assert "http-equiv" not in page["body"]
    again = browser.get(f"{HERE}/today?text=a&refresh=yes")
    assert f"{HERE}/today?text=a&refresh=yes" in links(page)
    assert '<meta http-equiv="refresh" content="30">' in again["body"]
    assert f"{HERE}/today?text=a" in links(again)


def test_a_registration_shows_what_was_told_and_its_mails(browser: Browser, desk: Desk) -> None:
    record = opened(desk, form={"questions": [{"id": "lunch", "kind": "yes-no", "label": {"sv": "Lunch?"}}]})
    found = registered(desk, record, "Ada", answers={"lunch": ["yes"]}, greeting="Hej!\nVi ses.")
    mail = Mail(
        event_id="seminarium", kind=MailKind.CONFIRMED, recipient=found.mailbox, version=7,
        state=MailState.FAILED, stuck=True, created_at=NOW,
    )  # fmt: skip
    desk.mails.create(mail)
    told = text(browser.get(f"{HERE}/registrations/{found.id}"))
    for each in (
        "ada@example.org",
        "Lunch? Yes",
        "Hej! Vi ses.",
        "Failed awaits a decision 20 Aug 2020 12:00",
    ):
        assert each in told
    assert browser.get(f"{HERE}/registrations/nobody")["statusCode"] == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_the_language_of_the_browser_or_in_the_one_that_is_chosen(
    browser: Browser, desk: Desk, language: str
) -> None:
    found = registered(desk, opened(desk, **ROOMY), "Ada")
    other = "sv" if language == "fi" else "fi"
    for address in addresses(found):
        if not address.endswith(".json"):
            assert f'<html lang="{language}">' in browser.get(address, language)["body"]
            page = browser.get(f"{address}?language={language}", other)
            assert f'<html lang="{language}">' in page["body"]
            nav = f"{HERE}/today?language={language}"
            assert (nav in links(page)) == address.startswith(HERE)


def test_what_a_participant_told_is_shown_as_it_was_written_and_never_run(
    browser: Browser, desk: Desk
) -> None:
    record = opened(desk, **ROOMY)
    found = registered(desk, record, "Ada", organisation=EVIL, greeting=EVIL)
    calling_itself(desk, found, EVIL)
    shown = 0
    for address in [*addresses(found), f"{HERE}?text=%3Cscript%3E", f"{HERE}/today?text=%3Cscript%3E"]:
        page = browser.get(address)
        assert page["statusCode"] == 200, address
        assert EVIL not in page["body"]
        shown += "&lt;script&gt;alert(1)&lt;/script&gt;" in page["body"]
    assert shown >= 3


def test_charts_and_tables_tell_the_same_numbers(browser: Browser, desk: Desk) -> None:
    record = opened(desk, **ROOMY)
    for n, (days, kind) in enumerate([(0, "agency"), (0, "municipality"), (3, "agency"), (5, None)]):
        found = registered(desk, record, f"P{n}", at=NOW + days * DAY, organisation_kind=kind)
        if n == 0:
            joined(desk, found)
    gone = registered(desk, record, "Gone", Mode.ON_SITE, NOW + 3 * DAY)
    managing.cancel(desk, record, gone, NOW + 4 * DAY)
    for n, state in enumerate([MailState.DELIVERED, MailState.DELIVERED, MailState.BOUNCED]):
        desk.mails.create(
            Mail(
                event_id="seminarium", kind=MailKind.REMINDER, recipient=f"r-{n}", version=1,
                state=state, created_at=NOW,
            )
        )  # fmt: skip
    page = browser.get(f"{HERE}/figures")
    daily = rows(page, "days")
    assert bars(page, "arrived") == {"20 Aug 2020": 2, "23 Aug 2020": 2, "25 Aug 2020": 1}
    assert {day: int(cells[0]) for day, cells in daily.items() if cells[0] != "0"} == bars(page, "arrived")
    confirmed = bars(page, "confirmed")
    assert {day: confirmed[day] for day in daily} == {day: int(cells[2]) for day, cells in daily.items()}
    assert confirmed["22 Aug 2020"] == 2  # as on the day before, on which nothing happened
    kinds = {"Municipality": 1, "State agency": 2, "Not told": 1}
    assert bars(page, "kinds") == kinds
    assert {name: int(cells[0]) for name, cells in rows(page, "kinds-table").items()} == kinds
    assert bars(page, "attendance") == {"Online": 1}
    assert rows(page, "attendance-table") == {"Online": ["1", "4", "25%"]}
    total = rows(page, "mails-table").pop("All")
    assert bars(page, "mails")["Delivered"] >= 2
    assert [int(each) for each in total] == list(bars(page, "mails").values())


def test_the_figures_of_an_event_without_anybody_are_a_page_too(browser: Browser, desk: Desk) -> None:
    opened(desk)
    page = browser.get(f"{HERE}/figures")
    assert page["statusCode"] == 200
    assert "Seats taken 0 / 2" in text(page)
    assert 'class="chart"' not in page["body"]


def test_the_figures_stay_when_the_people_are_forgotten(browser: Browser, desk: Desk) -> None:
    record = opened(desk, **ROOMY)
    found = registered(desk, record, "Ada")
    desk.figures.keep("seminarium", figures_of(desk, record))
    desk.registrations.erase(found)
    page = browser.get(f"{HERE}/figures")
    assert "Seats taken 1 / 50" in text(page)
    assert bars(page, "arrived") == {"20 Aug 2020": 1}


def test_only_the_page_of_the_programming_interface_runs_scripts_and_they_are_ours(
    browser: Browser, desk: Desk
) -> None:
    found = registered(desk, opened(desk), "Ada")
    for address in addresses(found):
        page = browser.get(address)
        api = address == "/organiser/api"
        assert ("<script" in page["body"]) == api
        assert (page["headers"]["Content-Security-Policy"] == POLICY) == api
    page = browser.get("/organiser/api")
    loaded = re.findall(r'(?:src|<link rel="stylesheet" href)="([^"]+)"', page["body"])
    assert len(loaded) == 3
    for address in loaded:
        file = browser.get(address)
        assert file["statusCode"] == 200
        assert file["headers"]["X-Content-Type-Options"] == "nosniff"
        kept = "no-store" if address.endswith("/api.js") else "private, max-age=31536000, immutable"
        assert file["headers"]["Cache-Control"] == kept
    assert "script-src 'self';" in POLICY
    assert browser.get("/organiser/api/1/passwd")["statusCode"] == 404
    assert '"openapi": "3.1.0"' in browser.get("/organiser/api/openapi.json")["body"]
