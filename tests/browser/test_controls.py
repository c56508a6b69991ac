"""What the checks of the pages are for would be found: each fault is planted on a page that has none."""

from __future__ import annotations

import pytest
from tests.browser.checks import Reader
from tests.browser.world import Visit, World

PAGE = """<!doctype html><html lang="sv"><head><meta name="viewport" content="width=device-width">
<title>Sida</title><link rel="icon" href="data:,">{head}</head>
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


def test_another_status_than_that_of_the_page_is_found(reader: Reader) -> None:
    reader.visit(Visit("/nowhere"), "sv")
    assert reader.problems == ["status 404, not 200"]
