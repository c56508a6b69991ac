"""Seat blocks: each claim is one conditional write on one item, and the set of holders is the truth.

Instants are kept as milliseconds since 1970: with 64 holders a block must stay below 1 kB.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ...clock import EPOCH
from ...errors import AlreadyChanged
from ...models import Event, Mode
from ...ports import Line, NoSeat, SeatBlock
from . import keys
from .arranging import block_sizes, fitted, probe_order
from .expiry import kept_until
from .table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

CLAIM = (
    "(attribute_not_exists(opens_at) OR opens_at <= :now) AND closes_at > :now"  # open at this instant
    " AND attribute_not_exists(queue)"  # nobody waits
    " AND (attribute_not_exists(holders) OR size(holders) < seats)"  # a seat is free
)

FREE = "((attribute_not_exists(holders) AND seats > :none) OR size(holders) < seats)"
CLAIM_FOR_WAITING = f"contains(holders, :holder) OR {FREE}"
CLAIM_WHENEVER = f"contains(holders, :holder) OR (attribute_not_exists(queue) AND {FREE})"

SET_OPENING = "closes_at = :closes_at, opens_at = :opens_at, erased_at = :erased_at, expires = :expires"

TOUCH = "touched_at = :now, due = :sweep, due_at = if_not_exists(due_at, :minute)"
"""Puts the block before the sweep. Its entry in the index is written once, however many seats change
until the sweep has checked it; so is that of the registrations, which are found through it.
"""

ATTEMPTS = 10
"""How often blocks are read anew when another request changes them at the same time."""

IN_TRANSACTION = 9
"""How many blocks change with one write, beside the check: DynamoDB Local takes no more, AWS takes 99."""


@dataclass(frozen=True)
class TableSeats:
    """Keeps the promises of :class:`kallelse.ports.Seats`."""

    table: Table

    def take_turn(self, event_id: str) -> int:
        return int(self.table.update_and_get(keys.turn(event_id), "ADD turn :one", {":one": 1})["turn"])

    def arrange(self, event: Event, turn: int, now: datetime) -> None:
        for mode in Mode:
            self._arrange_mode(event, turn, mode, event.seats_by_mode.get(mode, 0), now)

    def _arrange_mode(self, event: Event, turn: int, mode: Mode, seats: int, now: datetime) -> None:
        for _ in range(ATTEMPTS):
            if (self.table.get(keys.turn(event.id)) or {})["turn"] != turn:
                return
            blocks = self.blocks(event.id, mode)
            sizes = fitted(seats, blocks) if seats or blocks else []
            if len(blocks) < len(sizes):
                self._make(event, turn, mode, range(len(blocks), len(sizes)), now)
            elif self._resize(event, turn, mode, blocks, sizes, now):
                self._say_not_full(event.id, mode)
                return
        raise AlreadyChanged("the seats are being taken at this moment; apply the event again")

    def _make(self, event: Event, turn: int, mode: Mode, numbers: range, now: datetime) -> None:
        # Born without seats, and with the mark: whoever finds that nobody waits lifts it.
        values: Item = {":none": 0} | _touch(now) | _opening(event)
        change = f"SET seats = :none, queue = :none, {TOUCH}, {SET_OPENING}"
        blocks = [keys.seat_block(event.id, mode, number) for number in numbers]
        new = "attribute_not_exists(pk)"
        self._in_turn(
            event, turn, *(self.table.update_in_transaction(key, change, values, new) for key in blocks)
        )
        # One who joined the line before the blocks were there has not marked them.
        joined = self.line(event.id, mode).joined
        for number in numbers if joined else ():
            self._mark(event.id, mode, number, joined)

    def _resize(
        self,
        event: Event,
        turn: int,
        mode: Mode,
        blocks: Sequence[SeatBlock],
        sizes: Sequence[int],
        now: datetime,
    ) -> bool:
        # Seats go before seats come: at no moment are there more than the event has.
        order = sorted(blocks, key=lambda block: sizes[block.number] - block.seats)
        # Nobody sits down in a block without seats, so that several can be changed with one write.
        writes = {each.number: self._resizing(event, mode, each, sizes[each.number], now) for each in order}
        fresh = [writes[each.number] for each in order if not each.seats]
        others = [writes[each.number] for each in order if each.seats]
        return all(self._in_turn(event, turn, write) for write in others) and self._in_turn(
            event, turn, *fresh
        )

    def _resizing(
        self, event: Event, mode: Mode, seen: SeatBlock, seats: int, now: datetime
    ) -> TransactWriteItemTypeDef:
        values: Item = {":seats": seats} | _touch(now) | _opening(event)
        unchanged = "size(holders) = :taken" if seen.holders else "attribute_not_exists(holders)"
        values |= {":taken": len(seen.holders)} if seen.holders else {}
        # Broken off here, the sweep gives new seats to those who wait.
        change = f"SET seats = :seats, {TOUCH}, {SET_OPENING}"
        key = keys.seat_block(event.id, mode, seen.number)
        return self.table.update_in_transaction(key, change, values, unchanged)

    def _in_turn(self, event: Event, turn: int, *writes: TransactWriteItemTypeDef) -> bool:
        # Of two arrangements at once, blocks of both would be more seats than either has.
        check = self.table.check_in_transaction(keys.turn(event.id), "turn = :turn", {":turn": turn})
        return all(
            self.table.transact(check, *writes[first : first + IN_TRANSACTION])
            for first in range(0, len(writes), IN_TRANSACTION)
        )

    def blocks(self, event_id: str, mode: Mode) -> list[SeatBlock]:
        items = self.table.query(keys.event_partition(event_id), keys.seat_blocks(mode))
        return [_block(item) for item in items]

    def all_blocks(self, event_id: str) -> dict[Mode, list[SeatBlock]]:
        blocks: dict[Mode, list[SeatBlock]] = {mode: [] for mode in Mode}
        for item in self.table.query(keys.event_partition(event_id), keys.SEAT_BLOCKS):
            blocks[Mode(item["sk"].split("#")[1])].append(_block(item))
        return blocks

    def claim(self, event: Event, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
        numbers = probe_order(holder, len(block_sizes(event.seats_by_mode[mode])))
        answer = self._claim_in(event.id, mode, numbers[0], holder, now)
        if answer is not NoSeat.FULL or len(numbers) == 1:
            return answer
        if self.table.get(keys.full_flag(event.id, mode)):
            return NoSeat.FULL
        return self._claim_anywhere(event, mode, numbers[1:], holder, now)

    def _claim_anywhere(
        self, event: Event, mode: Mode, numbers: Sequence[int], holder: str, now: datetime
    ) -> int | NoSeat:
        for _ in range(ATTEMPTS):
            blocks = {block.number: block for block in self.blocks(event.id, mode)}
            own = [number for number, block in blocks.items() if holder in block.holders]
            free = own or [number for number in numbers if number in blocks and blocks[number].free]
            if not free:
                return self._say_full(event.id, mode)
            for number in free:
                answer = self._claim_in(event.id, mode, number, holder, now)
                if answer is not NoSeat.FULL:
                    return answer
        return NoSeat.FULL

    def _claim_in(self, event_id: str, mode: Mode, number: int, holder: str, now: datetime) -> int | NoSeat:
        key = keys.seat_block(event_id, mode, number)
        for _ in range(3):  # the block may change between the look and the write
            item = self.table.get(key) or {}
            if holder in item.get("holders", ()):
                if self._renew(key, holder, now):
                    return number
                continue
            refusal = _refusal(item, now)
            if refusal is not None:
                return refusal
            change = f"ADD holders :holder SET {TOUCH}"
            if self.table.update(key, change, {":holder": {holder}} | _touch(now), CLAIM):
                return number
        return NoSeat.FULL

    def _renew(self, key: keys.Key, holder: str, now: datetime) -> bool:
        # The sweep takes a seat that was claimed long ago, and has no registration yet, for an orphan.
        values: Item = {":holder": holder} | _touch(now)
        return self.table.update(key, f"SET {TOUCH}", values, "contains(holders, :holder)")

    def look(self, event: Event, mode: Mode, now: datetime) -> NoSeat | None:
        blocks = self.table.query(keys.event_partition(event.id), keys.seat_blocks(mode))
        refusals = {_refusal(item, now) for item in blocks}
        return (
            None if None in refusals else next((each for each in NoSeat if each in refusals), NoSeat.CLOSED)
        )

    def claim_whenever(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
        blocks = self.blocks(event_id, mode)
        block = self._claim_among(event_id, mode, blocks, holder, now, CLAIM_WHENEVER)
        if block is not None:
            return block
        return NoSeat.QUEUED if any(each.queue is not None for each in blocks) else NoSeat.FULL

    def claim_for_waiting(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int | None:
        blocks = self.blocks(event_id, mode)
        return self._claim_among(event_id, mode, blocks, holder, now, CLAIM_FOR_WAITING)

    def _claim_among(
        self,
        event_id: str,
        mode: Mode,
        blocks: Sequence[SeatBlock],
        holder: str,
        now: datetime,
        condition: str,
    ) -> int | None:
        values: Item = {":set": {holder}, ":holder": holder, ":none": 0} | _touch(now)
        for block in sorted(blocks, key=lambda block: holder not in block.holders):
            if (block.free or holder in block.holders) and self.table.update(
                keys.seat_block(event_id, mode, block.number),
                f"ADD holders :set SET {TOUCH}",
                values,
                condition,
            ):
                return block.number
        return None

    def release(self, event_id: str, mode: Mode, block: int, holder: str, now: datetime) -> None:
        self.table.update(
            keys.seat_block(event_id, mode, block),
            f"DELETE holders :holder SET {TOUCH}",
            {":holder": {holder}} | _touch(now),
            "attribute_exists(pk)",
        )
        self._say_not_full(event_id, mode)

    def forget(self, event_id: str, mode: Mode, seen: SeatBlock, orphans: Set[str]) -> None:
        if orphans and seen.touched_at:
            self.table.update(
                keys.seat_block(event_id, mode, seen.number),
                "DELETE holders :orphans",
                {":orphans": set(orphans), ":touched": _ms(seen.touched_at)},
                "touched_at = :touched",
            )
            self._say_not_full(event_id, mode)

    def announce(self, event_id: str, mode: Mode, block: int, now: datetime) -> None:
        key = keys.seat_block(event_id, mode, block)
        self.table.update(key, f"SET {TOUCH}", _touch(now), "attribute_exists(pk)")

    def line(self, event_id: str, mode: Mode) -> Line:
        return _line(self.table.get(keys.line(event_id, mode)) or {})

    def close_to_newcomers(self, event_id: str, mode: Mode) -> None:
        key = keys.line(event_id, mode)
        for _ in range(ATTEMPTS):
            item = self.table.update_and_get(key, "ADD joined :one", {":one": 1})
            if _line(item).closed:
                return
            joined = int(item["joined"])
            for block in self.blocks(event_id, mode):
                self._mark(event_id, mode, block.number, joined)
            # Not if the marks were lifted meanwhile: then they are set again.
            if self.table.update(
                key,
                "SET marked = :joined",
                {":joined": joined},
                "attribute_not_exists(lifted) OR lifted < :joined",
            ):
                return
        raise AlreadyChanged("the waiting list keeps changing; try again")

    def _mark(self, event_id: str, mode: Mode, number: int, joined: int) -> None:
        self.table.update(
            keys.seat_block(event_id, mode, number),
            "SET queue = :joined",
            {":joined": joined},
            "attribute_exists(pk) AND (attribute_not_exists(queue) OR queue < :joined)",
        )

    def open_to_newcomers(self, event_id: str, mode: Mode, seen: Line) -> None:
        if seen.closed and not self.table.update(
            keys.line(event_id, mode), "SET lifted = :joined", {":joined": seen.joined}, "joined = :joined"
        ):
            return
        for block in self.blocks(event_id, mode):
            if block.queue is not None and block.queue <= seen.joined:
                # One who joined since then has set a higher mark, which stays.
                self.table.update(
                    keys.seat_block(event_id, mode, block.number),
                    "REMOVE queue",
                    {":joined": seen.joined},
                    "queue <= :joined",
                )

    def audited(self, event_id: str, mode: Mode, seen: Sequence[SeatBlock]) -> None:
        for block in seen:
            if block.touched_at is not None:
                self.table.update(
                    keys.seat_block(event_id, mode, block.number),
                    "REMOVE due, due_at",
                    {":touched": _ms(block.touched_at)},
                    "touched_at = :touched",
                )

    def _say_full(self, event_id: str, mode: Mode) -> NoSeat:
        self.table.put({**keys.full_flag(event_id, mode)})
        # A seat that was freed before the flag was set must not hide behind it.
        if any(block.free for block in self.blocks(event_id, mode)):
            self._say_not_full(event_id, mode)
        return NoSeat.FULL

    def _say_not_full(self, event_id: str, mode: Mode) -> None:
        key = keys.full_flag(event_id, mode)
        if self.table.get(key):
            self.table.delete(key)


def _refusal(item: Item, now: datetime) -> NoSeat | None:
    """What the block says without a write; None when it looks as if a seat were free."""
    if item.get("opens_at", 0) > _ms(now):
        return NoSeat.NOT_YET_OPEN
    if item.get("closes_at", 0) <= _ms(now):
        return NoSeat.CLOSED
    if "queue" in item:
        return NoSeat.QUEUED
    return NoSeat.FULL if len(item.get("holders", ())) >= item["seats"] else None


def _touch(now: datetime) -> Item:
    return {":now": _ms(now), ":minute": keys.minute(now), ":sweep": keys.FOR_SWEEP}


def _opening(event: Event) -> Item:
    opens_at, closes_at = event.opening
    until = {f":{name}": value for name, value in kept_until(event.erased_at).items()}
    return {":closes_at": _ms(closes_at), ":opens_at": _ms(opens_at)} | until


def _line(item: Item) -> Line:
    closed = item.get("marked", 0) > item.get("lifted", -1)
    return Line(joined=int(item.get("joined", 0)), closed="marked" in item and closed)


def _block(item: Item) -> SeatBlock:
    return SeatBlock(
        number=int(item["sk"].rsplit("#", 1)[1]),
        seats=int(item["seats"]),
        holders=frozenset(item.get("holders", ())),
        queue=int(item["queue"]) if "queue" in item else None,
        opening=(_moment(item.get("opens_at", 0)), _moment(item["closes_at"])),
        touched_at=_moment(item["touched_at"]) if "touched_at" in item else None,
        unchecked="due" in item,
    )


def _ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def _moment(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=int(ms))
