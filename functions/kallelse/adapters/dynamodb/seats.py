"""Seat blocks: each claim is one conditional write on one item, and the set of holders is the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from ...errors import AlreadyChanged
from ...models import Event
from ...ports import Claim, SeatBlock
from . import keys
from .table import Item, Table

BLOCK_SEATS = 64
"""With 64 short ids a block stays below 1 kB, so that a claim costs one write unit."""

CLAIM = (
    "(attribute_not_exists(opens_at) OR opens_at <= :now) AND closes_at > :now"  # open at this instant
    " AND attribute_not_exists(queue)"  # nobody waits
    " AND (attribute_not_exists(holders) OR size(holders) < seats)"  # a seat is free
)

CLAIM_FOR_WAITING = (
    "contains(holders, :holder) OR (attribute_not_exists(holders) AND seats > :none) OR size(holders) < seats"
)


ARRANGE_ATTEMPTS = 10
"""How often blocks are read anew when a seat is taken while they are being arranged."""


def block_sizes(seats: int) -> list[int]:
    """The seats of an event spread as evenly as possible over as few blocks as possible."""
    blocks = -(-seats // BLOCK_SEATS)
    return [seats // blocks + (number < seats % blocks) for number in range(blocks)]


def _fitted(sizes: list[int], taken: list[int]) -> list[int]:
    """The sizes, less the seats of those who sit beyond the size of their own block.

    They keep their seats when an event is made smaller; nobody may take as many elsewhere.
    """
    blocks = max(len(sizes), len(taken))
    sizes = sizes + [0] * (blocks - len(sizes))
    taken = taken + [0] * (blocks - len(taken))
    beyond = sum(max(0, held - size) for held, size in zip(taken, sizes, strict=True))
    for number in range(blocks):
        spare = min(beyond, max(0, sizes[number] - taken[number]))
        sizes[number] -= spare
        beyond -= spare
    return sizes


def _seats(blocks: dict[int, SeatBlock], number: int) -> int:
    return blocks[number].seats if number in blocks else 0


@dataclass(frozen=True)
class TableSeats:
    """Keeps the promises of :class:`kallelse.ports.Seats`."""

    table: Table

    def arrange(self, event: Event) -> None:
        for _ in range(ARRANGE_ATTEMPTS):
            blocks = {block.number: block for block in self.blocks(event.id)}
            taken = [len(block.holders) for block in blocks.values()]
            wanted = dict(enumerate(_fitted(block_sizes(event.seats), taken)))
            # Seats go before seats come: at no moment are there more than the event has.
            order = sorted(wanted, key=lambda number: wanted[number] - _seats(blocks, number))
            if all(self._arrange_block(event, n, wanted[n], blocks.get(n)) for n in order):
                self._say_full(event.id, full=False)
                return
        raise AlreadyChanged("the seats are being taken at this moment; apply the event again")

    def _arrange_block(self, event: Event, number: int, seats: int, seen: SeatBlock | None) -> bool:
        opens_at = event.opens_at and keys.instant(event.opens_at)
        values: Item = {
            ":seats": seats,
            ":closes_at": keys.instant(event.closes_at),
            ":opens_at": opens_at,
        }
        unchanged = "attribute_not_exists(touched_at)"
        if seen and seen.touched_at:
            unchanged = "touched_at = :touched AND size(holders) = :taken"
            if not seen.holders:
                unchanged = "touched_at = :touched AND attribute_not_exists(holders)"
            values |= {":touched": keys.instant(seen.touched_at)}
            values |= {":taken": len(seen.holders)} if seen.holders else {}
        return self.table.update(
            keys.seat_block(event.id, number),
            "SET seats = :seats, closes_at = :closes_at"
            + (", opens_at = :opens_at" if opens_at else " REMOVE opens_at"),
            values,
            unchanged,
        )

    def blocks(self, event_id: str) -> list[SeatBlock]:
        return [_block(item) for item in self.table.query(keys.event_partition(event_id), "SEATS#")]

    def claim(self, event: Event, holder: str, now: datetime) -> Claim:
        numbers = _probe_order(holder, len(block_sizes(event.seats)))
        if len(numbers) > 1 and self.table.get(keys.full_flag(event.id)):
            numbers = numbers[:1]  # its own block tells apart closed and full
        for number in numbers:
            answer = self._claim_in(event.id, number, holder, now)
            if answer is not Claim.FULL:
                return answer
        if len(numbers) > 1:
            self._say_full(event.id, full=True)
        return Claim.FULL

    def _claim_in(self, event_id: str, number: int, holder: str, now: datetime) -> Claim:
        key = keys.seat_block(event_id, number)
        for _ in range(3):  # the block may change between the look and the write
            answer = _answer(self.table.get(key) or {}, holder, now)
            if answer is not None:
                return answer
            values: Item = {":holder": {holder}, ":now": keys.instant(now)}
            change = "ADD holders :holder SET touched_at = :now"
            if self.table.update(key, change, values, CLAIM):
                return Claim.SEATED
        return Claim.FULL

    def claim_for_waiting(self, event_id: str, holder: str, now: datetime) -> bool:
        blocks = self.blocks(event_id)
        blocks.sort(key=lambda block: holder not in block.holders)
        return any(
            self.table.update(
                keys.seat_block(event_id, block.number),
                "ADD holders :set SET touched_at = :now",
                {":set": {holder}, ":holder": holder, ":now": keys.instant(now), ":none": 0},
                CLAIM_FOR_WAITING,
            )
            for block in blocks
            if block.free or holder in block.holders
        )

    def release(self, event_id: str, holder: str, now: datetime) -> None:
        for block in self.blocks(event_id):
            if holder in block.holders:
                self._change(
                    event_id,
                    block.number,
                    "DELETE holders :holder SET touched_at = :now",
                    holder,
                    now,
                )
                self._say_full(event_id, full=False)

    def announce(self, event_id: str, holder: str, now: datetime) -> None:
        for block in self.blocks(event_id):
            if holder in block.holders:
                self.table.update(
                    keys.seat_block(event_id, block.number),
                    "SET touched_at = :now",
                    {":now": keys.instant(now)},
                )

    def close_to_newcomers(self, event_id: str, holder: str, now: datetime) -> None:
        for block in self.blocks(event_id):
            key = keys.seat_block(event_id, block.number)
            if block.number == 0:
                values: Item = {":set": {holder}, ":holder": holder, ":now": keys.instant(now)}
                self.table.update(key, "ADD arriving :set SET queue = :holder, touched_at = :now", values)
            else:
                self.table.update(key, "SET queue = :holder", {":holder": holder})

    def arrived(self, event_id: str, holder: str) -> None:
        self.forget_arriving(event_id, [holder])

    def forget_arriving(self, event_id: str, holders: Iterable[str]) -> None:
        gone = set(holders)
        if gone:
            self.table.update(keys.seat_block(event_id, 0), "DELETE arriving :gone", {":gone": gone})

    def open_to_newcomers(self, event_id: str, seen: Sequence[SeatBlock]) -> None:
        if any(block.arriving for block in seen):
            return
        for block in seen:
            if block.queue is not None:
                # Whoever joins the queue writes a new name here, which keeps the marker.
                self.table.update(
                    keys.seat_block(event_id, block.number),
                    "REMOVE queue",
                    {":seen": block.queue},
                    "queue = :seen",
                )

    def audited(self, event_id: str, seen: Sequence[SeatBlock]) -> None:
        for block in seen:
            if block.touched_at != block.audited_at and block.touched_at is not None:
                self.table.update(
                    keys.seat_block(event_id, block.number),
                    "SET audited_at = :touched",
                    {":touched": keys.instant(block.touched_at)},
                    "touched_at = :touched",
                )

    def _change(self, event_id: str, number: int, expression: str, holder: str, now: datetime) -> None:
        values: Item = {":holder": {holder}, ":now": keys.instant(now)}
        self.table.update(keys.seat_block(event_id, number), expression, values)

    def _say_full(self, event_id: str, *, full: bool) -> None:
        key = keys.full_flag(event_id)
        if full:
            self.table.put({**key})
        elif self.table.get(key):
            self.table.delete(key)


def _probe_order(holder: str, blocks: int) -> list[int]:
    first = int.from_bytes(sha256(holder.encode()).digest()[:4]) % blocks
    return [(first + step) % blocks for step in range(blocks)]


def _answer(item: Item, holder: str, now: datetime) -> Claim | None:
    """What the block says without a write; None when it looks as if a seat were free."""
    moment = keys.instant(now)
    holders = item.get("holders", set())
    if holder in holders:
        return Claim.SEATED
    if item.get("opens_at", "") > moment:
        return Claim.NOT_YET_OPEN
    if item.get("closes_at", "") <= moment:
        return Claim.CLOSED
    if "queue" in item:
        return Claim.QUEUED
    return Claim.FULL if len(holders) >= item["seats"] else None


def _block(item: Item) -> SeatBlock:
    return SeatBlock(
        number=int(item["sk"].removeprefix("SEATS#")),
        seats=int(item["seats"]),
        holders=frozenset(item.get("holders", ())),
        queue=item.get("queue"),
        arriving=frozenset(item.get("arriving", ())),
        touched_at=_moment(item.get("touched_at")),
        audited_at=_moment(item.get("audited_at")),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
