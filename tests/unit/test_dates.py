"""Dates and times in words."""

from __future__ import annotations

import pytest
from tests.conftest import an_event, utc

from kallelse.rendering import moment

AT = utc("2020-09-16T10:00")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("sv", "onsdag 16 september 2020 kl. 13.00"),
        ("fi", "keskiviikkona 16. syyskuuta 2020 klo 13.00"),
        ("en", "Wednesday 16 September 2020, 13:00"),
    ],
)
def test_a_moment_is_told_as_the_language_tells_it(language: str, expected: str) -> None:
    assert moment(an_event(timezone="Europe/Helsinki"), AT, language) == expected


def test_one_moment_has_another_time_of_day_in_each_zone() -> None:
    told = [moment(an_event(timezone=zone), AT, "sv") for zone in ("Europe/Helsinki", "Europe/Stockholm")]
    assert told == ["onsdag 16 september 2020 kl. 13.00", "onsdag 16 september 2020 kl. 12.00"]
