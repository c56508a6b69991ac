"""The calendar file, opened by another library than the one that writes it."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
import vobject  # type: ignore[import-untyped]
from tests.conftest import ROOT, an_event, utc

from kallelse.calendaring import calendar
from kallelse.models import EventRecord, Mode

NOW = utc("2020-08-20T09:00")
ON_SITE: dict[str, Any] = {
    "seats": None,
    "modes": {"online": {"seats": 9}, "on-site": {"seats": 2, "place": {"sv": "Gatan 1"}}},
}


def written(language: str = "sv", mode: Mode = Mode.ONLINE, revision: int = 1, **changes: Any) -> str:
    record = EventRecord(event=an_event(**changes), key="00", revision=revision)
    return calendar(record, language, mode, NOW)


def opened(text: str) -> Any:
    return vobject.readOne(text).vevent


def test_another_library_reads_when_it_is_what_it_is_and_whom_to_ask() -> None:
    entry = opened(written())
    assert entry.dtstart.value.replace(tzinfo=None) == datetime(2020, 9, 16, 13)
    assert entry.dtstart.value.utcoffset().total_seconds() == 3 * 3600
    assert entry.dtend.value.astimezone(NOW.tzinfo) == utc("2020-09-16T12:45")
    assert (entry.summary.value, entry.description.value) == ("Seminarium", "Ett seminarium.")
    assert (entry.organizer.value, entry.organizer.cn_param) == ("mailto:kansliet@example.org", "Kansliet")
    assert entry.status.value == "CONFIRMED"


def test_the_file_says_what_it_is_and_brings_its_time_zone() -> None:
    file = vobject.readOne(written())
    assert file.method.value == "PUBLISH"
    assert file.vevent.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Europe/Helsinki"]
    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/Helsinki\r\n" in written()


def test_a_changed_event_is_the_same_event_with_a_higher_sequence() -> None:
    entries = [opened(written(revision=revision, starts=starts)) for revision, starts in CHANGES]
    assert {entry.uid.value for entry in entries} == {"seminarium@kallelse"}
    assert [entry.sequence.value for entry in entries] == ["3", "4"]


CHANGES = [(3, "2020-09-16T13:00"), (4, "2020-09-16T12:00")]


def test_the_texts_are_in_the_language_that_they_say() -> None:
    entry = opened(written("fi"))
    assert (entry.summary.value, entry.summary.language_param) == ("Seminaari", "fi")
    assert (entry.description.value, entry.description.language_param) == ("Ett seminarium.", "sv")


def test_only_who_comes_on_site_gets_a_place() -> None:
    assert opened(written(mode=Mode.ON_SITE, **ON_SITE)).location.value == "Gatan 1"
    assert not hasattr(opened(written(mode=Mode.ONLINE, **ON_SITE)), "location")


def test_a_cancelled_event_is_marked_as_such() -> None:
    assert opened(written(cancelled=True)).status.value == "CANCELLED"


@pytest.mark.parametrize("secret", ["webbseminarium.example", "ATTENDEE", "URL", "http", "/join", "/manage"])
def test_nothing_in_the_file_is_secret_or_personal(secret: str) -> None:
    assert secret not in written()


def test_no_line_is_longer_than_75_bytes() -> None:
    text = written(short_description={"sv": "Öppenhet är ett löfte. " * 40})
    assert max(len(line) for line in text.encode().split(b"\r\n")) <= 75
    assert opened(text).description.value == ("Öppenhet är ett löfte. " * 40).strip()


def test_the_library_is_loaded_only_when_a_calendar_is_asked_for() -> None:
    code = "import sys, kallelse.handlers.public; print('icalendar' in sys.modules)"
    command = [sys.executable, "-c", code]
    environment = {"PYTHONPATH": str(ROOT / "functions")}
    loaded = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert loaded.stdout.strip() == "False"
