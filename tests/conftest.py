"""Engines and examples that the tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.loaders import JSONFileLoader
from moto import mock_aws
from moto.core.serialize import AttributePicker, AttributePickerContext

from kallelse.adapters.dynamodb import Table, open_desk
from kallelse.adapters.dynamodb.client import of_botocore
from kallelse.models import Event, OrganisationKind, Participant
from kallelse.ports import Desk

ROOT = Path(__file__).parent.parent
SAM = ROOT / ".local/sam/bin"


class CloudFormation(yaml.SafeLoader):
    """Reads CloudFormation's YAML, with its short functions as plain values."""


CloudFormation.add_multi_constructor("!", lambda loader, _suffix, node: getattr(node, "value", None))


def read_template(path: str = "template.yaml") -> dict[str, Any]:
    """A template of the deployment."""
    content: dict[str, Any] = yaml.load((ROOT / path).read_text(), CloudFormation)  # noqa: S506
    return content


def table_definition() -> dict[str, Any]:
    """The request of CreateTable for the table that infra/data.yaml defines."""
    properties = read_template("infra/data.yaml")["Resources"]["Table"]["Properties"]
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {name: properties[name] for name in wanted} | {"TableName": "kallelse"}


@pytest.fixture(scope="session", autouse=True)
def _models_read_once() -> Iterator[None]:
    """Every test makes clients of its own; their descriptions, megabytes of JSON, are read once for all."""
    read = cache(JSONFileLoader().load_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
        yield


@pytest.fixture(scope="session", autouse=True)
def _values_found_by_their_names() -> Iterator[None]:
    """moto's answers in less time: for each of a value's ten types it tries five names, and one is right."""
    picked = AttributePicker.__call__

    def by_name(picker: AttributePicker, context: AttributePickerContext) -> Any:
        whole = getattr(context.shape, "parent", None)
        if whole is not None and whole.name == "AttributeValue":
            return context.obj.get(context.key)
        return picked(picker, context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AttributePicker, "__call__", by_name)
        yield


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto, with credentials that open nothing."""
    with mocked(monkeypatch):
        yield


@contextmanager
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto, which answers botocore's client only; ours is tried in tests/integration/test_client.py."""
    use_nobodys_credentials(monkeypatch)
    monkeypatch.setattr("kallelse.adapters.dynamodb.table.make", of_botocore)
    with mock_aws():
        yield


def use_nobodys_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that open nothing."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")


@pytest.fixture
def desk(cloud: None) -> Desk:
    """An empty desk on the deployed table's definition."""
    return empty_desk()


def empty_desk() -> Desk:
    """An empty desk in the cloud that is mocked."""
    client = boto3.client("dynamodb")
    client.create_table(**table_definition())
    return open_desk(Table(client, "kallelse"))


@pytest.fixture
def event() -> Event:
    """Two seats, a waiting list, and the times of the seminar of 16 September 2020."""
    return an_event()


def an_event(**changes: Any) -> Event:
    """The example event, changed."""
    fields: dict[str, Any] = {
        "id": "seminarium",
        "language": "sv",
        "title": {"sv": "Seminarium", "fi": "Seminaari"},
        "short_description": {"sv": "Ett seminarium."},
        "description": {"sv": "Om öppenhet."},
        "audience": {"sv": "Kommuner och ämbetsverk"},
        "hosts": [{"sv": "Finansministeriet"}],
        "timezone": "Europe/Helsinki",
        "starts": "2020-09-16T13:00",
        "ends": "2020-09-16T15:45",
        "last_day_to_register": "2020-09-09",
        "seats": 2,
        "programme": [{"starts": "13:00", "title": {"sv": "Välkomstord"}}],
        "meeting": {"address": "https://webbseminarium.example/rum"},
        "contacts": [{"name": "Kansliet", "email": "kansliet@example.org"}],
        "summary_languages": ["sv", "en"],
    }
    return Event.model_validate(fields | changes)


def a_participant(name: str) -> Participant:
    """A participant whose address derives from the name."""
    return Participant(
        name=name,
        email=f"{name.lower()}@example.org",
        organisation="Vasa",
        organisation_kind=OrganisationKind.MUNICIPALITY,
        language="sv",
    )


def utc(text: str) -> datetime:
    """An instant from ISO 8601 without offset, taken as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
