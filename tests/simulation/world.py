"""The whole desk on the real adapters over moto, and the minutes that follow, in which the clock sweeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.backends import get_backend
from tests.conftest import ROOT, an_event, table_definition, utc
from tests.fakes import alone, unhurried
from tests.guarantees import HOSTS, by_name, person
from tests.hooks import WEBHOOK_HOSTS, a_hook, in_turn
from tests.simulation.faults import Faults, response

from kallelse import (
    connecting,
    delivering,
    dispatching,
    editing,
    erasing,
    feedback,
    mailing,
    registering,
    summarising,
)
from kallelse.adapters import dynamodb, ledger, s3, ses
from kallelse.composing import Composer
from kallelse.feedback import Feedback, FeedbackKind
from kallelse.models import Event, EventRecord, Mail, Mode, Registration, RegistrationState
from kallelse.ports import Desk, Ledger, Postman
from kallelse.registering import Submission
from kallelse.rendering import Renderer

EVENT = "seminarium"
START = utc("2020-08-20T09:00")
NAME = "kallelse"
SENDER = "kallelse@desk.example"
REGION: Literal["eu-north-1"] = "eu-north-1"
ACCOUNT = "123456789012"
"""The account of moto, in which everything is."""

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

LATER = (*(each * MINUTE for each in (1, 2, 5, 7, 12, 13, 19)), DAY, DAY + 5 * MINUTE, 2 * DAY)
"""The minutes that are looked at after something went wrong: leases, waits and holds end between them."""

PROMPT = 4 * MINUTE
"""When the mail service's feedback comes; before a mailer gives up waiting for it."""


class Taken(NamedTuple):
    """A message that the mail service took. ``number``: from 0, in the order of all of them."""

    mail_id: str
    attempt: int
    recipient: str
    number: int

    def told(self, kind: FeedbackKind, at: datetime) -> Feedback:
        """What the mail service tells about it."""
        return Feedback(
            kind=kind, mail_id=self.mail_id, attempt=self.attempt, message_id=f"message-{self.number}",
            addresses=(self.recipient,), permanent=True, at=at,
        )  # fmt: skip


@dataclass
class MailService:
    """Amazon SES: takes whatever it is handed, remembers it, and has feedback about it in its queue."""

    taken: list[Taken] = field(default_factory=list)
    queue: list[Feedback] = field(default_factory=list)
    now: datetime = START
    delivers: bool = True

    def send_email(self, _: str, request: AWSPreparedRequest) -> AWSResponse:
        """Carry out a request of SendEmail."""
        asked = json.loads(request.body)  # type: ignore[arg-type]
        tags = {tag["Name"]: tag["Value"] for tag in asked["EmailTags"]}
        [recipient] = asked["Destination"]["ToAddresses"]
        mail = Taken(tags["mail_id"], int(tags["attempt"]), recipient, len(self.taken))
        self.taken.append(mail)
        kinds = [FeedbackKind.SEND, FeedbackKind.DELIVERY] if self.delivers else []
        self.queue += [mail.told(kind, self.now) for kind in kinds]
        return response(request, json.dumps({"MessageId": f"message-{mail.number}"}))


class Snapshot(NamedTuple):
    """Everything that lasts."""

    items: Any
    documents: frozenset[str]
    taken: tuple[Taken, ...]
    queue: tuple[Feedback, ...]
    told: dict[str, RegistrationState]
    brought: tuple[str, ...]


def send_mails(world: World, now: datetime) -> None:
    """What the mailer's handler does when the clock starts it."""
    shift = unhurried(lambda: now)
    mailing.sweep(world.desk, world.postman, lambda mail: world.compose(mail, now), shift, alone)


def follow_the_stream(world: World, now: datetime) -> None:
    """What the mailer's handler does first when the stream starts it; the sweep does without."""
    for registration in world.desk.registrations.of_event(EVENT):
        if registration.outbox:
            dispatching.post_owed(world.desk, EVENT, registration.id, now)


@dataclass
class World:
    """``told``: what everybody who registered was told last, in the order in which they came.

    ``feedback_after``: how long feedback takes. ``mailer``: what sends mails each minute.
    ``brought``: the ids of what the receiver of the webhook took.
    """

    desk: Desk
    documents: s3.BucketDocuments
    ledger: Ledger
    postman: Postman
    faults: Faults
    service: MailService
    feedback_after: timedelta = PROMPT
    told: dict[str, RegistrationState] = field(default_factory=dict)
    brought: list[str] = field(default_factory=list)
    mailer: Callable[[World, datetime], None] = send_mails

    @classmethod
    def new(cls, **changes: Any) -> World:
        """An empty world with the example event."""
        faults, service = Faults(), MailService()
        table, bucket = dynamodb.connect(NAME), s3.connect(NAME)
        postman = ses.connect(SENDER, NAME)
        table.client.create_table(**table_definition() | {"TableName": NAME})
        bucket.client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
        faults.attach(table.client)
        faults.attach(bucket.client)
        faults.attach(postman.client, service.send_email)
        erased = ledger.BucketLedger(bucket.client, NAME)
        world = cls(dynamodb.open_desk(table), bucket, erased, postman, faults, service)
        editing.apply(world.desk, an_event(**changes), HOSTS, START, webhook_hosts=WEBHOOK_HOSTS)
        return world

    @classmethod
    def hooked(cls, **changes: Any) -> World:
        """An empty world with the example event and a webhook that has a secret."""
        world = cls.new(webhooks=[a_hook()], **changes)
        connecting.new_secret(world.desk, world.record, "diariet", START)
        return world

    @property
    def record(self) -> EventRecord:
        """The event as it is stored."""
        return self.desk.events.get(EVENT)

    @property
    def event(self) -> Event:
        """The event file as it is stored."""
        return self.record.event

    def one(self, name: str) -> Registration:
        """The registration of this name."""
        return by_name(self.desk, EVENT)[name]

    def register(self, name: str, now: datetime) -> None:
        """Send the form, always the same one, and remember the answer."""
        organisation = "Vasa" if name in ("Ada", "Eva") else None
        submission = Submission(person(name, organisation), Mode.ONLINE, nonce=f"form of {name}")
        self.told[name] = registering.register(self.desk, self.record, submission, now).state

    def compose(self, mail: Mail, now: datetime) -> mailing.Letter | None:
        """Write the letter of a mail."""
        composer = Composer(self.desk, self.documents, renderer(), SENDER, "https://desk.example")
        return composer.compose(mail, now)

    def post(self, _: str, body: bytes, headers: dict[str, str]) -> int:
        """Take a delivery, as a courier and the receiver behind it do."""
        self.brought.append(headers["webhook-id"])
        return 204

    def minute(self, now: datetime) -> None:
        """What happens by itself: feedback comes, and the clock starts its functions."""
        self.service.now = now
        bring_feedback(self, now)
        dispatching.tick(self.desk, now)
        publish_summaries(self, now)
        self.mailer(self, now)
        notify(self, now)

    def sweep(self, now: datetime) -> datetime:
        """The days after something went wrong; gives the last instant of them."""
        for later in LATER:
            self.minute(now + later)
        return now + LATER[-1]

    def items(self) -> list[tuple[str, dict[str, Any]]]:
        """All items of the table, each after its sort key, in the form of the API."""
        items = [item for partition in _table().items.values() for item in partition.values()]
        return [(item.range_key.value, item.to_json()["Attributes"]) for item in items]

    def snapshot(self) -> Snapshot:
        """Everything that lasts, as it is now."""
        service = self.service
        items, documents = deepcopy(_table().items), frozenset(_bucket().keys)
        return Snapshot(
            items, documents, tuple(service.taken), tuple(service.queue), dict(self.told), tuple(self.brought)
        )

    def restore(self, snapshot: Snapshot, now: datetime) -> None:
        """Make everything as it was, at an instant."""
        self.service.now = now
        _table().items = deepcopy(snapshot.items)
        for key in set(_bucket().keys) - snapshot.documents:
            del _bucket().keys[key]
        self.service.taken, self.service.queue = list(snapshot.taken), list(snapshot.queue)
        self.told, self.brought = dict(snapshot.told), list(snapshot.brought)

    def trace(self) -> str:
        """All that the future depends on. Two points that leave the same trace have the same future."""
        _, documents, *rest = self.snapshot()
        items = [
            item.to_json()
            for partition in _table().items.values()
            for item in partition.values()
            # The personal links of mails are random, and nothing that follows looks at them.
            if not item.hash_key.value.startswith("TOKEN#") and not item.range_key.value.startswith("LINK#")
        ]
        return repr((items, sorted(documents), rest))


def publish_summaries(world: World, now: datetime) -> None:
    """What the publisher's handler does."""
    work = world.desk.agenda.to_publish()
    for summary in work.summaries:
        summarising.publish(world.desk, world.documents, renderer(), summary, now)
    for erasure in work.erasures:
        erasing.enter(world.desk, world.ledger, world.documents, erasure)


def notify(world: World, now: datetime) -> None:
    """What the notifier's handler does."""
    run = delivering.Run(world.desk, world, lambda: now, now + MINUTE)
    delivering.sweep(run, in_turn)


def bring_feedback(world: World, now: datetime) -> None:
    """What the feedback's handler does. The queue keeps an event until it has been heeded."""
    queue = world.service.queue
    for told in [each for each in queue if each.at + world.feedback_after <= now]:
        feedback.heed(world.desk, told, now)
        queue.remove(told)


def renderer() -> Renderer:
    """Renders the templates of the repository."""
    return Renderer(ROOT / "templates")


def _table() -> Any:
    return get_backend("dynamodb")[ACCOUNT][REGION].tables[NAME]


def _bucket() -> Any:
    return get_backend("s3")[ACCOUNT]["aws"].buckets[NAME]
