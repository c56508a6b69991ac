"""Notes of the groups at an event, written by their facilitators. Every version is kept."""

from __future__ import annotations

from datetime import datetime

from .errors import AlreadyChanged, DataErased, FieldError, InvalidInput, NotFound
from .models import Event, Note
from .ports import Desk
from .summarising import tidy

MAX_NOTES = 100_000
"""Bytes; a version must fit in one item of the table, 400 KB."""


def write(desk: Desk, event: Event, group: str, markdown: str, author: str, now: datetime) -> Note:
    """Keep a new version; the same text as the newest is that one.

    Raises InvalidInput, AlreadyChanged, or DataErased once notes of the event are not kept any more.
    """
    if now >= event.erased_at:
        raise DataErased("what was noted at the event is erased; write it into a summary")
    text = tidy(markdown)
    if not text.strip():
        raise InvalidInput(FieldError("markdown", "missing", "write the notes as Markdown"))
    latest = desk.notes.latest(event.id, group)
    if latest and latest.markdown == text:
        return latest
    note = Note(
        event_id=event.id,
        group=group,
        version=latest.version + 1 if latest else 1,
        author=author,
        handed_in_at=now,
        markdown=text,
        erased_at=event.erased_at,
    )
    if not desk.notes.put(note):
        raise AlreadyChanged("somebody else wrote notes of this group at the same moment; try again")
    return note


def read(desk: Desk, event_id: str, group: str, version: int | None = None) -> Note:
    """A version of a group's notes; without a number the newest. Raises NotFound."""
    notes = desk.notes
    note = notes.get(event_id, group, version) if version else notes.latest(event_id, group)
    if note is None:
        raise NotFound("there are no such notes")
    return note
