"""Ten thousand mails at the account's rate, on a virtual clock; and mailers that would go wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.conftest import utc
from tests.simulation.mailing import Mailing, most
from tests.simulation.virtual_time import VirtualTime


@pytest.mark.parametrize(("rate", "mailers"), [(14, 4), (500, 8)])
def test_ten_thousand_mails_go_out_at_the_rate_and_never_faster(rate: int, mailers: int) -> None:
    outcome = Mailing(rate, 10_000, mailers).run()
    assert outcome.refused == 0
    assert outcome.most_in_a_second <= rate
    assert outcome.least >= 0.95
    assert outcome.seconds <= outcome.ideal * 1.05
    assert (outcome.doubled, outcome.unsettled) == (0, 0)


def test_in_the_sandbox_one_mail_a_second_goes_out() -> None:
    outcome = Mailing(1, 300).run()
    assert (outcome.refused, outcome.most_in_a_second) == (0, 1)
    assert outcome.seconds <= outcome.ideal * 1.05


def test_mailers_that_share_their_list_seldom_reach_for_the_same_mail() -> None:
    outcome = Mailing(100, 3_000, mailers=4).run()
    assert outcome.lost_leases <= outcome.mails / 2


def test_mailers_of_which_each_keeps_the_rate_for_itself_are_found_out() -> None:
    outcome = Mailing(14, 1_000, mailers=2, shared=False).run()
    assert outcome.most_in_a_second > 14
    assert outcome.refused > 0


def test_mailers_that_do_not_heed_their_time_limit_are_found_out() -> None:
    outcome = Mailing(14, 3_000, heedful=False).run()
    assert outcome.doubled > 0


def test_a_second_is_counted_wherever_it_begins() -> None:
    start = utc("2020-09-15T10:00")
    times = [start + timedelta(milliseconds=each) for each in (0, 900, 1000, 1899, 1900, 5000)]
    assert most(times) == 3


def test_on_the_virtual_clock_whoever_wakes_first_goes_on_first() -> None:
    time = VirtualTime(utc("2020-09-15T10:00"))
    woken: list[float] = []

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        woken.append(seconds)

    for seconds in (3.0, 1.0, 2.0):
        time.spawn(lambda seconds=seconds: sleep(seconds))  # type: ignore[misc]
    time.spawn(lambda: sleep(9), dies_at=time.now + timedelta(seconds=5))
    time.run()
    assert woken == [1, 2, 3]
    assert time.now == utc("2020-09-15T10:00") + timedelta(seconds=5)
