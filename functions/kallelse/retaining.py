"""How long personal data of participants are kept: until :attr:`Event.erased_at`, by rule.

From that instant on reads show nothing of them (see :class:`kallelse.adapters.dynamodb.table.Table`), and
the sweep erases them for good. What stays are the event, its messages and summaries, what was chosen in the
survey, and the figures as they were.

Erasing goes step by step, each of which may be the last of a tick and is harmless when repeated: once it
began the event cannot be put off any more; then the figures are kept, and then everything goes. A while
later the sweep looks once more, for what was under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .figures import figures
from .models import EventRecord, Figures
from .ports import Desk

PER_TICK = 1_000
"""How many items a tick erases or keeps longer: some seconds of its 30. The others wait for the next."""

PER_EVENT = 20
"""What an event costs beside its items, in items: its figures are counted."""

AGAIN = timedelta(hours=1)
"""When to look once more for what a request under way wrote as the event was before; it ends in seconds."""


@dataclass
class Allowance:
    """How many items the tick may still change."""

    left: int = PER_TICK


def is_over(record: EventRecord, now: datetime) -> bool:
    """Whether the time is over for which personal data are kept."""
    return now >= record.event.erased_at


def erase(desk: Desk, record: EventRecord, now: datetime, allowance: Allowance) -> None:
    """Erase what is kept about the participants of an event whose time is over, as far as the tick may."""
    begun = record.erasing()
    if allowance.left <= 0 or (begun is not record and not desk.events.store(record, begun, now)):
        return  # the next tick goes on, or the event has just been changed
    if desk.figures.get(record.event.id) is None:
        ids = {each.id for each in desk.registrations.of_event(record.event.id)}
        desk.audit.forget(record.event.id, ids)
        desk.figures.keep(record.event.id, figures(desk, begun))
    most = allowance.left
    erased = desk.personal.erase_event(record.event.id, most)
    allowance.left -= erased + PER_EVENT
    if erased == most:
        desk.events.look_again(begun, now)
        return
    if record.event.tour:
        desk.tours.forget_event(record.event.tour.id, record.event.id)
    desk.events.look_again(begun, now + AGAIN if erased else None)


def keep_up(desk: Desk, record: EventRecord, now: datetime, allowance: Allowance) -> datetime | None:
    """Let what is kept follow the event's time of erasure; gives when to look again, if need be."""
    most = max(allowance.left, 0)
    changed = desk.personal.keep_until(record.event.id, record.event.erased_at, most)
    allowance.left -= changed
    if changed == most:
        return now
    return now + AGAIN if changed else None


def figures_of(desk: Desk, record: EventRecord) -> Figures:
    """The figures of an event: as they were kept when its personal data were erased, else as they are."""
    return desk.figures.get(record.event.id) or figures(desk, record)
