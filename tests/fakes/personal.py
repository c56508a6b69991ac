"""Personal data as a whole, in plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kallelse.models import Figures

from .grouping import FakeGroups
from .mailing import FakeMails, FakeNotes, FakeSummaries, FakeTokens
from .seating import FakeQuotas, FakeRegistrations, FakeSeats
from .surveys import FakeSurveys


@dataclass
class FakePersonalData:
    """Erases all of an event at once; when it is erased is told by the event alone."""

    registrations: FakeRegistrations
    seats: FakeSeats
    quotas: FakeQuotas
    mails: FakeMails
    tokens: FakeTokens
    summaries: FakeSummaries
    surveys: FakeSurveys
    notes: FakeNotes
    groups: FakeGroups

    def keep_until(self, event_id: str, erased_at: datetime, most: int) -> int:
        return 0

    def erase_event(self, event_id: str, most: int) -> int:
        events: tuple[dict[Any, Any], ...] = (
            self.registrations.kept, self.seats.kept, self.quotas.kept, self.notes.kept,
        )  # fmt: skip
        found = [(kept, where) for kept in events for where in list(kept) if where[0] == event_id]
        for kept, where in found:
            del kept[where]
        self.groups.kept.pop(event_id, None)
        for where, answer in self.surveys.kept.items():
            if where[0] == event_id:
                self.surveys.kept[where] = answer.model_copy(update={"remarks": ()})
        ids = {each.registration_id for each in self.tokens.kept.values() if each.event_id == event_id}
        ids |= {each.recipient[2:] for each in self.mails.of_event(event_id)}
        for each in ids:
            self.erase_person(event_id, each)
        return len(found)

    def links(self, event_id: str, registration_id: str) -> int:
        whose = [(each.event_id, each.registration_id) for each in self.tokens.kept.values()]
        return whose.count((event_id, registration_id))

    def erase_person(self, event_id: str, registration_id: str) -> None:
        mailbox = f"r-{registration_id}"
        for mail in self.mails.to_recipient(event_id, mailbox):
            del self.mails.kept[mail.id]
        for who, version in self.summaries.opened(event_id, mailbox):
            del self.summaries.openings[event_id, who, version]
        for digest, token in list(self.tokens.kept.items()):
            if (token.event_id, token.registration_id) == (event_id, registration_id):
                del self.tokens.kept[digest]


@dataclass
class FakeFigures:
    kept: dict[str, Figures] = field(default_factory=dict)

    def get(self, event_id: str) -> Figures | None:
        return self.kept.get(event_id)

    def keep(self, event_id: str, figures: Figures) -> None:
        self.kept.setdefault(event_id, figures)
