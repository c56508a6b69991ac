"""Signing in at the organisers' pages, and who gets to see nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.organisers import ARN, Browser, browsing
from tests.visiting import MINUTE, NOW, Time, everything, opened, text

from kallelse.handlers.organiser.paging import PAGES
from kallelse.ports import Desk

OTHER = {"title": {"sv": "Annat"}, "contacts": [{"name": "Någon", "email": "nagon@example.org"}]}


@pytest.fixture
def browser(desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with browsing(monkeypatch, time) as browser:
        yield browser


def addresses(event_id: str = "seminarium") -> list[str]:
    """The address of every page."""
    names = {"event_id": event_id, "version": "1", "name": "api.js"}
    return [re.sub(r"<(\w+)>", lambda name: names.get(name[1], "any"), each.path) for each in PAGES]


def by_token(**claims: str) -> dict[str, Any]:
    return {"jwt": {"claims": {"sub": "ada", "roles": "[viewer]", **claims}}}


def test_the_link_shows_a_button_and_the_button_lets_in(browser: Browser) -> None:
    link = browser.link()
    for _ in range(2):  # programs that read mails look first
        page = browser.get(link)
        assert (page["statusCode"], browser.cookie) == (200, "")
        assert f'<form method="post" action="{link}"><button>Enter</button></form>' in page["body"]
    answer = browser.ask("POST", link)
    assert (answer["statusCode"], answer["headers"]["Location"]) == (303, "/organiser")
    assert browser.get("/organiser")["statusCode"] == 200


def test_the_cookie_is_for_this_host_alone_and_for_no_script_and_no_other_site(browser: Browser) -> None:
    [cookie] = browser.enter()["cookies"]
    name, *attributes = cookie.split("; ")
    assert re.fullmatch(r"__Host-kallelse=[\w-]{43}", name)
    assert set(attributes) == {"Path=/", "Max-Age=28800", "HttpOnly", "Secure", "SameSite=Strict"}


def test_a_link_that_was_used_or_is_late_or_wrong_lets_nobody_in(browser: Browser, time: Time) -> None:
    used, late = browser.link(), browser.link()
    browser.ask("POST", used)
    browser.cookie = ""
    time.now += 5 * MINUTE
    for link in (used, late, "/organiser/enter/" + 43 * "x"):
        for method in ("GET", "POST"):
            answer = browser.ask(method, link, **{"accept-language": "en"})
            assert (answer["statusCode"], browser.cookie) == (404, "")
            assert "kallelse open" in text(answer)


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_no_page_can_be_looked_at_without_a_session_and_each_says_how_to_get_in(
    browser: Browser, desk: Desk, language: str
) -> None:
    opened(desk)
    assert len(addresses()) >= 4
    for cookie in ("", "__Host-kallelse=" + 43 * "x", "__Host-kallelse="):
        for address in addresses():
            browser.cookie = cookie
            answer = browser.get(address, language)
            assert answer["statusCode"] == 401, address
            assert "kallelse open" in text(answer)
            assert f'<html lang="{language}">' in answer["body"]
            assert "Seminarium" not in answer["body"]


def test_the_link_of_one_who_is_let_in_is_no_session(browser: Browser) -> None:
    browser.cookie = "__Host-kallelse=" + browser.link().rsplit("/", 1)[1]
    assert browser.get("/organiser")["statusCode"] == 401


def test_a_session_ends_after_eight_hours_or_when_one_signs_out(browser: Browser, time: Time) -> None:
    browser.enter()
    time.now += timedelta(hours=8) - MINUTE
    assert browser.get("/organiser")["statusCode"] == 200
    time.now += MINUTE
    assert browser.get("/organiser")["statusCode"] == 401
    browser.enter()
    kept = browser.cookie
    answer = browser.ask("POST", "/organiser/leave")
    assert answer["cookies"] == ["__Host-kallelse=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"]
    browser.cookie = kept
    assert browser.get("/organiser")["statusCode"] == 401


def test_a_grant_that_is_taken_away_ends_at_once(browser: Browser, desk: Desk) -> None:
    opened(desk)
    browser.enter()
    assert browser.get("/organiser")["statusCode"] == 200
    browser.granted()
    assert {browser.get(each)["statusCode"] for each in addresses()} == {403}


def test_what_a_token_grants_ends_with_the_token(
    browser: Browser, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KALLELSE_ORGANISER_AUTH", "jwt")
    browser.granted()
    [cookie] = browser.enter(by_token(exp=str(int((NOW + 30 * MINUTE).timestamp()))))["cookies"]
    assert "Max-Age=1800" in cookie
    time.now += 29 * MINUTE
    assert browser.get("/organiser")["statusCode"] == 200
    time.now += MINUTE
    assert browser.get("/organiser")["statusCode"] == 401


def test_who_may_look_at_one_event_sees_nothing_of_another(browser: Browser, desk: Desk) -> None:
    opened(desk)
    opened(desk, id="annat", **OTHER)
    browser.granted("viewer:event:seminarium")
    browser.enter()
    for event_id in ("annat", "nothing"):
        for address in addresses(event_id):
            if event_id in address:
                answer = browser.get(address)
                assert answer["statusCode"] == 403, address
                assert "Annat" not in answer["body"]
    assert "Annat" not in browser.get("/organiser")["body"]


def test_only_ones_own_site_can_send_the_button(browser: Browser) -> None:
    link = browser.link()
    for site in ("cross-site", "same-site", "none"):
        assert browser.ask("POST", link, **{"sec-fetch-site": site})["statusCode"] == 403
    assert browser.ask("POST", link, **{"sec-fetch-site": "same-origin"})["statusCode"] == 303
    kept = browser.cookie
    assert browser.ask("POST", "/organiser/leave", **{"sec-fetch-site": "cross-site"})["statusCode"] == 403
    assert browser.ask("GET", "/organiser/leave")["statusCode"] == 404
    browser.cookie = kept
    assert browser.get("/organiser")["statusCode"] == 200


def test_neither_table_nor_log_holds_a_secret_and_no_page_may_be_kept_or_framed(
    browser: Browser, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(desk)
    link = browser.link()
    browser.get(link)
    browser.ask("POST", link)
    answer = browser.get("/organiser")
    secrets = [link.rsplit("/", 1)[1], browser.cookie.split("=")[1]]
    written = str(everything()) + "".join(capsys.readouterr())
    assert not [each for each in secrets if each in written]
    assert {"viewer" in str(each) for each in everything() if "SESSION#" in str(each)} == {False}
    headers = answer["headers"]
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_answer_to_one_who_asks_for_a_link_is_not_kept(browser: Browser) -> None:
    assert browser.link() != browser.link()
    assert [each for each in everything() if "REPLY#" in each["sk"]["S"]] == []
    [entry, *_] = [each for each in everything() if "AUDIT#" in each["sk"]["S"]]
    assert ARN in entry["body"]["S"]
