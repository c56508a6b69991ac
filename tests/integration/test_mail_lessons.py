"""What went wrong with mails, links and attendance in other registration systems, and must not here."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import utc
from tests.desks import Desks
from tests.people import found, registered
from tests.simulation.mailing import Mailing, a_mail
from tests.visiting import Ask, Time, everything, text

from kallelse import dispatching, duplicating, joining, managing, staging
from kallelse.errors import EventNotFound, LinkNotFound
from kallelse.links import issue
from kallelse.models import MailKind, Mode, Purpose, Registration
from kallelse.ports import Desk

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STARTS = utc("2020-09-16T10:00")
MEETING = "https://webbseminarium.example/rum"
REMINDED: dict[str, Any] = {
    "seats": 9,
    "last_day_to_register": "2020-09-16",
    "meeting": {"address": MEETING, "join_link": ["P1D", "PT1H"]},
    "reminders": ["P7D"],
}


@pytest.fixture
def desks(desk: Desk) -> Desks:
    return Desks(desk)


def kinds_to(desks: Desks, who: str) -> list[str]:
    return [kind for _, name, kind in desks.sent if name == who]


def join_link(desk: Desk, registration: Registration) -> str:
    return issue(desk, registration, Purpose.JOIN)


def test_a_mailing_longer_than_an_hour_is_not_started_anew_while_the_first_run_still_goes() -> None:
    owed = [a_mail(number) for number in range(8_000)]
    created_anew = []

    def start_anew(desk: Desk) -> None:
        """What each minute does: give every mail that is owed a record; mailers follow."""
        created_anew.append(sum(desk.mails.create(mail) for mail in owed))

    outcome = Mailing(rate=2, mails=len(owed), each_minute=start_anew).run()
    assert outcome.seconds > HOUR.total_seconds()
    assert (len(created_anew) > 60, set(created_anew)) == (True, {0})
    assert (outcome.doubled, outcome.unsettled, outcome.refused) == (0, 0, 0)


def test_one_registration_never_brings_two_mails_though_a_poller_comes_between_sending_and_marking(
    desks: Desks,
) -> None:
    record = desks.apply(**REMINDED)
    ada = registered(desks.desk, record, "Ada")

    def a_poller_comes() -> None:
        desks.meanwhile = lambda: None
        dispatching.settle(desks.desk, record.event.id, ada.id, desks.time.now)
        for _ in range(3):
            desks.tick(desks.time.now + timedelta(seconds=50))  # within the lease, as every sending is

    desks.meanwhile = a_poller_comes
    desks.tick(desks.time.now)
    for hours in range(30):
        desks.tick(desks.time.now + hours * HOUR)
    assert kinds_to(desks, "ada") == [MailKind.CONFIRMED]


def test_the_day_before_reminder_does_not_reach_people_who_registered_after_that_day(desks: Desks) -> None:
    one_day = REMINDED | {"meeting": {"address": MEETING, "join_link": ["PT2H"]}, "reminders": ["P1D"]}
    record = desks.apply(**one_day)
    registered(desks.desk, record, "Ada")
    desks.tick(STARTS - DAY)
    registered(desks.desk, record, "Bo", at=STARTS - HOUR)
    for minutes in (60, 59, 30, 1):
        desks.tick(STARTS - minutes * MINUTE)
    assert kinds_to(desks, "ada") == [MailKind.CONFIRMED, MailKind.REMINDER, MailKind.JOIN_LINK]
    assert Counter(kinds_to(desks, "bo")) == Counter([MailKind.CONFIRMED, MailKind.JOIN_LINK])


def test_a_cloned_event_fires_no_old_mail_rules(desks: Desks) -> None:
    record = desks.apply(**REMINDED)
    registered(desks.desk, record, "Ada")
    for at in (STARTS - 7 * DAY, STARTS - DAY, STARTS - HOUR, STARTS):
        desks.tick(at)
    # The next stop of the tour, a month later, from the same file: also with a reminder of a fixed date.
    desks.sent.clear()
    desks.time.now = STARTS + DAY
    later = {"starts": "2020-10-16T13:00", "ends": "2020-10-16T15:45", "last_day_to_register": "2020-10-15"}
    clone = desks.apply(**REMINDED | later | {"id": "kopia", "reminders": ["P7D", "2020-09-14T09:00"]})
    registered(desks.desk, clone, "Bo", at=desks.time.now)
    for hours in range(0, 72, 6):
        desks.tick(STARTS + DAY + hours * HOUR)
    assert kinds_to(desks, "bo") == [MailKind.CONFIRMED]
    assert kinds_to(desks, "ada") == []


def test_a_cloned_event_fires_old_mail_rules_at_once_but_not_here(desks: Desks) -> None:
    desks.apply(**REMINDED | {"reminders": ["P7D", "2020-09-14T09:00"], "thanks": {"after": "PT1H"}})
    registered(desks.desk, desks.desk.events.get("seminarium"), "Ada")
    desks.tick(desks.time.now)
    desks.sent.clear()
    # On the 19th for the 20th: the reminders of a week and of two days before, and the first link, are past.
    now = utc("2020-09-19T12:00")
    duplicating.duplicate(desks.desk, "seminarium", "kopia", datetime(2020, 9, 20, 13), now)
    with pytest.raises(EventNotFound):
        registered(desks.desk, desks.desk.events.get("kopia"), "Bo", at=now)
    for hours in range(6):
        desks.tick(now + hours * HOUR)
    assert [kind for _, who, kind in desks.sent if who != "ada"] == []
    assert desks.desk.mails.of_event("kopia") == []
    published = staging.publish(desks.desk, "kopia", now + 6 * HOUR)
    registered(desks.desk, published, "Bo", at=now + 6 * HOUR)
    # From there as for anybody who comes late: what is past stays past, and the link is needed.
    for hours in range(6, 48):
        desks.tick(now + hours * HOUR)
    assert Counter(kinds_to(desks, "bo")) == Counter(
        [MailKind.CONFIRMED, MailKind.JOIN_LINK, MailKind.REMINDER]
    )
    [reminded_at] = [at for at, who, kind in desks.sent if (who, kind) == ("bo", MailKind.REMINDER)]
    assert reminded_at == utc("2020-09-20T09:00")  # an hour before the start, with the link


def test_a_leaked_join_link_lets_in_one_registration_until_it_is_cancelled_and_exposes_nobody_else(
    ask: Ask, desks: Desks, time: Time
) -> None:
    record = desks.apply(**REMINDED)
    ada, bo = (registered(desks.desk, record, name) for name in ("Ada", "Bo"))
    leaked = join_link(desks.desk, ada)
    time.now = STARTS
    page = ask("GET", f"/join/{leaked}")
    assert not re.search(r"\bBo\b|bo@", page["body"])
    assert MEETING not in page["body"]
    assert ask("POST", f"/join/{leaked}")["headers"]["Location"] == MEETING
    people = desks.desk.registrations.of_event(record.event.id)
    assert [each.participant.name for each in people if each.joined_at] == ["Ada"]
    managing.cancel(desks.desk, record, found(desks.desk, record, ada.participant.email), STARTS)
    assert ask("POST", f"/join/{leaked}")["statusCode"] == 404
    assert ask("GET", f"/manage/{leaked}")["statusCode"] == 404
    assert bo.joined_at is None


def test_the_meeting_address_is_in_no_mail_and_on_no_page_before_the_button(
    ask: Ask, desks: Desks, time: Time
) -> None:
    record = desks.apply(**REMINDED)
    ada = registered(desks.desk, record, "Ada")
    for at in (STARTS - 7 * DAY, STARTS - DAY, STARTS - HOUR):
        desks.tick(at)
    assert len(desks.texts) == 4
    time.now = STARTS
    pages = [ask("GET", f"/join/{join_link(desks.desk, ada)}"), ask("GET", "/events/seminarium/sv")]
    told = [*desks.texts, *(page["body"] for page in pages)]
    assert not any("webbseminarium.example" in each for each in told)


def test_a_meeting_address_changed_at_the_last_minute_counts_and_mails_nobody(desks: Desks) -> None:
    record = desks.apply(**REMINDED)
    ada = registered(desks.desk, record, "Ada")
    desks.tick(STARTS - HOUR)
    sent, secret = len(desks.sent), join_link(desks.desk, ada)
    desks.time.now = STARTS - MINUTE
    other = "https://webbseminarium.example/annat"
    desks.apply(**REMINDED | {"meeting": {"address": other, "join_link": ["P1D", "PT1H"]}})
    desks.tick(STARTS)
    assert len(desks.sent) == sent
    assert joining.join(desks.desk, secret, STARTS) == other


ROOMS: dict[str, Any] = {
    "seats": None,
    "modes": {"online": {"seats": 2}, "on-site": {"seats": 2, "place": {"sv": "Lilla salen"}}},
}
BIGGER = {"online": {"seats": 2}, "on-site": {"seats": 2, "place": {"sv": "Stora salen"}}}


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (
            {"starts": "2020-09-17T13:00", "ends": "2020-09-17T15:45"},
            "onsdag 16 september 2020",
            "torsdag 17 september 2020",
        ),
        ({"modes": BIGGER}, "Lilla salen", "Stora salen"),
    ],
    ids=["date", "place"],
)
def test_a_change_of_date_or_place_is_told_with_what_it_was_and_what_it_is(
    desks: Desks, change: dict[str, Any], old: str, new: str
) -> None:
    record = desks.apply(**ROOMS)
    registered(desks.desk, record, "Ada", Mode.ON_SITE)
    desks.tick(desks.time.now)
    desks.time.now += HOUR
    desks.apply(**ROOMS | change)
    desks.tick(desks.time.now)
    assert kinds_to(desks, "ada") == [MailKind.CONFIRMED, MailKind.EVENT_CHANGED]
    assert old in desks.texts[-1]
    assert new in desks.texts[-1]


def test_attendance_is_never_recorded_by_a_get_so_that_no_mail_scanner_checks_people_in(
    ask: Ask, desks: Desks, time: Time
) -> None:
    record = desks.apply(**REMINDED)
    ada = registered(desks.desk, record, "Ada")
    path = f"/join/{join_link(desks.desk, ada)}"
    time.now = STARTS
    before = everything()
    for method in ("GET", "HEAD", "GET"):
        ask(method, path)
    assert everything() == before
    ask("POST", path)
    assert found(desks.desk, record, ada.participant.email).joined_at == STARTS


def test_the_confirmation_says_registered_only_to_those_with_a_seat_and_when_and_where_to_all(
    ask: Ask, desks: Desks
) -> None:
    record = desks.apply(seats=1)
    for name in ("Ada", "Bo"):
        registered(desks.desk, record, name)
    desks.tick(desks.time.now)
    ada, bo = desks.texts if "ada" in desks.sent[0][1] else reversed(desks.texts)
    assert "Du är anmäld" in ada
    assert "Du är anmäld" not in bo
    assert "kö" in bo
    for letter in (ada, bo):
        assert "onsdag 16 september 2020 kl. 13.00–15.45" in " ".join(letter.split())
        assert "Webbseminarium" in letter
    assert "onsdag 16 september 2020" in text(ask("GET", "/events/seminarium/sv"))


def test_a_link_that_was_never_issued_opens_nothing(desks: Desks) -> None:
    desks.apply(**REMINDED)
    with pytest.raises(LinkNotFound):
        joining.look(desks.desk, "gissad")
