"""Getting in at the organisers' pages: once, in time, and no longer than what was granted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes import fake_desk
from tests.visiting import MINUTE, NOW

from kallelse.entering import enter, invite, leave, look, visitor
from kallelse.errors import LinkNotFound, Unauthorised
from kallelse.models import Grant, Role

HOUR = timedelta(hours=1)
VIEWER = (Grant(role=Role.VIEWER),)
SETTINGS = {"arn:ada": VIEWER}


def granted_to(name: str) -> tuple[Grant, ...]:
    return SETTINGS.get(name, ())


def test_a_link_lets_in_once_and_looking_at_it_uses_nothing_up() -> None:
    desk = fake_desk()
    secret = invite(desk, "ada", VIEWER, None, NOW)
    look(desk, secret, NOW)
    fresh, _ = enter(desk, secret, NOW)
    assert visitor(desk, fresh, granted_to, NOW).name == "ada"
    for again in (look, enter):
        with pytest.raises(LinkNotFound):
            again(desk, secret, NOW)


def test_a_link_is_too_old_after_five_minutes() -> None:
    desk = fake_desk()
    secret = invite(desk, "ada", VIEWER, None, NOW)
    look(desk, secret, NOW + 5 * MINUTE - timedelta(seconds=1))
    with pytest.raises(LinkNotFound):
        enter(desk, secret, NOW + 5 * MINUTE)


def test_a_session_ends_after_eight_hours_and_when_it_is_left() -> None:
    desk = fake_desk()
    first, _ = enter(desk, invite(desk, "ada", VIEWER, None, NOW), NOW)
    other, _ = enter(desk, invite(desk, "ada", VIEWER, None, NOW), NOW)
    assert visitor(desk, first, granted_to, NOW + 8 * HOUR - MINUTE).grants == VIEWER
    with pytest.raises(Unauthorised):
        visitor(desk, first, granted_to, NOW + 8 * HOUR)
    leave(desk, first)
    leave(desk, first)
    with pytest.raises(Unauthorised):
        visitor(desk, first, granted_to, NOW)
    assert visitor(desk, other, granted_to, NOW).name == "ada"


def test_the_secret_of_a_link_opens_no_page_and_that_of_a_session_is_no_link() -> None:
    desk = fake_desk()
    secret = invite(desk, "ada", VIEWER, None, NOW)
    with pytest.raises(Unauthorised):
        visitor(desk, secret, granted_to, NOW)
    fresh, _ = enter(desk, secret, NOW)
    with pytest.raises(LinkNotFound):
        enter(desk, fresh, NOW)


def test_what_is_granted_by_name_is_looked_up_at_each_request() -> None:
    desk = fake_desk()
    secret, _ = enter(desk, invite(desk, "arn:ada", None, None, NOW), NOW)
    assert visitor(desk, secret, granted_to, NOW).grants == VIEWER
    assert visitor(desk, secret, lambda name: (), NOW).grants == ()


def test_what_a_token_grants_lasts_no_longer_than_the_token() -> None:
    desk = fake_desk()
    secret, session = enter(desk, invite(desk, "ada", VIEWER, NOW + HOUR, NOW), NOW)
    assert session.ends_at == NOW + HOUR
    assert visitor(desk, secret, granted_to, NOW + HOUR - MINUTE).grants == VIEWER
    with pytest.raises(Unauthorised):
        visitor(desk, secret, granted_to, NOW + HOUR)


def test_a_secret_is_stored_nowhere_and_no_two_are_the_same() -> None:
    desk = fake_desk()
    secrets = {invite(desk, "ada", VIEWER, None, NOW) for _ in range(50)}
    assert len(secrets) == 50
    assert all(len(each) == 43 for each in secrets)  # 256 bits in base64
    assert not [each for each in secrets if each in str(desk.sessions)]
