"""One browser and one world for all tests of the pages."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.browser.checks import Reader, a_browser
from tests.browser.readings import Readings
from tests.browser.world import World, a_world


@pytest.fixture(scope="package")
def world() -> Iterator[World]:
    with a_world() as world:
        yield world


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def reader(browser: Browser, world: World) -> Iterator[Reader]:
    """The tab that all pages are read in."""
    with browser.new_context() as context:
        yield Reader.open(world, context)


@pytest.fixture(scope="package")
def readings(world: World, tmp_path_factory: pytest.TempPathFactory) -> Readings:
    """What was read of the pages, in a folder that all processes of a run of the tests have."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "readings"
    folder.mkdir(exist_ok=True)
    return Readings(world, folder)
