"""The card of an event: the picture that stands for its page wherever that is shared.

It shows the title, the time and the hosts in the house's colours, one for each language that there are
pages in. The name of a card derives from what it shows, so that no card shows what is not so any more.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from .models import Event, Language, in_language
from .ports import Desk, Pictures
from .rendering import Renderer, period

SIZE = (1200, 630)
"""Pixels; what link previews show whole (Open Graph)."""


def shown(event: Event, language: Language) -> dict[str, Any]:
    """What a card shows."""

    def told(text: dict[Language, str]) -> str:
        return in_language(text, language, event.language)

    return {
        "language": language,
        "title": told(event.title),
        "period": period(event, language),
        "hosts": [told(host) for host in event.hosts],
    }


def digest(event: Event, language: Language) -> str:
    """A short name for what the card shows."""
    return sha256(json.dumps(shown(event, language)).encode()).hexdigest()[:16]


def card_key(event: Event, language: Language) -> str:
    """Where the card is stored."""
    return f"events/{event.id}/card/{digest(event, language)}-{language}.png"


def draw(desk: Desk, pictures: Pictures, renderer: Renderer, event_id: str) -> int:
    """Draw the cards of an event anew; gives how many. Interrupted, it is done again."""
    # Only the publisher has what draws.
    from .typesetting import picture

    record = desk.events.get(event_id)
    template, languages = renderer.templates / "web/card.typ", renderer.languages()
    for language in languages:
        drawn = picture(template, **shown(record.event, language))
        pictures.replace(card_key(record.event, language), drawn, "image/png", language)
    desk.events.drawn(record)
    return len(languages)
