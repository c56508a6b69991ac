"""What becomes of a mail's record, for each answer that the mail service can give."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.conftest import utc
from tests.fakes import alone, unhurried

from kallelse import feedback, mailing
from kallelse.adapters.dynamodb.mails import TableMails
from kallelse.errors import SendError, SendingPaused, SendOutcomeUnknown, SendRejected, SendThrottled
from kallelse.feedback import Feedback, FeedbackKind
from kallelse.mailing import Letter
from kallelse.models import Mail, MailKind, MailState
from kallelse.ports import Desk

NOW = utc("2020-09-15T10:00")


class Post:
    """A mail service that answers as it is told, and remembers what it was handed."""

    def __init__(self, *answers: SendError | None) -> None:
        self.answers = list(answers)
        self.taken: list[dict[str, str]] = []

    def send(self, recipient: str, message: bytes, tags: dict[str, str]) -> str:
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer
        self.taken.append(tags)
        return f"message-{len(self.taken)}"


def a_mail(desk: Desk, kind: MailKind = MailKind.JOIN_LINK) -> Mail:
    mail = Mail(event_id="seminarium", kind=kind, recipient="r-ada", version=1, due_at=NOW, created_at=NOW)
    assert desk.mails.create(mail)
    return mail


def letter(_: Mail) -> Letter | None:
    return Letter("ada@example.org", b"")


def sweep(
    desk: Desk, post: Post, at: datetime = NOW, compose: Callable[[Mail], Letter | None] = letter
) -> Mail:
    mailing.sweep(desk, post, compose, unhurried(lambda: at), alone)
    [mail] = desk.mails.of_event("seminarium")
    return mail


def told(kind: FeedbackKind, mail: Mail, *, permanent: bool = False) -> Feedback:
    return Feedback(
        kind=kind, mail_id=mail.id, attempt=1, message_id="m", addresses=("ada@example.org",),
        permanent=permanent, at=NOW,
    )  # fmt: skip


def test_a_mail_that_is_taken_is_accepted_and_never_sent_again(desk: Desk) -> None:
    mail, post = a_mail(desk), Post()
    after = sweep(desk, post)
    assert (after.state, after.message_id) == (MailState.ACCEPTED, "message-1")
    sweep(desk, post, NOW + timedelta(days=1))
    assert post.taken == [{"mail_id": mail.id, "attempt": "1"}]


def test_two_mailers_with_the_same_record_send_one_mail(desk: Desk) -> None:
    mail, post = a_mail(desk), Post()

    class Seen(TableMails):
        """Both have read the record before either of them changed it."""

        def get(self, mail_id: str) -> Mail | None:
            return mail

    seeing = replace(desk, mails=Seen(desk.mails.table))  # type: ignore[attr-defined]
    for _ in range(2):
        mailing.work(seeing, post, letter, unhurried(lambda: NOW), deque([mail.id]))
    assert len(post.taken) == 1


def test_a_throttled_mail_is_sent_within_the_next_minute_or_so(desk: Desk) -> None:
    a_mail(desk)
    post = Post(SendThrottled())
    assert sweep(desk, post).state is MailState.PENDING
    assert sweep(desk, post, NOW + timedelta(seconds=61)).state is MailState.ACCEPTED
    assert len(post.taken) == 1


def test_a_paused_account_burns_no_attempt(desk: Desk) -> None:
    a_mail(desk)
    after = sweep(desk, Post(SendingPaused()))
    assert (after.state, after.attempt, after.due_at) == (MailState.PENDING, 0, NOW + mailing.PAUSE)


def test_a_mail_whose_turn_comes_after_the_shift_is_left_as_it_was(desk: Desk) -> None:
    mail, post = a_mail(desk), Post()
    desk.pace.reserve(timedelta(minutes=2), NOW, NOW)
    shift = replace(unhurried(lambda: NOW), ends_at=NOW + timedelta(minutes=1))
    assert mailing.sweep(desk, post, letter, shift, alone) == []
    assert desk.mails.get(mail.id) == mail
    assert post.taken == []


def test_a_mailer_whose_shift_is_over_takes_up_nothing(desk: Desk) -> None:
    mail, post = a_mail(desk), Post()
    mailing.sweep(desk, post, letter, replace(unhurried(lambda: NOW), ends_at=NOW), alone)
    assert (desk.mails.get(mail.id), post.taken) == (mail, [])


def test_mails_that_somebody_waits_for_go_before_those_to_many(desk: Desk) -> None:
    post = Post()
    for kind in (MailKind.SUMMARY, MailKind.REMINDER, MailKind.LOST_LINK, MailKind.CONFIRMED):
        a_mail(desk, kind)
    mailing.sweep(desk, post, letter, unhurried(lambda: NOW), alone)
    kinds = [tags["mail_id"].split("_")[1] for tags in post.taken]
    assert set(kinds[:2]) == {MailKind.LOST_LINK, MailKind.CONFIRMED}


def test_a_mailer_that_finds_its_mails_taken_looks_anew(desk: Desk) -> None:
    taken = a_mail(desk)
    assert desk.mails.replace(taken, taken.model_copy(update={"state": MailState.ACCEPTED, "due_at": None}))
    a_mail(desk, MailKind.CONFIRMED)
    post = Post()
    mailing.work(desk, post, letter, unhurried(lambda: NOW), deque([taken.id] * mailing.OUTDATED))
    assert len(post.taken) == 1


def test_a_rejected_mail_has_failed_and_is_reported(desk: Desk) -> None:
    a_mail(desk)
    after = sweep(desk, Post(SendRejected()))
    assert after.state is MailState.FAILED
    assert after.stuck


def test_a_join_link_whose_answer_was_lost_is_sent_once_more_and_then_reported(desk: Desk) -> None:
    a_mail(desk)
    post = Post(SendOutcomeUnknown(), SendOutcomeUnknown())
    at = NOW
    assert sweep(desk, post, at).state is MailState.UNKNOWN
    at += mailing.FEEDBACK_WAIT
    assert sweep(desk, post, at).attempt == 2
    last = sweep(desk, post, at + mailing.FEEDBACK_WAIT)
    assert (last.state, last.attempt) == (MailState.UNKNOWN, 2)
    assert last.stuck


def test_a_summary_whose_answer_was_lost_is_not_sent_again(desk: Desk) -> None:
    a_mail(desk, MailKind.SUMMARY)
    post = Post(SendOutcomeUnknown())
    sweep(desk, post)
    last = sweep(desk, post, NOW + mailing.FEEDBACK_WAIT)
    assert last.stuck
    assert post.taken == []


def test_feedback_settles_a_mail_whose_answer_was_lost(desk: Desk) -> None:
    mail = a_mail(desk)
    sweep(desk, Post(SendOutcomeUnknown()))
    feedback.heed(desk, told(FeedbackKind.SEND, mail), NOW)
    post = Post()
    assert sweep(desk, post, NOW + mailing.FEEDBACK_WAIT).state is MailState.ACCEPTED
    assert post.taken == []


def test_a_mailer_that_stopped_leaves_its_mail_to_the_sweep_when_the_lease_ends(desk: Desk) -> None:
    a_mail(desk)

    def crash(_: Mail) -> Letter | None:
        raise SystemExit

    with pytest.raises(SystemExit):
        mailing.sweep(desk, Post(), crash, unhurried(lambda: NOW), alone)
    assert sweep(desk, Post(), NOW + mailing.LEASE - timedelta(seconds=1)).state is MailState.SENDING
    assert sweep(desk, Post(), NOW + mailing.LEASE).state is MailState.UNKNOWN


def test_a_mail_that_lost_its_sense_is_suppressed(desk: Desk) -> None:
    a_mail(desk)
    post = Post()
    assert sweep(desk, post, compose=lambda _: None).state is MailState.SUPPRESSED
    assert post.taken == []


@pytest.mark.parametrize(
    ("kind", "permanent", "state", "suppressed"),
    [
        (FeedbackKind.DELIVERY, False, MailState.DELIVERED, False),
        (FeedbackKind.BOUNCE, False, MailState.BOUNCED, False),
        (FeedbackKind.BOUNCE, True, MailState.BOUNCED, True),
        (FeedbackKind.COMPLAINT, False, MailState.COMPLAINED, True),
        (FeedbackKind.REJECT, False, MailState.FAILED, False),
    ],
)
def test_feedback_moves_the_record_and_remembers_dead_addresses(
    desk: Desk, kind: FeedbackKind, permanent: bool, state: MailState, suppressed: bool
) -> None:
    mail = a_mail(desk)
    sweep(desk, Post())
    after = feedback.heed(desk, told(kind, mail, permanent=permanent), NOW)
    assert after
    assert after.state is state
    assert desk.mails.is_suppressed("ADA@example.org") is suppressed


def test_late_and_doubled_feedback_moves_nothing_back(desk: Desk) -> None:
    mail = a_mail(desk)
    for kind in (FeedbackKind.BOUNCE, FeedbackKind.DELIVERY, FeedbackKind.SEND, FeedbackKind.BOUNCE):
        after = feedback.heed(desk, told(kind, mail, permanent=True), NOW)
        assert after
        assert after.state is MailState.BOUNCED


def test_a_suppressed_address_gets_no_mail(desk: Desk) -> None:
    a_mail(desk)
    desk.mails.suppress("ada@example.org", MailState.BOUNCED, NOW)
    post = Post()
    assert sweep(desk, post).state is MailState.SUPPRESSED
    assert post.taken == []
