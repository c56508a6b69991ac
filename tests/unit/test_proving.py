"""The stamp of a form: what is accepted, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.conftest import an_event, utc

from kallelse import proving
from kallelse.errors import FormRefused, FormTooFast, FormTooOld
from kallelse.models import EventRecord

NOW = utc("2020-08-20T09:00")
RECORD = EventRecord(event=an_event(), key="ab" * 32)
OTHER = EventRecord(event=an_event(id="other"), key="cd" * 32)


@pytest.mark.parametrize("age", [timedelta(seconds=3), timedelta(minutes=20), timedelta(hours=24)])
def test_a_form_is_accepted_from_three_seconds_to_a_day_after_it_was_shown(age: timedelta) -> None:
    assert proving.check(RECORD, proving.issue(RECORD, NOW), NOW + age)


@pytest.mark.parametrize(
    ("age", "error"),
    [
        (timedelta(seconds=-5), FormTooFast),
        (timedelta(0), FormTooFast),
        (timedelta(seconds=2.999), FormTooFast),
        (timedelta(hours=24, milliseconds=1), FormTooOld),
    ],
)
def test_a_form_that_comes_too_soon_or_too_late_is_not(age: timedelta, error: type[FormRefused]) -> None:
    with pytest.raises(error):
        proving.check(RECORD, proving.issue(RECORD, NOW), NOW + age)


def test_each_form_has_a_nonce_of_its_own_and_keeps_it() -> None:
    first, second = proving.issue(RECORD, NOW), proving.issue(RECORD, NOW)
    later = NOW + timedelta(minutes=1)
    assert proving.check(RECORD, first, later) == proving.check(RECORD, first, later)
    assert proving.check(RECORD, first, later) != proving.check(RECORD, second, later)


@pytest.mark.parametrize("position", [0, 10, -10])
def test_a_stamp_that_was_tampered_with_is_not_accepted(position: int) -> None:
    stamp = proving.issue(RECORD, NOW)
    other = "A" if stamp[position] != "A" else "B"
    changed = stamp[:position] + other + stamp[position:][1:]
    with pytest.raises(FormTooOld):
        proving.check(RECORD, changed, NOW + timedelta(minutes=1))


@pytest.mark.parametrize("stamp", ["", ".", "abc", "a.b", "åäö.åäö", "x" * 5000])
def test_what_is_no_stamp_at_all_is_not_accepted(stamp: str) -> None:
    with pytest.raises(FormTooOld):
        proving.check(RECORD, stamp, NOW)


def test_the_stamp_of_one_event_is_not_good_for_another() -> None:
    with pytest.raises(FormTooOld):
        proving.check(OTHER, proving.issue(RECORD, NOW), NOW + timedelta(minutes=1))
