"""Draws the card of what has none of its own, ``templates/web/card.png``, in the looks of the others.

The public function shows it as it is, since it has nothing to draw with.
"""

from __future__ import annotations

from pathlib import Path

from kallelse.typesetting import picture

WEB = Path(__file__).parents[1] / "templates/web"
CARD = WEB / "card.png"


def drawn() -> bytes:
    """The card with nothing but the name of the desk."""
    return picture(WEB / "card.typ", language="sv", title="Kallelse", period="", hosts=[])


if __name__ == "__main__":
    CARD.write_bytes(drawn())
