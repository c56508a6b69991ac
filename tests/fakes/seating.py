"""Events, seats, quotas and registrations in plain dictionaries."""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime

from kallelse.errors import EventNotFound
from kallelse.models import (
    Event,
    EventEntry,
    EventRecord,
    Mode,
    Registration,
    RegistrationState,
)
from kallelse.ports import Change, Line, NoSeat, Quota, SeatBlock, ToPublish, Work

from .erasures import FakeErasures
from .mailing import FakeMessages, FakeSummaries


@dataclass
class FakeAgenda:
    events: FakeEvents
    seats: FakeSeats
    registrations: FakeRegistrations
    messages: FakeMessages
    summaries: FakeSummaries
    erasures: FakeErasures

    def due(self, now: datetime) -> Work:
        looks, blocks = self.events.looks, self.seats.kept
        return Work(
            events=frozenset(event_id for event_id, at in looks.items() if at and at <= now),
            touched=frozenset(event_id for (event_id, _), block in blocks.items() if block.unchecked),
            registrations=tuple((each.event_id, each.id) for each in self.registrations.awaiting(now)),
            messages=tuple((each.event_id, each.number) for each in self.messages.awaiting()),
            erasures=self.erasures.due(now),
        )

    def to_publish(self) -> ToPublish:
        return ToPublish(tuple(self.summaries.approved()), self.erasures.handed_on())


@dataclass
class FakeEvents:
    records: dict[str, EventRecord] = field(default_factory=dict)
    looks: dict[str, datetime | None] = field(default_factory=dict)

    def get(self, event_id: str) -> EventRecord:
        if event_id not in self.records:
            raise EventNotFound("there is no such event")
        return self.records[event_id]

    def find(self, event_id: str) -> EventRecord | None:
        return self.records.get(event_id)

    def store(self, seen: EventRecord | None, record: EventRecord, now: datetime) -> bool:
        if self.find(record.event.id) != seen:
            return False
        self.records[record.event.id] = record
        self.looks[record.event.id] = now
        return True

    def listed(self, after: str | None, limit: int) -> list[EventEntry]:
        raise NotImplementedError("nothing that is tested on fakes lists events")

    def drawn(self, record: EventRecord) -> None:
        raise NotImplementedError("nothing that is tested on fakes draws")

    def look_again(self, record: EventRecord, at: datetime | None) -> None:
        if self.records[record.event.id].revision == record.revision:
            self.looks[record.event.id] = at


Where = tuple[str, Mode]


@dataclass
class FakeSeats:
    """One block a mode, however many seats it has."""

    events: dict[str, Event] = field(default_factory=dict)
    kept: dict[Where, SeatBlock] = field(default_factory=dict)
    lines: dict[Where, Line] = field(default_factory=dict)

    def take_turn(self, event_id: str) -> int:
        return 0

    def arrange(self, event: Event, turn: int, now: datetime) -> None:
        self.events[event.id] = event
        for mode in Mode:
            fresh = SeatBlock(number=0, seats=0, queue=0)
            block = self.kept.get((event.id, mode), fresh)
            seats = event.seats_by_mode.get(mode, 0)
            self.kept[event.id, mode] = replace(
                block, seats=seats, opening=event.opening, touched_at=now, unchecked=True
            )

    def blocks(self, event_id: str, mode: Mode) -> list[SeatBlock]:
        return [block for where, block in self.kept.items() if where == (event_id, mode)]

    def all_blocks(self, event_id: str) -> dict[Mode, list[SeatBlock]]:
        return {mode: self.blocks(event_id, mode) for mode in Mode}

    def claim(self, event: Event, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
        if holder in self.kept[event.id, mode].holders:
            return 0
        refusal = self.look(event, mode, now)
        return self._seat(event.id, mode, holder, now) if refusal is None else refusal

    def look(self, event: Event, mode: Mode, now: datetime) -> NoSeat | None:
        arranged, block = self.events[event.id], self.kept[event.id, mode]
        opens_at, closes_at = arranged.opening
        if opens_at > now:
            return NoSeat.NOT_YET_OPEN
        if closes_at <= now:
            return NoSeat.CLOSED
        if block.queue is not None:
            return NoSeat.QUEUED
        return None if block.free else NoSeat.FULL

    def claim_whenever(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int | NoSeat:
        block = self.kept[event_id, mode]
        if holder not in block.holders and (block.queue is not None or not block.free):
            return NoSeat.FULL if block.queue is None else NoSeat.QUEUED
        return self._seat(event_id, mode, holder, now)

    def claim_for_waiting(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int | None:
        block = self.kept[event_id, mode]
        return self._seat(event_id, mode, holder, now) if block.free or holder in block.holders else None

    def _seat(self, event_id: str, mode: Mode, holder: str, now: datetime) -> int:
        self._change(event_id, mode, self.kept[event_id, mode].holders | {holder}, now)
        return 0

    def _change(self, event_id: str, mode: Mode, holders: Set[str], now: datetime) -> None:
        block = self.kept[event_id, mode]
        changed = replace(block, holders=frozenset(holders), touched_at=now, unchecked=True)
        self.kept[event_id, mode] = changed

    def release(self, event_id: str, mode: Mode, block: int, holder: str, now: datetime) -> None:
        self._change(event_id, mode, self.kept[event_id, mode].holders - {holder}, now)

    def forget(self, event_id: str, mode: Mode, seen: SeatBlock, orphans: Set[str]) -> None:
        block = self.kept[event_id, mode]
        if block.touched_at == seen.touched_at:
            self.kept[event_id, mode] = replace(block, holders=block.holders - orphans)

    def announce(self, event_id: str, mode: Mode, block: int, now: datetime) -> None:
        self._change(event_id, mode, self.kept[event_id, mode].holders, now)

    def line(self, event_id: str, mode: Mode) -> Line:
        return self.lines.get((event_id, mode), Line(joined=0, closed=False))

    def close_to_newcomers(self, event_id: str, mode: Mode) -> None:
        joined = self.line(event_id, mode).joined + 1
        self.lines[event_id, mode] = Line(joined, closed=True)
        self._mark(event_id, mode, joined)

    def open_to_newcomers(self, event_id: str, mode: Mode, seen: Line) -> None:
        if self.line(event_id, mode).joined == seen.joined and (event_id, mode) in self.kept:
            self.lines[event_id, mode] = Line(seen.joined, closed=False)
            self._mark(event_id, mode, None)

    def _mark(self, event_id: str, mode: Mode, queue: int | None) -> None:
        self.kept[event_id, mode] = replace(self.kept[event_id, mode], queue=queue)

    def audited(self, event_id: str, mode: Mode, seen: Sequence[SeatBlock]) -> None:
        for block in seen:
            now = self.kept[event_id, mode]
            if now.touched_at == block.touched_at:
                self.kept[event_id, mode] = replace(now, unchecked=False)


@dataclass
class FakeQuotas:
    kept: dict[tuple[str, str], Quota] = field(default_factory=dict)

    def claim(self, event: Event, key: str, holder: str, limit: int, now: datetime) -> bool:
        holders = self._holders(event.id, key)
        if holder not in holders and len(holders) >= limit:
            return False
        self.kept[event.id, key] = Quota(key, holders | {holder}, now)
        return True

    def is_full(self, event_id: str, key: str, limit: int) -> bool:
        return len(self._holders(event_id, key)) >= limit

    def release(self, event_id: str, key: str, holder: str) -> None:
        if (event_id, key) in self.kept:
            quota = self.kept[event_id, key]
            self.kept[event_id, key] = replace(quota, holders=quota.holders - {holder})

    def forget(self, event_id: str, seen: Quota, orphans: Set[str]) -> None:
        quota = self.kept[event_id, seen.key]
        if quota.touched_at == seen.touched_at:
            self.kept[event_id, seen.key] = replace(quota, holders=quota.holders - orphans)

    def of_event(self, event_id: str) -> list[Quota]:
        return [quota for (name, _), quota in self.kept.items() if name == event_id]

    def _holders(self, event_id: str, key: str) -> frozenset[str]:
        quota = self.kept.get((event_id, key))
        return quota.holders if quota else frozenset()


@dataclass
class FakeRegistrations:
    kept: dict[tuple[str, str], Registration] = field(default_factory=dict)
    erased: dict[tuple[str, str], int] = field(default_factory=dict)

    def find(self, event_id: str, registration_id: str) -> Registration | None:
        return self.kept.get((event_id, registration_id))

    def last_serial(self, event_id: str, registration_id: str) -> int:
        return self.erased.get((event_id, registration_id), 0)

    def of_event(self, event_id: str) -> list[Registration]:
        found = [each for each in self.kept.values() if each.event_id == event_id]
        return sorted(found, key=lambda each: (each.registered_at, each.id))

    def _line(self, event_id: str, mode: Mode) -> list[Registration]:
        waits = RegistrationState.WAITING
        return [each for each in self.of_event(event_id) if each.state is waits and each.mode is mode]

    def first_waiting(self, event_id: str, mode: Mode) -> Registration | None:
        return next(iter(self._line(event_id, mode)), None)

    def place_in_line(self, registration: Registration) -> int:
        line = self._line(registration.event_id, registration.mode)
        return 1 + [each.id for each in line].index(registration.id)

    def count_waiting(self, event_id: str, mode: Mode) -> int:
        return len(self._line(event_id, mode))

    def store(self, *changes: Change) -> bool:
        if not all(self._is_as_seen(seen, changed) for seen, changed in changes):
            return False
        for _, changed in changes:
            where = (changed.event_id, changed.id)
            self.kept[where] = changed
            self.erased.pop(where, None)
        return True

    def _is_as_seen(self, seen: Registration | None, changed: Registration) -> bool:
        found = self.find(changed.event_id, changed.id)
        return (found and found.revision) == (seen and seen.revision)

    def erase(self, seen: Registration) -> bool:
        where = (seen.event_id, seen.id)
        if where not in self.kept or self.kept[where].revision != seen.revision:
            return False
        self.erased[where] = self.kept.pop(where).revision
        return True

    def awaiting(self, now: datetime) -> list[Registration]:
        return [
            each
            for each in self.kept.values()
            if each.outbox or (each.held_until is not None and each.held_until <= now)
        ]

    def clear_outbox(self, registration: Registration) -> None:
        where = (registration.event_id, registration.id)
        if self.kept[where].revision == registration.revision:
            self.kept[where] = self.kept[where].model_copy(update={"outbox": ()})


class FakeAhead:
    """Reads nothing ahead, as a dictionary answers at once."""

    def of_form(self, event_id: str, limit: str) -> AbstractContextManager[None]:
        return nullcontext()

    def of_newcomer(
        self, event: Event, registration_id: str, mode: Mode, holder: str
    ) -> AbstractContextManager[None]:
        return nullcontext()
