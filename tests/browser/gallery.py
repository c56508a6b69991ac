"""``make gallery``: pictures of every page, mail and document in one page, .local/gallery/index.html.

Words after the command choose those whose name begins with one of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape
from itertools import groupby, product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typst
from tests.browser.checks import THEMES, WIDTHS, Reader, a_browser
from tests.browser.every_page import EVERY_PAGE, prepared
from tests.browser.texts import TEXTS, a_summary, texts
from tests.browser.world import Visit, a_world
from tests.conftest import ROOT
from tests.visiting import LANGUAGES

from kallelse import documenting

FOLDER = ROOT / ".local/gallery"
PDF_PAGES = 3

HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Gallery of Kallelse</title>
<style>
body{font:1rem/1.4 system-ui,sans-serif;margin:1rem}nav a{margin-right:1rem}
.pictures{display:flex;gap:1rem;overflow-x:auto;align-items:flex-start}figure{margin:0}
img{border:1px solid #888;max-height:40rem}
</style>
<h1>Gallery of Kallelse</h1>
"""

Picture = tuple[str, Path]
"""A caption, and where the picture is."""


def names(wanted: list[str]) -> list[str]:
    """What there is to be shown, or that of it whose name begins with a wanted word."""
    every = [*EVERY_PAGE, *dict(TEXTS), "document, PDF"]
    return [each for each in every if each.startswith(tuple(wanted or [""]))]


def pictures(reader: Reader, name: str) -> Iterator[Picture]:
    """Every picture that there is of a page, a mail or a document."""
    for language in LANGUAGES:
        stem = f"{name.replace(', ', '-').replace(' ', '-')}-{language}"
        if name == "document, PDF":
            yield from document(language, stem)
        elif name in EVERY_PAGE:
            reader.visit(prepared(reader.world, name, language), language)
            yield from taken(reader, language, stem)
        elif name in texts(language):
            shown(reader, texts(language)[name], language)
            yield from taken(reader, language, stem)


def shown(reader: Reader, source: str, language: str) -> None:
    reader.world.texts["/shown"] = source
    reader.visit(Visit("/shown"), language)


def taken(reader: Reader, language: str, stem: str) -> Iterator[Picture]:
    """Pictures of what is open, in every width and theme."""
    for width, theme in product(WIDTHS, THEMES):
        reader.show(width, theme)
        file = FOLDER / f"{stem}-{width}-{theme}.png"
        reader.page.screenshot(path=file, full_page=True)
        yield f"{language}, {width} px, {theme}", file


def document(language: str, stem: str) -> Iterator[Picture]:
    """Pictures of the first pages of a summary as PDF."""
    with patch("typst.compile", _as_pictures):
        pages: Any = documenting.as_pdf(*a_summary(language))
    for number, page in enumerate(pages[:PDF_PAGES], 1):
        file = FOLDER / f"{stem}-{number}.png"
        file.write_bytes(page)
        yield f"{language}, page {number}", file


def _as_pictures(*source: Any, compiled: Any = typst.compile, **about: Any) -> list[bytes]:
    """What Typst would set as PDF, as one picture for each page."""
    made = compiled(*source, **{**about, "format": "png", "pdf_standards": []})
    return made if isinstance(made, list) else [made]


def index(found: dict[str, list[Picture]]) -> str:
    """The page with all pictures, grouped by the first word of their names."""
    groups = {group: list(each) for group, each in groupby(found, lambda name: name.split(",")[0])}
    links = "\n".join(f'<a href="#{escape(each)}">{escape(each)}</a>' for each in groups)
    parts = [HEAD, f"<nav>{links}</nav>"]
    for group, members in groups.items():
        parts.append(f'<h2 id="{escape(group)}">{escape(group)}</h2>')
        parts += [_row(name, found[name]) for name in members]
    return "\n".join(parts)


def _row(name: str, pictures: list[Picture]) -> str:
    figures = "".join(
        f'<figure><a href="{file.name}"><img src="{file.name}" alt="" loading="lazy"></a>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, file in pictures
    )
    return f'<h3>{escape(name)}</h3><div class="pictures" tabindex="0">{figures}</div>'


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[Picture]] = {}
    with a_world() as world, a_browser() as browser, browser.new_context() as context:
        reader = Reader.open(world, context)
        for name in names(sys.argv[1:]):
            found[name] = list(pictures(reader, name))
    (FOLDER / "index.html").write_text(index(found))
    print(f"{sum(map(len, found.values()))} pictures in {FOLDER / 'index.html'}")  # noqa: T201


if __name__ == "__main__":
    main()
