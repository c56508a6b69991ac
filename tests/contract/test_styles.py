"""The styles of the mails: written into the templates from the one file that says them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from infra.inline_styles import CLASSES, MAILS, read, styled, templates

SHEET = (MAILS / "style.css").read_text()
RULES, DARK = read(SHEET)


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(MAILS)))
def test_the_styles_of_a_template_are_those_that_make_styles_writes(path: Path) -> None:
    assert styled(path.read_text(), RULES, DARK) == path.read_text()


def test_every_rule_is_used_and_dark_screens_change_no_other() -> None:
    used = {
        name for path in templates() for names in CLASSES.findall(path.read_text()) for name in names.split()
    }
    assert used == set(RULES)
    assert set(DARK) <= used


def test_the_layout_carries_what_dark_screens_change() -> None:
    layout = (MAILS / "layout.html").read_text()
    assert ".page{background:#12181f!important;color:#eef2f6!important}" in layout


def test_every_colour_of_a_text_has_a_counterpart_on_dark_screens() -> None:
    coloured = {
        name for name, rule in RULES.items() if any(re.match("color|background", each) for each in rule)
    }
    assert coloured <= set(DARK)


def test_classes_are_joined_in_their_order_and_writing_twice_changes_nothing() -> None:
    rules, dark = read("/* a */ .b { margin: 0 }\n.a { color: red; font: 1px  x }")
    once = styled('<p class="a b">', rules, dark)
    assert once == '<p class="a b" style="color:red;font:1px x;margin:0">'
    assert styled(once, rules, dark) == once


@pytest.mark.parametrize("html", ['<p style="color:red">', "<p style='color:red'>", '<p class="unheard">'])
def test_a_style_that_no_rule_stands_behind_is_refused(html: str) -> None:
    with pytest.raises(ValueError, match=r"a style without a class|no rule for unheard"):
        styled(html, RULES, DARK)


@pytest.mark.parametrize("css", ["p { margin: 0 }", ".a .b { margin: 0 }", ".a:hover { margin: 0 }"])
def test_a_rule_for_anything_but_one_class_is_refused(css: str) -> None:
    with pytest.raises(ValueError, match="not a rule for one class"):
        read(css)
