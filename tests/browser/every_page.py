"""All pages, those of participants and those of organisers, and the way to each."""

from __future__ import annotations

from tests.browser.organiser_pages import ORGANISERS
from tests.browser.pages import PAGES
from tests.browser.world import Visit, World

EVERY_PAGE = PAGES | ORGANISERS


def prepared(world: World, name: str, language: str) -> Visit:
    """The way to a page, in a world where nothing but what it needs is there."""
    world.empty()
    return EVERY_PAGE[name](world, language)
