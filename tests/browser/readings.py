"""What was read of the pages, for tests that look at no more than what they say: pages are costly to make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel
from tests.browser.every_page import prepared
from tests.browser.world import Visit, World


class Reading(BaseModel):
    """The HTML of a page, how it was asked for, and the templates that it was made of."""

    html: str
    method: str
    path: str
    templates: frozenset[str]


@dataclass(frozen=True)
class Readings:
    """The readings of all pages. ``folder``: where those are that other processes of the tests find, too."""

    world: World
    folder: Path

    def keep(self, name: str, language: str, visit: Visit, html: str) -> Reading:
        """Remember what was just read."""
        method, path = "GET" if visit.fields is None else "POST", visit.path.partition("?")[0]
        reading = Reading(html=html, method=method, path=path, templates=frozenset(self.world.templates))
        half = self.folder / str(uuid4())
        half.write_text(reading.model_dump_json())
        half.rename(self._file(name, language))
        return reading

    def of(self, name: str, language: str) -> Reading:
        """What the page says, which is asked for if nobody has read it yet."""
        file = self._file(name, language)
        if file.exists():
            return Reading.model_validate_json(file.read_text())
        visit = prepared(self.world, name, language)
        return self.keep(name, language, visit, self.world.ask(visit, language)[1])

    def _file(self, name: str, language: str) -> Path:
        return self.folder / f"{name} {language}.json"
