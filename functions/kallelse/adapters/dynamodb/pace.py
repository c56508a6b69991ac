"""The pace of all mailers: one item, which holds the next instant that is free to send at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ...clock import EPOCH
from . import keys
from .table import Item, Table

MICROSECOND = timedelta(microseconds=1)

FARTHEST = timedelta(minutes=15)
"""How far ahead an instant can have been reserved: no function of AWS Lambda runs longer."""

BEHIND = "next_at > :earliest AND next_at <= :latest"
ANEW = "attribute_not_exists(next_at) OR next_at <= :earliest OR next_at > :farthest"
"""An instant beyond the farthest comes from a wrong clock, and counts for nothing."""

ROUNDS = 3
"""How often both writes are tried, as another mailer may come between them."""


@dataclass(frozen=True)
class TablePace:
    """Keeps the promise of :class:`kallelse.ports.Pace`.

    DynamoDB cannot take the later of two numbers, so there is one write for an instant that is
    reserved already, to go behind it, and one for a pace that nobody has kept lately.
    """

    table: Table

    def reserve(self, step: timedelta, earliest: datetime, latest: datetime) -> datetime | None:
        if latest < earliest:
            return None
        length, first = step // MICROSECOND, _number(earliest)
        farthest = _number(earliest + FARTHEST)
        behind: Item = {":step": length, ":earliest": first, ":latest": min(_number(latest), farthest)}
        anew: Item = {":next": first + length, ":earliest": first, ":farthest": farthest}
        for _ in range(ROUNDS):
            item = self.table.update_if(keys.PACE, "SET next_at = next_at + :step", behind, BEHIND)
            item = item or self.table.update_if(keys.PACE, "SET next_at = :next", anew, ANEW)
            if item:
                return EPOCH + (int(item["next_at"]) - length) * MICROSECOND
        return None


def _number(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND
