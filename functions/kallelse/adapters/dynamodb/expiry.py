"""Until when items with personal data are kept.

``erased_at``, in seconds since 1970, is when the sweep erases an item, and from when reads that know the
time leave it out. ``expires`` is the attribute by which DynamoDB deletes it should the sweep never come.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .table import Item

BACKSTOP = timedelta(days=14)
"""How long the sweep may be late: to erase, and to write a later time to the items of a moved event."""


def kept_until(erased_at: datetime | None) -> Item:
    """The attributes of an item that is kept until then; none for what is kept for good."""
    if erased_at is None:
        return {}
    return {"erased_at": seconds(erased_at), "expires": seconds(erased_at + BACKSTOP)}


def seconds(at: datetime) -> int:
    """An instant as DynamoDB's TTL has it."""
    return int(at.timestamp())
