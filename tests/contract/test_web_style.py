"""The style sheet of the pages: small, self-contained, and legible on light and dark screens."""

from __future__ import annotations

import gzip
import re

import pytest
from tests.conftest import ROOT

SHEET = (ROOT / "templates/web/style.css").read_text()
LIGHT = dict(re.findall(r"--([\w-]+):(#[0-9a-f]+)", SHEET.split("@media")[0]))
DARK = LIGHT | dict(re.findall(r"--([\w-]+):(#[0-9a-f]+)", SHEET.split("@media")[1]))
GROUNDS = ("paper", "soft")
TEXTS = [
    *((text, ground) for text in ("ink", "brand", "brand-dark", "wrong", "good") for ground in GROUNDS),
    *(("ink", ground) for ground in ("wrong-soft", "good-soft", "warn-soft")),
    ("wrong", "wrong-soft"),
    ("on-brand", "brand"),
    ("on-brand", "brand-dark"),
    ("on-bar", "bar"),
    ("paper", "wrong"),
]
LINES = [("line", "paper"), ("brand", "soft"), ("wrong", "paper"), ("accent", "bar")]


def luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_every_text_can_be_told_from_its_ground(colours: dict[str, str], text: str, ground: str) -> None:
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), LINES)
def test_every_line_that_means_something_can_be_seen(colours: dict[str, str], line: str, ground: str) -> None:
    assert contrast(colours[line], colours[ground]) >= 3


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_one_of_the_two_rings_of_the_focus_can_be_seen_on_every_ground(colours: dict[str, str]) -> None:
    for ground in ("paper", "soft", "bar", "wrong-soft", "good-soft", "warn-soft"):
        rings = (colours["accent"], colours["ink"])
        assert max(contrast(ring, colours[ground]) for ring in rings) >= 3


def test_the_sheet_is_small_and_loads_nothing() -> None:
    assert len(gzip.compress(SHEET.encode())) < 12_000
    assert not re.search(r"url\(|@import|@font-face|//", SHEET)


def test_colours_are_named_in_one_place() -> None:
    rules = SHEET.split("*{box-sizing", 1)[1].split("@media print")[0]
    assert not re.search(r"#[0-9a-f]{3,6}\b(?![^{]*\{)", rules)
