"""What the checks of the pages are for would be found: each fault is planted on a page that has none."""

from __future__ import annotations

import pytest
from tests.browser.checks import Reader, unguarded
from tests.browser.world import Visit, World

PAGE = """<!doctype html><html lang="sv"><head><meta name="viewport" content="width=device-width">
<title>Sida</title><link rel="icon" href="data:,">
<style>:focus-visible{{outline:3px solid}}</style>{head}</head>
<body><main><h1>Sida</h1><p>Text.</p>{body}</main></body></html>"""


def examined(reader: Reader, world: World, head: str = "", body: str = "", language: str = "sv") -> list[str]:
    world.texts["/planted"] = PAGE.format(head=head, body=body)
    reader.visit(Visit("/planted"), language)
    return reader.examine(language)


def test_nothing_is_found_on_a_good_page(reader: Reader, world: World) -> None:
    assert examined(reader, world) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<input style="width:99px;height:44px">', "label: input"),
        ('<p style="color:#999">Blek</p>', "color-contrast: "),
        (
            '<img src="https://elsewhere.example/x.gif" alt="">',
            "a request to https://elsewhere.example/x.gif",
        ),
        ("<script>nothing()</script>", "script: nothing is not defined"),
        ("<script>console.error('oj')</script>", "console: oj"),
        ('<p style="width:400px;background:#eee">Bred</p>', "scrolls sideways: "),
        ("<button>Små</button>", "small: <button>"),
        ("<h4>Hopp</h4>", "heading-order: h4"),
        ("<h4>Hopp</h4>", "a heading without styles jumps to level 4"),
        ("<h1>Två</h1>", "not one heading is of the first level"),
        ('<div role="main">Två</div>', "there is not one main part"),
        ('<p style="font-size:16px">Fast</p>', "does not grow: <p"),
        ('<p style="height:1.2rem;line-height:1.2rem;overflow:hidden">Ett <br>två</p>', "is cut off: <p"),
        ('<p style="width:30rem;background:#eee">Bred</p>', "scrolls sideways: "),
        (
            '<div style="display:flex;flex-direction:column-reverse"><p>Ett</p><p>Två</p></div>',
            "stands above what is read before it: <p>Två",
        ),
        ('<p hidden style="display:block">Gömt</p>', "is not there without styles: "),
        ('<button style="height:44px;outline:none">Osynlig fokus</button>', "no focus is seen: <button"),
        (
            '<a href="/a" style="position:absolute;left:-999px">Hoppa</a>',
            "no focus is seen: <a",
        ),
        ('<a href="/a">a</a><a href="/b">b</a>', "target-size: "),
        ('<p lang="zz">Vad?</p>', "valid-lang: p"),
    ],
)
def test_a_planted_fault_is_found(reader: Reader, world: World, body: str, told: str) -> None:
    assert [each for each in examined(reader, world, body=body) if told in each]


def test_colours_that_only_the_dark_theme_lacks_are_found(reader: Reader, world: World) -> None:
    dark = "<style>@media (prefers-color-scheme:dark){p{color:#999}}</style>"
    found = examined(reader, world, dark)
    assert found
    assert {each.split(": ")[0] for each in found} == {"320 px, dark", "1280 px, dark"}


def test_a_page_in_another_language_than_it_says_is_found(reader: Reader, world: World) -> None:
    assert "the page says that it is in 'sv'" in examined(reader, world, language="fi")


def test_what_the_policy_of_a_page_forbids_is_found(reader: Reader, world: World) -> None:
    policy = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'">"""
    found = examined(reader, world, policy, "<style>p{color:#000}</style>")
    assert [each for each in found if "Content Security Policy" in each]


def test_what_only_the_style_sheet_says_is_found(reader: Reader, world: World) -> None:
    found = examined(reader, world, "<style>p::after{content:' (obligatoriskt)'}</style>")
    assert found == ["the style sheet alone says something: <p>Text.</p>"]


GUARDED = {
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


def test_a_page_that_has_every_guard_is_found_guarded() -> None:
    assert unguarded(Visit("/manage/x"), GUARDED) == []


@pytest.mark.parametrize("name", GUARDED)
def test_a_guard_that_is_not_there_is_found(name: str) -> None:
    assert unguarded(Visit("/manage/x"), {each: GUARDED[each] for each in GUARDED if each != name})


@pytest.mark.parametrize("part", ["default-src 'none'; ", "base-uri 'none'", "frame-ancestors 'none'"])
def test_a_part_of_the_policy_that_is_not_there_is_found(part: str) -> None:
    policy = GUARDED["content-security-policy"].replace(part, "")
    assert unguarded(Visit("/manage/x"), GUARDED | {"content-security-policy": policy})


@pytest.mark.parametrize(
    "visit",
    [Visit("/manage/x"), Visit("/organiser"), Visit("/events/x/sv", status=500), Visit("/events/x/sv", {})],
)
def test_a_page_for_one_person_that_caches_may_keep_is_found(visit: Visit) -> None:
    kept = GUARDED | {"cache-control": "public, max-age=10"}
    assert unguarded(visit, kept) == ["caches may keep it: 'public, max-age=10'"]
    assert unguarded(Visit("/events/x/sv"), kept) == []


def test_another_status_than_that_of_the_page_is_found(reader: Reader) -> None:
    reader.visit(Visit("/nowhere"), "sv")
    assert reader.problems == ["status 404, not 200"]
