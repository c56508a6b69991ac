"""What every benchmark measures on: the seed event, weeks before its start, and a request of each kind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
from moto import mock_aws
from tests.conftest import ROOT, a_participant, table_definition
from tests.guarantees import HOSTS
from tests.visiting import make_bucket, request

from kallelse import editing, entering, planning, registering
from kallelse.adapters import s3
from kallelse.adapters.dynamodb import Table, open_desk
from kallelse.duplicating import shifted
from kallelse.models import Event, EventRecord, Mode, Series, TourRecord
from kallelse.ports import Desk
from kallelse.proving import issue
from kallelse.registering import Submission

from . import scenes
from .scenes import TOUR

ARN = "arn:aws:sts::123456789012:assumed-role/Organisers/ada"

SETTINGS = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",  # pragma: allowlist secret: made up
    "AWS_DEFAULT_REGION": "eu-north-1",
    "AWS_REGION": "eu-north-1",
    "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
    "LAMBDA_TASK_ROOT": "/var/task",
    "_X_AMZN_TRACE_ID": "Root=1-5f5f5f5f-5f5f5f5f5f5f5f5f5f5f5f5f;Parent=5f5f5f5f5f5f5f5f;Sampled=1",
    "KALLELSE_TABLE": "kallelse",
    "KALLELSE_BUCKET": "bucket",
    "KALLELSE_TEMPLATES": str(ROOT / "templates"),
    "KALLELSE_MEETING_HOSTS": "webbseminarium.example",
    "KALLELSE_SENDER": "kallelse@desk.example",
    "KALLELSE_CONFIGURATION_SET": "kallelse",
    "KALLELSE_BASE_URL": "https://desk.example",
    "KALLELSE_GRANTS": f"{ARN}=administrator",
}
"""The environment of every function. By LAMBDA_TASK_ROOT powertools knows that it is to trace."""


@cache
def seed() -> Event:
    """The event of ``templates/events``, in four weeks, with registration open."""
    event = editing.read((ROOT / "templates/events/fortroendebygge.yaml").read_text())
    in_four_weeks = (datetime.now(UTC) + timedelta(days=28)).replace(hour=13, minute=0, tzinfo=None)
    return shifted(event, event.id, in_four_weeks.replace(second=0, microsecond=0)).model_copy(
        update={"draft": False}
    )


def a_tour() -> Series:
    """Eight stops like the seed event, a day apart, which show their summaries to everybody."""
    shared = seed().model_dump(mode="json", exclude_none=True, exclude={"id", "tour", "starts", "ends"})
    shared |= {"public_summaries": True}
    stops = [
        {
            "id": f"stop-{day}",
            "starts": seed().starts + timedelta(days=day),
            "ends": seed().ends + timedelta(days=day),
        }
        for day in range(8)
    ]
    about: dict[str, Any] = {
        "id": TOUR,
        "language": "sv",
        "title": {"sv": "Turné"},
        "description": {"sv": "Åtta orter."},
    }
    about |= {"one_stop_each": False}  # so that one form registers for several
    return Series.model_validate(about | {"shared": shared, "stops": stops})


def applied(desk: Desk, **changes: Any) -> EventRecord:
    """The seed event, changed, as stored."""
    event = Event.model_validate(seed().model_dump() | changes)
    return editing.apply(desk, event, HOSTS, datetime.now(UTC))


@dataclass(frozen=True)
class World:
    """A table with the event, a tour of eight, and an event in each state that a route needs.

    ``documents``: what the bucket holds, by key. ``cookie``: the secret of an organiser's session. ``names``:
    what stands in addresses, see :data:`.scenes.Names`.
    """

    items: list[dict[str, Any]]
    documents: dict[str, bytes]
    record: EventRecord
    tour: TourRecord
    over: EventRecord
    cookie: str
    names: scenes.Names


@cache
def world() -> World:
    """Made once, on engines in memory, and read out."""
    with mock_aws(), _environment():
        client, now = boto3.client("dynamodb"), datetime.now(UTC)
        client.create_table(**table_definition())
        make_bucket()
        desk, bucket = open_desk(Table(client, "kallelse")), s3.connect("bucket")
        record = applied(desk, embed=["https://example.org"])
        tour = planning.apply(desk, a_tour(), HOSTS, now).tour
        registering.register(desk, record, Submission(a_participant("Bo"), Mode.ONLINE), now)
        names = scenes.set_up(desk, bucket, record, now)
        secret, _ = entering.enter(desk, entering.invite(desk, ARN, None, None, now), now)
        # A link into the organisers' pages is good for minutes, and `make bench` takes longer.
        names["enter"] = entering.invite(desk, ARN, None, None, now + timedelta(days=1))
        items, over = client.scan(TableName="kallelse")["Items"], desk.events.get(scenes.OVER)
        return World(items, _documents(bucket), record, tour, over, secret, names)


def _documents(bucket: s3.BucketDocuments) -> dict[str, bytes]:
    kept = bucket.client.list_objects_v2(Bucket=bucket.bucket)["Contents"]
    return {each["Key"]: bucket.find(each["Key"]) or b"" for each in kept}


@contextmanager
def _environment() -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(SETTINGS)
    yield
    os.environ.clear()
    os.environ.update(before)


def a_minute_ago() -> datetime:
    """When forms were shown."""
    return datetime.now(UTC) - timedelta(minutes=1)


def form(record: EventRecord, number: int) -> dict[str, Any]:
    """The form of the person with this number."""
    return {
        "proof": issue(record, a_minute_ago()),
        "name": f"Ada Åberg {number}",
        "email": f"ada.{number}@example.org",
        "organisation": "Vasa stad",
        "organisation_kind": "municipality",
        "language": "sv",
    }


def show(record: EventRecord) -> dict[str, Any]:
    """The request of the page with the form."""
    return request("GET", f"/events/{record.event.id}/sv", {}) | {"body": ""}


def register(record: EventRecord, number: int = 0, proof: bool = True) -> dict[str, Any]:
    """The request of a registration. ``proof``: whether the form has the stamp that only ours knows."""
    fields = form(record, number)
    if not proof:
        del fields["proof"]
    # A network of its own for each, so that nobody is told to come back later.
    source = f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
    return request("POST", f"/events/{record.event.id}/sv/registrations", fields, source)


def look_in(path: str, method: str = "GET") -> dict[str, Any]:
    """A signed request to the admin endpoint."""
    called = request(method, f"/admin{path}", {}) | {"body": ""}
    called["requestContext"]["authorizer"] = {"iam": {"userArn": ARN}}
    return called


def visit(cookie: str, path: str = "", method: str = "GET") -> dict[str, Any]:
    """An organiser at a page, or else at the list of events."""
    called = request(method, f"/organiser{path}", {})
    return called | {"body": "", "cookies": [f"__Host-kallelse={cookie}"]}


def heard() -> dict[str, Any]:
    """What the queue brings when a mail was delivered."""
    mail = {
        "messageId": "1",
        "timestamp": "2020-08-20T09:00:00Z",
        "tags": {"mail_id": ["a#b#c#1"], "attempt": ["1"]},
    }
    told = json.dumps({"eventType": "Delivery", "mail": mail, "delivery": {}})
    return {"Records": [{"messageId": "1", "body": json.dumps({"Message": told})}]}
