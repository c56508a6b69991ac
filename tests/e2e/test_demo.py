"""The seed event's whole life on the local cloud."""

from __future__ import annotations

from infra.local.demo import run
from infra.local.life import OUTPUT


def test_everything_that_is_promised_to_the_participants_of_the_seminar_happens() -> None:
    outcome = run()
    assert [each for each in outcome if each[1] != each[2]] == []
    assert len(outcome) == 48
    assert len(list((OUTPUT / "mails").glob("*.eml"))) == 200  # 50 + 10 + 2 + 2 + 9 + 1 + 51 + 12 + 63
