"""Sending a mail once more by an organiser's word: whichever is at rest, makes sense and may arrive."""

from __future__ import annotations

import pytest
from tests.desks import Desks
from tests.people import by_hand
from tests.visiting import NOW, opened

from kallelse import assisting
from kallelse.errors import (
    NotFound,
    Refused,
)
from kallelse.feedback import undeliverable
from kallelse.models import (
    Mail,
    MailKind,
    MailState,
    Registration,
)
from kallelse.ports import Desk


def a_mail(desk: Desk, seen: Registration, state: MailState, kind: MailKind = MailKind.CONFIRMED) -> Mail:
    """A mail to the participant that was sent twice."""
    mail = Mail(
        event_id=seen.event_id, kind=kind, recipient=seen.mailbox, version=1,
        state=state, attempt=2, created_at=NOW,
    )  # fmt: skip
    assert desk.mails.create(mail)
    return mail


@pytest.mark.parametrize("state", ["accepted", "unknown", "delivered", "bounced", "failed"])
def test_a_mail_at_rest_is_sent_again_under_the_next_number_of_its_fence(desk: Desk, state: str) -> None:
    desks = Desks(desk)
    record = desks.apply()
    mail = a_mail(desk, by_hand(desk, record, "Ada"), MailState(state))
    again = assisting.resend(desk, record, mail.id, NOW)
    assert (again.state, again.attempt, again.due_at, again.stuck) == (MailState.PENDING, 2, NOW, False)
    desks.mail()
    after = desk.mails.get(mail.id)
    assert after
    assert (after.state, after.attempt) == (MailState.ACCEPTED, 3)
    assert desks.of(MailKind.CONFIRMED) == [(NOW, "ada")]


@pytest.mark.parametrize("state", ["pending", "sending", "complained", "suppressed"])
def test_a_mail_that_is_on_its_way_or_not_wanted_is_not_sent_again(desk: Desk, state: str) -> None:
    record = opened(desk)
    mail = a_mail(desk, by_hand(desk, record, "Ada"), MailState(state))
    with pytest.raises(Refused, match=f"the mail is {state}"):
        assisting.resend(desk, record, mail.id, NOW)
    assert desk.mails.get(mail.id) == mail


def test_a_mail_that_lost_its_sense_or_cannot_arrive_is_not_sent_again(desk: Desk) -> None:
    record = opened(desk)
    ada, bo = (by_hand(desk, record, name) for name in ("Ada", "Bo"))
    waits = a_mail(desk, ada, MailState.DELIVERED, MailKind.WAITING)
    with pytest.raises(Refused, match="says what is not so any more"):
        assisting.resend(desk, record, waits.id, NOW)
    bounced = a_mail(desk, bo, MailState.BOUNCED)
    desk.mails.suppress("bo@example.org", MailState.BOUNCED, NOW)
    with pytest.raises(Refused, match="the address takes no mail"):
        assisting.resend(desk, record, bounced.id, NOW)
    assert undeliverable(desk, "seminarium") == {bo.mailbox: MailState.BOUNCED}


def test_a_mail_of_another_event_or_to_nobody_registered_is_not_found(desk: Desk) -> None:
    record = opened(desk)
    mail = a_mail(desk, by_hand(desk, record, "Ada"), MailState.DELIVERED)
    other = opened(desk, id="annat")
    for event, mail_id in ((other, mail.id), (record, "seminarium_bounces_o-0_1"), (record, "x")):
        with pytest.raises(NotFound):
            assisting.resend(desk, event, mail_id, NOW)


def test_two_who_have_a_mail_sent_again_send_one(desk: Desk) -> None:
    desks = Desks(desk)
    record = desks.apply()
    mail = a_mail(desk, by_hand(desk, record, "Ada"), MailState.DELIVERED)
    assisting.resend(desk, record, mail.id, NOW)
    with pytest.raises(Refused, match="the mail is pending"):
        assisting.resend(desk, record, mail.id, NOW)
    desks.mail()
    assert desks.of(MailKind.CONFIRMED) == [(NOW, "ada")]
