"""Asking for a new personal link, without learning who is registered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.people import found, link, registered
from tests.visiting import NOW, Ask, opened

from kallelse import dispatching
from kallelse.limiting import PER_NETWORK
from kallelse.models import MailKind
from kallelse.ports import Desk


def test_the_lost_link_page_is_the_same_for_registered_and_unknown_addresses(ask: Ask, desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    bo = registered(desk, record, "Bo")
    dispatching.tick(desk, NOW)
    ask("POST", f"{link(desk, bo)}/cancel")
    addresses = ["ADA@example.org", "nobody@example.org", "bo@example.org"]
    answers = [ask("POST", "/events/seminarium/sv/lost-link", {"email": each}) for each in addresses]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["statusCode"] == 200
    assert found(desk, record, ada.participant.email).outbox == (MailKind.LOST_LINK,)
    assert found(desk, record, "bo@example.org").outbox == (MailKind.CANCELLED,)


@pytest.mark.parametrize(
    ("email", "told"),
    [("", "Fyll i det här fältet"), ("ada", "Skriv en e-postadress"), ("a@b\r\nBcc: c@d.fi", "Skriv")],
)
def test_an_address_that_is_none_gives_the_form_again(ask: Ask, desk: Desk, email: str, told: str) -> None:
    opened(desk)
    answer = ask("POST", "/events/seminarium/sv/lost-link", {"email": email})
    assert answer["statusCode"] == 422
    assert f'<a href="#email">E-postadress: {told}' in answer["body"]


def test_a_flood_of_lost_links_is_refused(ask: Ask, desk: Desk) -> None:
    opened(desk)
    desk.limits.take(
        "network#seminarium#192.0.2.1/32", PER_NETWORK, NOW + timedelta(hours=1), NOW, PER_NETWORK
    )
    post = ("POST", "/events/seminarium/sv/lost-link", {"email": "ada@example.org"})
    assert ask(*post)["statusCode"] == 429
    assert ask(*post, source="198.51.100.7")["statusCode"] == 200
