"""Every page in every state and language, as the browser shows it, narrow and wide, light and dark.

axe-core finds nothing by its rules for WCAG 2.2 A and AA, EN 301 549 and good practice; the console is
empty, so the page's own policy forbids nothing that is on it; nothing is asked of another host; nothing
has to be scrolled sideways at 320 px; buttons and fields can be pressed with a thumb; text grows to twice
its size; the keyboard is seen where it is; without styles nothing is lost; no page can be framed or kept.

In the dark axe looks at colours only: the page is as it was, and no other rule of axe looks at them.
"""

from __future__ import annotations

import pytest
from tests.browser.checks import Reader
from tests.browser.every_page import EVERY_PAGE, prepared
from tests.browser.readings import Readings
from tests.browser.texts import TEXTS, texts
from tests.browser.world import Visit, World
from tests.visiting import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_page_is_as_everybody_can_use_it(
    reader: Reader, world: World, readings: Readings, name: str, language: str
) -> None:
    visit = prepared(world, name, language)
    reader.visit(visit, language)
    readings.keep(name, language, visit, reader.source)
    assert reader.examine(visit.language or language) == []


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_a_mail_or_document_is_as_everybody_can_read_it(
    reader: Reader, world: World, name: str, language: str
) -> None:
    world.texts["/text"] = texts(language)[name]
    reader.visit(Visit("/text"), language)
    # Programs for mails enlarge a letter as a whole.
    assert reader.examine(language, grows=not name.startswith("mail,")) == []
