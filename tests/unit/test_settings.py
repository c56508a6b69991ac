"""Settings: deployed functions refuse what only the local cloud may set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kallelse.config import AdminSettings, MailerSettings, Settings, read
from kallelse.errors import WrongSettings

DEPLOYED = {"KALLELSE_TABLE": "t", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}
LOCAL = {"KALLELSE_TABLE": "t", "KALLELSE_LOCAL": "1"}


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    file = tmp_path / "clock"
    file.write_text("")
    return file


@pytest.mark.parametrize("name", ["KALLELSE_LOCAL", "KALLELSE_NOW", "KALLELSE_LOCAL_TOKEN"])
def test_a_deployed_function_refuses_the_settings_of_the_local_cloud(clock_file: Path, name: str) -> None:
    assert read(Settings, DEPLOYED).table == "t"
    value = {"KALLELSE_LOCAL": "1", "KALLELSE_NOW": str(clock_file), "KALLELSE_LOCAL_TOKEN": "t"}[name]
    for environment in (DEPLOYED | {name: value}, DEPLOYED | LOCAL | {name: value}):
        with pytest.raises(WrongSettings, match="for the local cloud"):
            read(Settings, environment)


def test_the_clock_of_the_local_cloud_jumps_with_its_file_and_runs_on(clock_file: Path) -> None:
    clock = read(Settings, LOCAL | {"KALLELSE_NOW": str(clock_file)}).clock
    assert clock() >= datetime(2026, 1, 1, tzinfo=UTC)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    clock_file.write_text(f"2020-09-16T10:00:00+00:00 {hour_ago.isoformat()}")
    first, second = clock(), clock()
    assert datetime(2020, 9, 16, 11, tzinfo=UTC) <= first <= second
    assert second < datetime(2020, 9, 16, 12, tzinfo=UTC)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(WrongSettings, match="KALLELSE_SENDER"):
        read(MailerSettings, {"KALLELSE_TABLE": "t", "KALLELSE_BUCKET": "b"})


def test_meeting_hosts_are_separated_by_commas_and_an_empty_address_is_none() -> None:
    environment = {
        "KALLELSE_TABLE": "t",
        "KALLELSE_BUCKET": "b",
        "KALLELSE_MEETING_HOSTS": "a.example, b.example,",
        "KALLELSE_SENDER": "kallelse@desk.example",
        "KALLELSE_BASE_URL": "",
    }
    settings = read(AdminSettings, environment)
    assert settings.meeting_hosts == {"a.example", "b.example"}
    assert settings.base_url is None
