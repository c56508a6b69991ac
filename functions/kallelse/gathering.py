"""The summaries of all stops of a tour as one text, with how many took part and without their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from . import markup
from .drafting import shown_stops
from .models import Event, Language, RegistrationState, TourRecord
from .ports import Desk, Documents
from .seating import organisations_of
from .summarising import newest_published

if TYPE_CHECKING:
    # Only this route of the admin function writes such a text, so the others do not pay for it.
    from .rendering import Renderer

BELOW = 3
"""The level of the highest headings in a summary, as a stop has a heading of the second level."""


@dataclass(frozen=True)
class Part:
    """What the text tells of one stop. ``summary``: as Markdown, None if there is none yet."""

    event: Event
    participants: int
    organisations: frozenset[str]
    summary: str | None


def combined(
    desk: Desk, documents: Documents, renderer: Renderer, tour: TourRecord, language: Language, now: datetime
) -> str:
    """The newest published summary in the language of each stop, in the order of their dates, as Markdown."""
    events = [record.event for record in shown_stops(desk, tour)]
    parts = [_part(desk, documents, event, language) for event in events]
    parts.sort(key=lambda part: part.event.starts_at)
    organisations = frozenset[str]().union(*(part.organisations for part in parts))
    text = renderer.render(
        "document/tour.md",
        language,
        tour=tour.series,
        parts=parts,
        participants=sum(part.participants for part in parts),
        organisations=len(organisations),
        now=now,
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _part(desk: Desk, documents: Documents, event: Event, language: Language) -> Part:
    confirmed = [
        each
        for each in desk.registrations.of_event(event.id)
        if each.state is RegistrationState.CONFIRMED and not event.cancelled
    ]
    summary = newest_published(desk, event.id).get(language)
    source = documents.get(summary.source_key) if summary else None
    return Part(event, len(confirmed), organisations_of(confirmed), source and markup.fitted(source, BELOW))
