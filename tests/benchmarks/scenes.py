"""What the routes need to find beside the seed event: an event in each state, made by the services.

Each state is an event of its own, so that nothing is added to what a registration meets.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.conftest import ROOT, a_participant
from tests.guarantees import HOSTS
from tests.hooks import WEBHOOK_HOSTS

from kallelse import (
    connecting,
    dialogues,
    dispatching,
    drawing,
    duplicating,
    editing,
    links,
    mailing,
    managing,
    messaging,
    notifying,
    noting,
    registering,
    reviewing,
    summarising,
    surveying,
)
from kallelse.adapters.s3 import BucketDocuments
from kallelse.models import (
    Draft,
    Entry,
    Event,
    EventRecord,
    Mode,
    Purpose,
    Registration,
    Source,
    Summary,
    SummaryState,
)
from kallelse.ports import Desk
from kallelse.registering import Submission
from kallelse.rendering import Renderer

OVER, RUNNING, FULL, CONFIRMING, DRAFT, COPY = "over", "running", "full", "confirming", "draft", "copy"
TOUR, STOP, NEXT_STOP = "tour", "stop-0", "stop-1"
TOLD, GONE = "diariet", "borttaget"
"""The webhooks."""

COPY_STARTS = "2030-01-15T13:00"

PEOPLE = ("Ada", "Cia", "Dan", "Eva", "Fia", "Gun", "Ida", "Jan")
"""Enough for a group of the dialogue, and for the results of a survey to be shown."""

GREETING = {"subject": {"sv": "Ny sal"}, "body": {"sv": "Vi ses i **stora salen**."}}
NOTES = "# Grupp 1\n\n" + "- Öppenhet börjar med att någon lyssnar.\n" * 20
SUMMARY = (
    "# Vad vi talade om\n\n" + "Öppenhet är **god ledning**, och den tar tid.\n\n- Lyssna.\n- Svara.\n\n" * 10
)

LONG_AGO, A_DAY = timedelta(days=10), timedelta(days=1)

Names = dict[str, str]
"""What stands in addresses: the secret of a link by the part of the address before it, the id of a
registration by its event, and the ids of a mail and a delivery."""


def set_up(desk: Desk, bucket: BucketDocuments, record: EventRecord, now: datetime) -> Names:
    """Beside the seed event, in which Bo is registered, and the tour. Gives what they are addressed by."""
    return {
        **open_for_registration(desk, bucket, record, now),
        **full(desk, record.event, now),
        **confirming(desk, record.event, now),
        **running(desk, record.event, now),
        **over(desk, record.event, now),
        **stop_with_summaries(desk, bucket, now),
        **drafts(desk, record.event, now),
    }


def like(
    desk: Desk, seed: Event, event_id: str, starts: datetime, now: datetime, **changes: Any
) -> EventRecord:
    """An event like the seed event, applied long ago, with another start and without the programme."""
    local = starts.astimezone(ZoneInfo(seed.timezone)).replace(second=0, microsecond=0, tzinfo=None)
    times = {
        "starts": local,
        "ends": local + timedelta(hours=10),
        "last_day_to_register": (local - A_DAY).date(),
        "programme": (),
    }
    event = Event.model_validate(seed.model_dump() | {"id": event_id} | times | changes)
    return editing.apply(desk, event, HOSTS, now - LONG_AGO, webhook_hosts=WEBHOOK_HOSTS)


def registered(desk: Desk, record: EventRecord, name: str, now: datetime) -> Registration:
    """The registration of somebody, made at this instant."""
    participant = a_participant(name)
    registering.register(desk, record, Submission(participant, Mode.ONLINE), now)
    found = desk.registrations.find(record.event.id, registering.registration_id(record, participant.email))
    assert found
    return found


def open_for_registration(desk: Desk, bucket: BucketDocuments, record: EventRecord, now: datetime) -> Names:
    """The seed event: Bo has a mail that is stuck, Cia cancelled, there is a message, and cards are drawn."""
    event_id = record.event.id
    [bo] = desk.registrations.of_event(event_id)
    [mail] = dispatching.post(desk, record, bo, now)
    mailing.hold(desk, now)
    cia = registered(desk, record, "Cia", now)
    managing.cancel(desk, record, cia, now)
    messaging.hand_in(desk, record, Draft.model_validate(GREETING), "ada", now)
    for number in range(5):
        logged(desk, Entry(id=f"{number:016x}", at=now, by="ada", action="put_event", event_id=event_id))
    logged(desk, Entry(id="0" * 16, at=now, by="ada", action="put_tour", tour_id=TOUR))
    logged(desk, Entry(id="0" * 16, at=now, by="ada", action="find_person"))
    drawing.draw(desk, bucket, Renderer(ROOT / "templates"), event_id)
    opened = {each.value: links.issue(desk, bo, each) for each in (Purpose.MANAGE, Purpose.UNSUBSCRIBE)}
    return opened | {"data": links.issue(desk, cia, Purpose.DATA), event_id: bo.id, "mail": mail.id}


def logged(desk: Desk, entry: Entry) -> None:
    """Write a change in the audit log, as it is there when it has ended."""
    desk.audit.begin(entry)
    desk.audit.end(entry.model_copy(update={"done": True, "after": {"seats": 60}}))


def full(desk: Desk, seed: Event, now: datetime) -> Names:
    """An event with one seat, for which three wait; the last of them is named."""
    record = like(desk, seed, FULL, now + LONG_AGO, now, seats=1)
    for number, name in enumerate(PEOPLE[:4]):
        last = registered(desk, record, name, now - LONG_AGO + timedelta(minutes=number))
    return {FULL: last.id}


def confirming(desk: Desk, seed: Event, now: datetime) -> Names:
    """An event that lets people confirm their address, and one who has not done so yet."""
    record = like(desk, seed, CONFIRMING, now + LONG_AGO, now, address_confirmation=A_DAY, offer=A_DAY)
    return {"confirm": links.issue(desk, registered(desk, record, "Ada", now), Purpose.MANAGE)}


def running(desk: Desk, seed: Event, now: datetime) -> Names:
    """An event under way, with groups, notes, a webhook that was told of Ada, and one that is off."""
    url, before = "https://mottagare.example/kallelse", now - LONG_AGO
    hooks = [{"id": each, "url": url, "events": ["registration-confirmed"]} for each in (TOLD, GONE)]
    record = like(desk, seed, RUNNING, now - timedelta(hours=1), now, webhooks=hooks)
    ada, *_ = [registered(desk, record, name, before) for name in PEOPLE]
    dialogues.make(desk, record, before)
    noting.write(desk, record.event, "1", NOTES, "ada", now)
    for hook in (TOLD, GONE):
        connecting.new_secret(desk, record, hook, before)
    known = desk.webhooks.get(RUNNING, GONE)
    assert known
    desk.webhooks.store(known, known.model_copy(update={"off_url": url, "off_since": before}))
    notifying.notify_of_registration(desk, record, ada, before)
    [delivery] = desk.deliveries.of_event(RUNNING)
    return {"join": links.issue(desk, ada, Purpose.JOIN), RUNNING: ada.id, "delivery": delivery.id}


def over(desk: Desk, seed: Event, now: datetime) -> Names:
    """An event that is over, and its survey, which people have answered."""
    record = like(desk, seed, OVER, now - A_DAY, now)
    answers = {"useful": ["4"], "take-home": ["Att lyssna."], "another-stop": ["yes"]}
    for name in PEOPLE:
        surveying.take(desk, record, answers, name, now)
    return {}


def stop_with_summaries(desk: Desk, bucket: BucketDocuments, now: datetime) -> Names:
    """A stop of the tour: the first version and its translation are published, the second is approved, and
    the third is a draft. Ada is registered, and was at the next stop, to which she can be moved.
    """
    record, following = desk.events.get(STOP), desk.events.get(NEXT_STOP)
    ada = registered(desk, record, "Ada", now)
    managing.cancel(desk, following, registered(desk, following, "Ada", now), now)
    for language, source in (("sv", None), ("en", Source(language="sv", version=1))):
        draft = handed_in(desk, bucket, record, 1, now, language, source)
        renderer = Renderer(ROOT / "templates")
        summarising.publish(desk, bucket, renderer, approved(desk, draft, now), now)
    approved(desk, handed_in(desk, bucket, record, 2, now), now)
    handed_in(desk, bucket, record, 3, now)
    return {"summaries": links.issue(desk, ada, Purpose.SUMMARIES), STOP: ada.id}


def handed_in(
    desk: Desk,
    bucket: BucketDocuments,
    record: EventRecord,
    number: int,
    now: datetime,
    language: str = "sv",
    source: Source | None = None,
) -> Summary:
    """A version of the summary; each has a line more than the one before."""
    text = SUMMARY + "Sedan talade vi vidare.\n" * number
    return summarising.hand_in(desk, bucket, record, language, text, "ada", now, source)


def approved(desk: Desk, summary: Summary, now: datetime) -> Summary:
    """The version, approved."""
    for state in (SummaryState.IN_REVIEW, SummaryState.APPROVED):
        summary = reviewing.move(desk, summary, state, "eva", now)
    return summary


def drafts(desk: Desk, seed: Event, now: datetime) -> Names:
    """A draft, and the copy of the seed event that is asked for once more: the stub keeps no new event."""
    like(desk, seed, DRAFT, now + LONG_AGO, now, draft=True)
    duplicating.duplicate(desk, seed.id, COPY, datetime.fromisoformat(COPY_STARTS), now)
    return {}
