"""Markdown in documents: event texts stay texts, and a summary fits into the document around it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kallelse.markup import PARSER, fitted, html, plain, tree

WITHOUT = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"))
LINES = st.text(WITHOUT | st.just(" ")).map(str.strip)
SPECIAL = st.text("\\`*_[]<>&|#~-+=!()\"'.:1a/ ", min_size=1).map(str.strip).filter(bool)


def inlines(markdown: str) -> list[Any]:
    return [token for token in PARSER.parse(markdown) if token.type == "inline"]


def shown(inline: Any) -> str:
    assert {child.type for child in inline.children} <= {"text", "text_special"}
    return "".join(child.content for child in inline.children)


@pytest.mark.parametrize(
    "text",
    [
        "# 1 *av* 2",
        "- punkt",
        "+1",
        "=====",
        "2020. Ett år",
        "1) först",
        "[x](javascript:alert(1))",
        "<script>alert(1)</script>",
        "a | b \\| c",
        "&auml; `kod` ~~~",
        "C#",
        "https://example.org/a_b_c",
    ],
)
def test_a_text_of_an_event_is_shown_as_it_is(text: str) -> None:
    assert [shown(each) for each in inlines(str(plain(text)))] == [text]


@given(SPECIAL | LINES.filter(bool))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    for place in ("{}", "# {}", "- {}", "**x:** {}"):
        [inline] = inlines(place.format(plain(text)))
        children = "".join(child.content for child in inline.children)
        assert children.removeprefix("x: ") == text


@given(SPECIAL | LINES.filter(bool))
def test_any_text_stays_in_its_cell_of_a_table(text: str) -> None:
    cells = inlines(f"| a | b |\n| --- | --- |\n| {plain(text)} | 2 |")
    assert [shown(cell) for cell in cells] == ["a", "b", text, "2"]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# A\n\n## B\n\n# C", [3, 4, 3]),
        ("## A\n\n#### B\n\n###### C\n\n## D", [3, 4, 5, 3]),
        ("### A\n\n# B\n\n### C", [3, 3, 4]),
        ("A\n=\n\nB\n-", [3, 4]),
        ("# A\n\n## B\n\n### C\n\n#### D\n\n##### E", [3, 4, 5, 6, 6]),
    ],
)
def test_headings_begin_where_the_text_is_put_and_skip_no_level(text: str, levels: list[int]) -> None:
    nodes = [node for node in tree(fitted(text, 3)) if isinstance(node, dict)]
    assert [node["level"] for node in nodes] == levels


def test_a_heading_keeps_its_words() -> None:
    assert fitted("Flera\nrader *här*\n===\n\n## C \\#", 3) == "### Flera rader *här*\n\n#### C \\# ####"
    assert fitted("text # 1\n\n    # kod\n", 3) == "text # 1\n\n    # kod"


@pytest.mark.parametrize(
    "text", ["```\nkod", "~~~~ python\nkod\n```", "- a\n  ```\n  kod", "> ```\n> kod", "a\\"]
)
def test_code_that_is_left_open_swallows_nothing_that_follows(text: str) -> None:
    last = tree(f"{fitted(text, 3)}\n\n## Program")[-1]
    assert last == {"kind": "heading", "level": 2, "content": ["Program"]}


@given(st.text("#=-`~*>[]() \\a1.|\n\r\t<!"))
def test_whatever_a_summary_is_the_document_goes_on_after_it(text: str) -> None:
    *before, last = tree(f"## Diskussionerna\n\n{fitted(text, 3)}\n\n## Program")
    assert last == {"kind": "heading", "level": 2, "content": ["Program"]}
    levels = [node["level"] for node in before if isinstance(node, dict) and node["kind"] == "heading"]
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert levels.count(2) == 1


def test_lists_nested_too_deep_are_shown_as_they_were_written() -> None:
    text = "- " * 60 + "djupt\n# *och*"
    assert tree(fitted(text, 3)) == [{"kind": "paragraph", "content": ["- " * 60 + "djupt", " ", "# *och*"]}]


def test_headings_in_lists_and_quotations_become_strong_paragraphs() -> None:
    assert tree("> # A *b*") == [
        {
            "kind": "blockquote",
            "content": [
                {
                    "kind": "paragraph",
                    "content": [
                        {"kind": "strong", "content": ["A ", {"kind": "em", "content": ["b"]}]},
                    ],
                }
            ],
        }
    ]
    assert html("> # A") == "<blockquote>\n<p><strong>A</strong></p>\n</blockquote>\n"


def test_pictures_become_their_words() -> None:
    assert tree("Se ![en *karta*](https://spy.example/a.png).") == [
        {"kind": "paragraph", "content": ["Se ", "en karta", "."]}
    ]
    assert html("![en karta](https://spy.example/a.png)") == "<p>en karta</p>\n"


def test_only_links_to_the_web_mail_and_telephone_lead_anywhere() -> None:
    [paragraph] = tree("[a](https://vm.fi) [b](/x) <c@vm.fi> [d](file:///etc)")
    assert isinstance(paragraph, dict)
    links = {node["target"] for node in paragraph["content"] if isinstance(node, dict)}
    assert links == {"https://vm.fi", "mailto:c@vm.fi"}


def test_html_in_a_text_stands_there_as_it_was_written() -> None:
    assert tree("a <b onclick='x'>c</b>") == [{"kind": "paragraph", "content": ["a <b onclick='x'>c</b>"]}]
    assert html("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"


def test_lists_tables_and_code_keep_their_form() -> None:
    start, code = tree("3. a\n4. b\n\n```\n#set\n```")
    assert isinstance(start, dict)
    assert isinstance(code, dict)
    assert (start["kind"], start["start"], len(start["content"])) == ("ordered_list", 3, 2)
    assert (code["kind"], code["text"]) == ("fence", "#set\n")
    [table] = tree("| a | b |\n| --- | ---: |\n| 1 | 2 |")
    assert isinstance(table, dict)
    [head, _] = table["content"]
    assert table["columns"] == 2
    assert [cell["align"] for cell in head["content"][0]["content"]] == ["left", "right"]
    assert 'style="text-align:right"' in html("| a | b |\n| --- | ---: |\n| 1 | 2 |")
