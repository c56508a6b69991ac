"""What the pages of events and tours tell programs that find, show or embed them.

Each page has one address, whatever way one came, and names those in the other languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import structuring
from .drawing import digest
from .models import Event, EventRecord, Language, TourRecord, in_language
from .structuring import event_address, tour_address

DESCRIPTION = 200
"""Characters; what search engines and link previews show of a description at most."""

FRAME = (640, 1200)
"""Width and height of the frame that an embedded form is shown in, in CSS pixels."""


@dataclass(frozen=True)
class Sharing:
    """What the head of a page says.

    ``address``: of the page; ``alternates``: those by language, itself among them; ``neutral``: for those
    who read none of the languages. ``picture``: the address of the picture, as large as ``drawing.SIZE``.
    ``facts``: the page's subject in the vocabulary of Schema.org. ``embed``: where oEmbed tells how to
    embed the page, if it can be.
    """

    address: str
    alternates: dict[Language, str]
    neutral: str
    title: str
    description: str
    picture: str
    facts: dict[str, Any]
    embed: str | None = None


def of_event(
    base: str,
    record: EventRecord,
    tour: TourRecord | None,
    language: Language,
    languages: tuple[Language, ...],
    phase: str,
) -> Sharing:
    """What the page of an event says in one of the ``languages`` that there are pages in."""
    event = record.event
    alternates = {each: event_address(base, event.id, each) for each in languages}
    picture = f"{alternates[language]}/card.png?{digest(event, language)}"
    return Sharing(
        address=alternates[language],
        alternates=alternates,
        neutral=alternates.get(event.language, alternates[languages[0]]),
        title=in_language(event.title, language, event.language),
        description=shortened(in_language(event.short_description, language, event.language)),
        picture=picture,
        facts=structuring.of_event(base, record, tour, language, phase) | {"image": [picture]},
        embed=f"{base}/oembed?format=json&url={alternates[language]}" if event.embed else None,
    )


def of_tour(
    base: str, tour: TourRecord, events: list[Event], language: Language, languages: tuple[Language, ...]
) -> Sharing:
    """What the page of a tour with these stops says."""
    series = tour.series
    alternates = {each: tour_address(base, series.id, each) for each in languages}
    title = in_language(series.title, language, series.language)
    return Sharing(
        address=alternates[language],
        alternates=alternates,
        neutral=alternates.get(series.language, alternates[languages[0]]),
        title=title[0].upper() + title[1:],
        description=shortened(in_language(series.description, language, series.language)),
        picture=f"{base}/card.png",
        facts=structuring.of_tour(base, tour, events, language),
    )


def shortened(text: str) -> str:
    """The beginning of a text on one line, cut between two words."""
    line = " ".join(text.split())
    return line if len(line) <= DESCRIPTION else f"{line[:DESCRIPTION].rsplit(' ', 1)[0]} …"


def oembed(address: str, title: str, width: int | None, height: int | None) -> dict[str, Any]:
    """How to embed the form of the page at this address (oEmbed 1.0), within a width and a height."""
    from html import escape

    wide, high = min(FRAME[0], width or FRAME[0]), min(FRAME[1], height or FRAME[1])
    frame = f'<iframe src="{escape(address)}/embed" width="{wide}" height="{high}" title="{escape(title)}">'
    return {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Kallelse",
        "title": title,
        "html": f"{frame}</iframe>",
        "width": wide,
        "height": high,
    }
