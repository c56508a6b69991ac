"""Mails, tokens, limits, summaries, messages and the pace in plain dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from kallelse.models import (
    Language,
    Mail,
    MailState,
    Message,
    MessageState,
    Note,
    Purpose,
    Summary,
    SummaryState,
    Token,
)
from kallelse.pacing import Shift


@dataclass
class FakeMails:
    kept: dict[str, Mail] = field(default_factory=dict)
    suppressed: dict[str, MailState] = field(default_factory=dict)

    def create(self, mail: Mail) -> bool:
        return self.kept.setdefault(mail.id, mail) is mail

    def get(self, mail_id: str) -> Mail | None:
        return self.kept.get(mail_id)

    def due(self, now: datetime) -> list[str]:
        return [mail.id for mail in self.kept.values() if mail.due_at and mail.due_at <= now]

    def replace(self, seen: Mail, changed: Mail) -> bool:
        found = self.kept.get(changed.id)
        if found is None or (found.state, found.attempt) != (seen.state, seen.attempt):
            return False
        self.kept[changed.id] = changed
        return True

    def of_event(self, event_id: str) -> list[Mail]:
        return [mail for mail in self.kept.values() if mail.event_id == event_id]

    def to_recipient(self, event_id: str, recipient: str) -> list[Mail]:
        return [mail for mail in self.of_event(event_id) if mail.recipient == recipient]

    def suppress(self, address: str, reason: MailState, now: datetime) -> None:
        self.suppressed[address.strip().casefold()] = reason

    def is_suppressed(self, address: str) -> bool:
        return address.strip().casefold() in self.suppressed


@dataclass
class FakeTokens:
    kept: dict[str, Token] = field(default_factory=dict)

    def put(self, token: Token) -> None:
        self.kept[token.digest] = token

    def find(self, digest: str, purpose: Purpose) -> Token | None:
        token = self.kept.get(digest)
        return token if token and token.purpose is purpose else None


@dataclass
class FakeLimits:
    kept: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def take(self, name: str, limit: int, ends_at: datetime, now: datetime, number: int = 1) -> bool:
        taken = self.taken(name, now) + number
        if taken > limit:
            return False
        self.kept[name] = (taken, self.kept[name][1] if taken > number else ends_at)
        return True

    def taken(self, name: str, now: datetime) -> int:
        taken, ends_at = self.kept.get(name, (0, now))
        return taken if ends_at > now else 0


@dataclass
class FakeSummaries:
    kept: dict[tuple[str, Language, int], Summary] = field(default_factory=dict)
    openings: dict[tuple[str, str, int], datetime] = field(default_factory=dict)

    def latest(self, event_id: str, language: Language) -> Summary | None:
        versions = (self.get(event_id, language, version) for version in count(1))
        newest = None
        for summary in versions:
            if summary is None:
                return newest
            newest = summary
        return newest

    def get(self, event_id: str, language: Language, version: int) -> Summary | None:
        return self.kept.get((event_id, language, version))

    def put(self, summary: Summary) -> bool:
        return self.kept.setdefault((summary.event_id, summary.language, summary.version), summary) is summary

    def replace(self, seen: Summary, changed: Summary) -> bool:
        where = (seen.event_id, seen.language, seen.version)
        if self.kept.get(where) != seen:
            return False
        self.kept[where] = changed
        return True

    def of_event(self, event_id: str) -> list[Summary]:
        return [self.kept[where] for where in sorted(self.kept) if where[0] == event_id]

    def mark_opened(self, summary: Summary, recipient: str, at: datetime, erased_at: datetime | None) -> None:
        self.openings.setdefault((summary.event_id, recipient, summary.version), at)

    def opened(self, event_id: str, recipient: str = "") -> dict[tuple[str, int], datetime]:
        return {
            (who, version): at
            for (event, who, version), at in self.openings.items()
            if event == event_id and recipient in ("", who)
        }

    def approved(self) -> list[Summary]:
        return [each for each in self.kept.values() if each.state is SummaryState.APPROVED]


@dataclass
class FakeMessages:
    kept: dict[tuple[str, int], Message] = field(default_factory=dict)

    def latest(self, event_id: str) -> Message | None:
        return next(reversed(self.of_event(event_id)), None)

    def get(self, event_id: str, number: int) -> Message | None:
        return self.kept.get((event_id, number))

    def of_event(self, event_id: str) -> list[Message]:
        return [self.kept[where] for where in sorted(self.kept) if where[0] == event_id]

    def put(self, message: Message) -> bool:
        return self.kept.setdefault((message.event_id, message.number), message) is message

    def mark_posted(self, message: Message) -> None:
        posted = message.model_copy(update={"state": MessageState.POSTED})
        self.kept[message.event_id, message.number] = posted

    def awaiting(self) -> list[Message]:
        return [each for each in self.kept.values() if each.state is MessageState.HANDED_IN]


@dataclass
class FakeNotes:
    kept: dict[tuple[str, str, int], Note] = field(default_factory=dict)

    def latest(self, event_id: str, group: str) -> Note | None:
        kept = [self.kept[where] for where in sorted(self.kept) if where[:2] == (event_id, group)]
        return kept[-1] if kept else None

    def get(self, event_id: str, group: str, version: int) -> Note | None:
        return self.kept.get((event_id, group, version))

    def put(self, note: Note) -> bool:
        return self.kept.setdefault((note.event_id, note.group, note.version), note) is note


@dataclass
class FakePace:
    free_at: datetime | None = None

    def reserve(self, step: timedelta, earliest: datetime, latest: datetime) -> datetime | None:
        slot = max(self.free_at or earliest, earliest)
        if slot > latest:
            return None
        self.free_at = slot + step
        return slot


def unhurried(clock: Callable[[], datetime]) -> Shift:
    """A shift that never ends, on a clock that nobody has to wait for."""
    return Shift(clock, datetime.max.replace(tzinfo=UTC), 1000.0, lambda _: None)


def alone(work: Callable[[], list[Mail]], _: int) -> list[Mail]:
    """A crew of one."""
    return work()
