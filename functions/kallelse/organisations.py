"""The municipalities and state agencies that the form suggests, by the names they have in each language."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from .models import Language, OrganisationKind, Text


@dataclass(frozen=True)
class Organisations:
    """The names of each organisation by its kind and its code.

    The code is the number of the municipality at Statistics Finland, or the id that the list gives
    an agency.
    """

    names: dict[OrganisationKind, dict[str, Text]]

    def suggestions(self, kinds: Collection[OrganisationKind], language: Language) -> list[str]:
        """The names of the organisations of these kinds, in the order of their letters.

        In a language in which an organisation has no name, its Finnish one is given.
        """
        entries = [names for kind in kinds for names in self.names[kind].values()]
        return sorted((names.get(language, names["fi"]) for names in entries), key=_order)

    def code_of(self, name: str) -> str | None:
        """The code of the organisation that has this name in any language, whatever its case and spaces.

        "Vasa stad", "Korsholms kommun" and "Vaasan kaupunki" name the municipality too; Finnish names
        whose genitive changes more than its end are not known that way.
        """
        plain = _plain(name)
        stem = next((plain.removesuffix(word) for word in TOWNS if plain.endswith(word)), plain)
        names = (plain, stem, stem.removesuffix("s"), stem.removesuffix("n")) if stem != plain else (plain,)
        return next((self._codes[each] for each in names if each in self._codes), None)

    @cached_property
    def _codes(self) -> dict[str, str]:
        entries = [entry for kind in self.names.values() for entry in kind.items()]
        return {_plain(name): code for code, names in entries for name in names.values()}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


TOWNS = (" stad", " kommun", " kaupunki", " kunta")
"""What may follow the name of a municipality, with or without a genitive's s or n."""

LAST_LETTERS = str.maketrans({"å": "z1", "ä": "z2", "ö": "z3"})


def _order(name: str) -> str:
    """What sorts as the alphabets of both languages do, which end in å, ä, ö."""
    return name.casefold().translate(LAST_LETTERS)


@lru_cache(maxsize=1)
def load(templates: Path) -> Organisations:
    """The list in the templates layer; read once in the life of a process.

    It is JSON, which the standard library reads, since a YAML reader would slow every cold start.
    """
    content = json.loads((templates / "organisations.json").read_text(encoding="utf-8"))
    return Organisations({kind: content[kind] for kind in OrganisationKind})
