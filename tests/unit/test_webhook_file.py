"""The webhooks of an event file, and the hosts that the settings allow them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from tests.conftest import an_event
from tests.hooks import a_hook

from kallelse.config import NotifierSettings, read
from kallelse.errors import WrongSettings


def test_a_webhook_asks_for_one_or_several_kinds_of_events() -> None:
    [hook] = an_event(webhooks=[a_hook(events=["summary-published"])]).webhooks
    assert [each.value for each in hook.events] == ["summary-published"]


@pytest.mark.parametrize(
    "url",
    [
        "http://mottagare.example/",
        "https://anna@mottagare.example/",
        "https://:@mottagare.example/",
        "https://mottagare.example:8443/",
        "https://mottagare.example:https/",
        "https://mottagare.example/#del",
        "https://mottagare.example/a b",
        "https://mottagare.example/\r\nx-header: 1",
        "https://mottagare.example\\@annan.example/",
        "https://möttagare.example/",
        "http://localhost.evil.example/",
        "https:///kallelse",
        "ftp://mottagare.example/",
        "mottagare.example",
    ],
)
def test_an_address_that_deliveries_cannot_go_to_is_refused_by_its_field(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        an_event(webhooks=[a_hook(url=url)])
    assert [each["loc"] for each in refused.value.errors()] == [("webhooks", 0, "url")]


@pytest.mark.parametrize(
    "hooks",
    [
        [a_hook(events=[])],
        [a_hook(events=["ping"])],
        [a_hook(events=["registration-erased"])],
        [a_hook(id="Stor")],
        [a_hook(secret="whsec_a2V5")],  # noqa: S106 # pragma: allowlist secret: of this test
        [a_hook(), a_hook()],
        [a_hook(id=f"h{number}") for number in range(6)],
    ],
)
def test_other_mistakes_are_refused(hooks: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        an_event(webhooks=hooks)


def test_localhost_is_a_host_for_webhooks_only_in_the_local_cloud() -> None:
    hosts = {"KALLELSE_TABLE": "t", "KALLELSE_WEBHOOK_HOSTS": "mottagare.example, localhost"}
    assert "localhost" in read(NotifierSettings, hosts | {"KALLELSE_LOCAL": "1"}).webhook_hosts
    for deployed in ({}, {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}):
        with pytest.raises(WrongSettings, match="for the local cloud"):
            read(NotifierSettings, hosts | deployed)


def test_without_the_setting_no_host_is_allowed() -> None:
    assert read(NotifierSettings, {"KALLELSE_TABLE": "t"}).webhook_hosts == frozenset()
