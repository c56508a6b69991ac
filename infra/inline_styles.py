"""Writes the styles of ``templates/email/style.css`` into the mails, as many mail programs ignore sheets.

Each element gets the declarations of its classes in their order. What dark screens change goes into the
layout's own style sheet, which the programs that know dark screens read. Done twice, it ends the same.
"""

from __future__ import annotations

import re
from pathlib import Path

MAILS = Path(__file__).parent.parent / "templates/email"

RULE = re.compile(r"\.([a-z-]+)\s*\{([^{}]*)\}")
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{((?:[^{}]|\{[^{}]*\})*)\}")
CLASSES = re.compile(r'class="([^"]*)"(?: style="[^"]*")?')
STYLE = re.compile(r"\sstyle\s*=")
MARKED = re.compile(r"(\{# dark #\}).*?(\{# end of dark #\})")

Rules = dict[str, list[str]]
"""The declarations of each class."""


def read(css: str) -> tuple[Rules, Rules]:
    """The rules of a style sheet, and those for dark screens. Raises ValueError."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return _rules(DARK.sub("", bare)), _rules("".join(DARK.findall(bare)))


def _rules(css: str) -> Rules:
    rest = RULE.sub("", css).strip()
    if rest:
        raise ValueError(f"not a rule for one class: {rest}")
    return {name: _declarations(body) for name, body in RULE.findall(css)}


def _declarations(body: str) -> list[str]:
    pairs = (each.split(":", 1) for each in body.split(";") if each.strip())
    return [f"{name.strip()}:{' '.join(value.split())}" for name, value in pairs]


def styled(html: str, rules: Rules, dark: Rules) -> str:
    """The template with the styles that the rules give it. Raises ValueError."""

    def attributes(match: re.Match[str]) -> str:
        classes = match[1].split()
        unknown = set(classes) - set(rules)
        if unknown:
            raise ValueError(f"no rule for {', '.join(sorted(unknown))}")
        style = ";".join(declaration for name in classes for declaration in rules[name])
        return f'class="{match[1]}" style="{style}"'

    if STYLE.search(CLASSES.sub("", html)):
        raise ValueError("a style without a class")
    return MARKED.sub(rf"\g<1>{_sheet(dark)}\g<2>", CLASSES.sub(attributes, html))


def _sheet(dark: Rules) -> str:
    """The rules for dark screens, which have to be stronger than the attributes."""
    strong = {name: ";".join(f"{each}!important" for each in rule) for name, rule in dark.items()}
    rules = "".join(f".{name}{{{declarations}}}" for name, declarations in strong.items())
    return f"@media (prefers-color-scheme:dark){{{rules}}}"


def templates() -> list[Path]:
    """The templates of mails in HTML."""
    return sorted(MAILS.rglob("*.html"))


def main() -> None:
    """Write the styles into every template."""
    rules, dark = read((MAILS / "style.css").read_text())
    for path in templates():
        path.write_text(styled(path.read_text(), rules, dark))


if __name__ == "__main__":
    main()
