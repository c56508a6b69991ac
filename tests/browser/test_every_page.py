"""Every page in every state and language, as the browser shows it, narrow and wide, light and dark.

axe-core finds nothing by its rules for WCAG 2.2 A and AA, EN 301 549 and good practice; the console is
empty, so the page's own policy forbids nothing that is on it; nothing is asked of another host; nothing
has to be scrolled sideways at 320 px; buttons and fields can be pressed with a thumb.
"""

from __future__ import annotations

import pytest
from tests.browser.checks import Reader
from tests.browser.every_page import EVERY_PAGE, prepared
from tests.browser.letters import letters
from tests.browser.world import Visit, World
from tests.mails import every_kind
from tests.visiting import LANGUAGES

from kallelse.models import MailKind


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_page_is_as_everybody_can_use_it(reader: Reader, world: World, name: str, language: str) -> None:
    visit = prepared(world, name, language)
    reader.visit(visit, language)
    world.sources[name, language] = reader.source
    assert reader.examine(visit.language or language) == []


@pytest.mark.parametrize("language", LANGUAGES)
@every_kind
def test_a_mail_is_as_everybody_can_read_it(
    reader: Reader, world: World, kind: MailKind, language: str
) -> None:
    world.texts["/mail"] = letters(language)[f"mail, {kind}"]
    reader.visit(Visit("/mail"), language)
    assert reader.examine(language) == []
