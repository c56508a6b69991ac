"""Settings: deployed functions refuse what only the local cloud may set."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kallelse.config import AdminSettings, MailerSettings, Settings, read

NOW = {"KALLELSE_NOW": "2020-09-16T10:00:00+00:00", "KALLELSE_NOW_SINCE": "2026-01-01T00:00:00+00:00"}
DEPLOYED = {"KALLELSE_TABLE": "t", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}


@pytest.mark.parametrize(
    "local",
    [
        {"KALLELSE_LOCAL": "1"},
        NOW,
        {"KALLELSE_NOW_SINCE": NOW["KALLELSE_NOW_SINCE"]},
        {"KALLELSE_LOCAL": "1"} | NOW,
        {"KALLELSE_LOCAL_TOKEN": "t"},
    ],
)
def test_a_deployed_function_refuses_the_settings_of_the_local_cloud(local: dict[str, str]) -> None:
    assert read(Settings, DEPLOYED).table == "t"
    with pytest.raises(ValidationError, match="for the local cloud"):
        read(Settings, DEPLOYED | local)


def test_the_clock_of_the_local_cloud_runs_on_from_the_instant_that_was_set() -> None:
    clock = read(Settings, {"KALLELSE_TABLE": "t", "KALLELSE_LOCAL": "1"} | NOW).clock
    first, second = clock(), clock()
    assert first <= second
    assert first.year >= 2020


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(ValidationError, match="sender"):
        read(MailerSettings, {"KALLELSE_TABLE": "t", "KALLELSE_BUCKET": "b"})


def test_meeting_hosts_are_separated_by_commas() -> None:
    environment = {
        "KALLELSE_TABLE": "t",
        "KALLELSE_BUCKET": "b",
        "KALLELSE_MEETING_HOSTS": "a.example, b.example,",
    }
    assert read(AdminSettings, environment).meeting_hosts == {"a.example", "b.example"}
