"""The page behind a join link, before it leads to the meeting."""

from __future__ import annotations

import vobject  # type: ignore[import-untyped]
from tests.people import registered
from tests.visiting import Ask, Time, everything, opened

from kallelse.links import issue
from kallelse.models import Purpose
from kallelse.ports import Desk


def a_join_link(desk: Desk) -> str:
    """The path of a new join link."""
    return f"/join/{issue(desk, registered(desk, opened(desk), 'Ada', language='fi'), Purpose.JOIN)}"


def test_the_event_goes_into_a_calendar_without_anything_secret(ask: Ask, desk: Desk) -> None:
    join = a_join_link(desk)
    before = everything()
    answer = ask("GET", f"{join}/event.ics")
    assert answer["headers"]["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="seminarium.ics"'
    file = vobject.readOne(answer["body"])
    assert (file.method.value, file.vevent.summary.value) == ("PUBLISH", "Seminaari")
    assert not hasattr(file.vevent, "attendee")
    unfolded = answer["body"].replace("\r\n ", "")
    assert not [each for each in ("Ada", "ada@", join[6:], "http", "webbseminarium") if each in unfolded]
    assert everything() == before


def test_the_page_offers_it_only_before_the_meeting_opens(ask: Ask, desk: Desk, time: Time) -> None:
    join = a_join_link(desk)
    record = desk.events.get("seminarium")
    assert f'href="{join}/event.ics">Lisää tilaisuus kalenteriini' in ask("GET", join)["body"]
    for time.now in (record.event.join_opens_at, record.event.ends_at):
        assert "event.ics" not in ask("GET", join)["body"]


def test_another_link_gives_no_calendar_file(ask: Ask, desk: Desk) -> None:
    ada = registered(desk, opened(desk), "Ada")
    assert ask("GET", f"/join/{issue(desk, ada, Purpose.MANAGE)}/event.ics")["statusCode"] == 404


def test_the_policy_of_the_page_lets_the_button_lead_to_the_meeting(ask: Ask, desk: Desk) -> None:
    policy = ask("GET", a_join_link(desk))["headers"]["Content-Security-Policy"].split("; ")
    assert "form-action 'self' https:" in policy
    assert "default-src 'none'" in policy
