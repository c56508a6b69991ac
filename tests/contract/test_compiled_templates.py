"""The templates that the build compiles say what the others say, and a changed one is what counts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from infra.compile_templates import compile_templates
from jinja2 import Environment
from tests.conftest import ROOT

from kallelse.rendering import COMPILED, Renderer


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "templates", tmp_path / "templates"))


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that are compiled from now on."""
    names: list[str] = []
    real = Environment.compile

    def noted(self: Environment, source: Any, name: Any = None, *rest: Any, **options: Any) -> Any:
        names.append(name)
        return real(self, source, name, *rest, **options)

    monkeypatch.setattr(Environment, "compile", noted)
    return names


def all_of(templates: Path) -> set[str]:
    names = [path.relative_to(templates).as_posix() for path in templates.rglob("*.*")]
    return {each for each in names if each.startswith(("web/", "email/", "organiser/", "document/"))}


def test_every_template_is_compiled_and_none_is_compiled_again(templates: Path, compiling: list[str]) -> None:
    names = compile_templates(templates)
    no_templates = {"web/card.png", "web/card.typ", "document/page.typ", "organiser/api.js"}
    assert set(names) == all_of(templates) - no_templates
    assert len(list((templates / COMPILED).iterdir())) == len(names)
    fresh = Path(shutil.copytree(templates, templates.with_name("elsewhere")))
    compiling.clear()
    for name in names:
        Renderer(fresh).environment(name, "sv").get_template(name)
    assert compiling == []


def test_a_template_that_was_changed_since_is_compiled_anew(templates: Path, compiling: list[str]) -> None:
    compile_templates(templates)
    changed = Path(shutil.copytree(templates, templates.with_name("elsewhere")))
    (changed / "web/logo.html").write_text("Our own")
    compiling.clear()
    assert Renderer(changed).render("web/logo.html", "sv") == "Our own"
    assert compiling == ["web/logo.html"]
