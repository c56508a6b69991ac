"""Every page, mail and document is valid HTML, as the W3C's own checker has it."""

from __future__ import annotations

import json
import subprocess
from itertools import product
from pathlib import Path
from urllib.parse import unquote

from tests.browser.checks import TOOLS
from tests.browser.every_page import EVERY_PAGE
from tests.browser.readings import Readings
from tests.browser.texts import TEXTS, texts
from tests.visiting import LANGUAGES


def complaints(files: list[Path]) -> list[str]:
    """What the checker finds in the files."""
    command = [
        "java",
        "-jar",
        str(TOOLS / "vnu.jar"),
        "--format",
        "json",
        "--exit-zero-always",
        *map(str, files),
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return [
        f"{unquote(Path(each['url']).stem)}: {each['message']} at {each.get('extract', '').strip()!r}"
        for each in json.loads(told.stderr)["messages"]
        if each["type"] != "info" or each.get("subType") == "warning"
    ]


def written(folder: Path, texts: dict[str, str]) -> list[Path]:
    files = {folder / f"{name}.html": text for name, text in texts.items()}
    for file, text in files.items():
        file.write_text(text)
    return list(files)


def test_every_page_is_valid(readings: Readings, tmp_path: Path) -> None:
    pages = {
        f"{name} {language}": readings.of(name, language).html
        for name, language in product(EVERY_PAGE, LANGUAGES)
    }
    assert complaints(written(tmp_path, pages)) == []


def test_every_mail_and_document_is_valid(tmp_path: Path) -> None:
    found = {f"{name} {language}": texts(language)[name] for name, language in TEXTS}
    assert complaints(written(tmp_path, found)) == []


def test_a_mistake_would_be_found(tmp_path: Path) -> None:
    page = (
        "<!doctype html><html lang=sv><title>Sida</title><body><p id=a>Ett</p><p id=a>Två</p><b><i></b></i>"
    )
    [doubled, *others] = complaints(written(tmp_path, {"planted": page}))
    assert "planted: Duplicate ID" in doubled
    assert others
