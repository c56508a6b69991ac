"""What can go wrong with one mail: each row of the table is a test, and the name of the test is the row.

The mail service is the real adapter over a client that answers as SES does. Whatever happened, the
mailers, the queue of feedback and the clock go on for three days afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from tests.conftest import utc
from tests.fakes import alone, unhurried
from tests.people import found, registered
from tests.visiting import NOW as AT_REGISTRATION
from tests.visiting import opened

from kallelse import dispatching, feedback, mailing
from kallelse.adapters.dynamodb import registration_in
from kallelse.adapters.dynamodb.mails import TableMails
from kallelse.adapters.ses import DAILY_QUOTA, SesPostman
from kallelse.errors import Unavailable
from kallelse.feedback import Feedback, FeedbackKind
from kallelse.mailing import Letter
from kallelse.models import Mail, MailKind, MailState
from kallelse.ports import Desk

NOW = utc("2020-09-15T10:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATER = [timedelta(minutes=n) for n in (1, 2, 3, 4, 10, 14, 16, 20, 40)] + [
    timedelta(days=n) for n in (1, 2, 3)
]
SEND, DELIVERY = FeedbackKind.SEND, FeedbackKind.DELIVERY


class Crash(BaseException):
    """The function is gone: nobody catches this."""


def refusal(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SendEmail")


def time_out() -> ReadTimeoutError:
    return ReadTimeoutError(endpoint_url="https://email.eu-north-1.amazonaws.com")


@dataclass
class Ses:
    """A client of SES that takes every mail, unless an answer is planned.

    ``after``: what goes wrong once a mail is taken. ``tells``: the feedback on a mail that is taken.
    """

    answers: list[Exception] = field(default_factory=list)
    after: Callable[[], None] = lambda: None
    tells: tuple[FeedbackKind, ...] = (SEND, DELIVERY)
    permanent: bool = False
    taken: list[str] = field(default_factory=list)
    queue: list[Feedback] = field(default_factory=list)

    def send_email(self, *, EmailTags: list[dict[str, str]], **_: Any) -> dict[str, str]:
        if self.answers:
            raise self.answers.pop(0)
        tags = {each["Name"]: each["Value"] for each in EmailTags}
        self.taken.append(tags["mail_id"])
        self.queue += [self._told(kind, tags) for kind in self.tells]
        after, self.after = self.after, lambda: None
        after()
        return {"MessageId": f"message-{len(self.taken)}"}

    def _told(self, kind: FeedbackKind, tags: dict[str, str]) -> Feedback:
        return Feedback(
            kind=kind, mail_id=tags["mail_id"], attempt=int(tags["attempt"]), message_id="message",
            addresses=("ada@example.org",), permanent=self.permanent, at=NOW,
        )  # fmt: skip


class Trouble:
    """One mail that is due, and everything that may happen to it."""

    def __init__(self, desk: Desk, kind: MailKind) -> None:
        self.desk, self.ses, self.now, self.reported = desk, Ses(), NOW, 0
        self.compose: Callable[[Mail], Letter | None] = lambda _: Letter("ada@example.org", b"")
        self.mail = self.new(kind)

    def new(self, kind: MailKind, recipient: str = "r-ada") -> Mail:
        mail = Mail(
            event_id="seminarium", kind=kind, recipient=recipient, version=1, due_at=NOW, created_at=NOW
        )
        assert self.desk.mails.create(mail)
        return mail

    def mailer(self, desk: Desk | None = None) -> None:
        """One run of the mailer; a crash ends it."""
        postman = SesPostman(cast("Any", self.ses), "kallelse@desk.example", "set")
        try:
            changed = mailing.sweep(
                desk or self.desk, postman, self.compose, unhurried(lambda: self.now), alone
            )
        except Crash:
            return
        self.reported += sum(each.stuck for each in changed)

    def feed_back(self) -> None:
        """What the queue brings."""
        while self.ses.queue:
            feedback.heed(self.desk, self.ses.queue.pop(0), self.now)

    def go_on(self) -> Mail:
        """The clock of the next days."""
        for later in LATER:
            self.now = NOW + later
            self.feed_back()
            self.mailer()
        mail = self.desk.mails.get(self.mail.id)
        assert mail
        return mail


def crash(*_: object) -> Any:
    raise Crash


class CrashingMails(TableMails):
    """Mail records of a function that stops before it changes one."""

    def replace(self, seen: Mail, changed: Mail) -> bool:
        raise Crash


def once(act: Callable[..., Any], then: Callable[..., Any]) -> Callable[..., Any]:
    """Does the one, and the other from the second call on."""
    acts = [act]
    return lambda *arguments: (acts.pop() if acts else then)(*arguments)


def a_crash_before_the_claim(it: Trouble) -> None:
    crashing = type(
        "Crashing", (), {"__getattr__": lambda _, name: getattr(it.desk.mails, name), "replace": crash}
    )
    it.mailer(replace(it.desk, mails=crashing()))


def a_crash_after_the_claim_before_the_send(it: Trouble) -> None:
    it.compose = once(crash, it.compose)
    it.mailer()


def a_crash_after_the_send_before_the_mark(it: Trouble) -> None:
    it.ses.after = crash
    it.mailer()


def a_read_timeout_of_a_mail_that_was_sent(it: Trouble) -> None:
    def lose() -> None:
        raise time_out()

    it.ses.after = lose
    it.mailer()


def a_read_timeout_of_a_mail_that_was_not_sent(it: Trouble) -> None:
    it.ses.answers = [time_out()]
    it.mailer()


def a_read_timeout_of_a_mail_that_was_sent_and_whose_events_are_lost(it: Trouble) -> None:
    a_read_timeout_of_a_mail_that_was_sent(it)
    it.ses.queue.clear()


def a_storage_that_does_not_keep_up(it: Trouble) -> None:
    def unavailable(_: Mail) -> Letter | None:
        raise Unavailable

    it.compose = once(unavailable, it.compose)
    it.mailer()


def a_throttle(it: Trouble) -> None:
    it.ses.answers = [refusal("TooManyRequestsException", "Maximum sending rate exceeded.")]
    it.mailer()


def sending_paused(it: Trouble) -> None:
    it.ses.answers = [refusal("SendingPausedException")]
    it.mailer()


def a_quota_that_is_used_up(it: Trouble) -> None:
    it.ses.answers = [refusal("TooManyRequestsException", f"{DAILY_QUOTA}.")]
    it.mailer()


def a_rejected_address(it: Trouble) -> None:
    it.ses.answers = [refusal("MessageRejected", "Email address is not verified.")]
    it.mailer()


def a_hard_bounce(it: Trouble) -> None:
    it.ses.tells, it.ses.permanent = (SEND, FeedbackKind.BOUNCE), True


def a_soft_bounce(it: Trouble) -> None:
    it.ses.tells = (SEND, FeedbackKind.BOUNCE)


def a_complaint(it: Trouble) -> None:
    it.ses.tells = (SEND, DELIVERY, FeedbackKind.COMPLAINT)


def an_event_before_the_mark(it: Trouble) -> None:
    it.ses.after = it.feed_back
    it.mailer()


def a_lost_event(it: Trouble) -> None:
    it.ses.tells = ()


def a_lost_delivery_event(it: Trouble) -> None:
    it.ses.tells = (SEND,)


def a_duplicate_event(it: Trouble) -> None:
    it.ses.tells = (SEND, SEND, DELIVERY, DELIVERY, SEND)


def a_poison_record(it: Trouble) -> None:
    def spoilt(mail: Mail) -> Letter | None:
        if mail.id == it.mail.id:
            raise ValueError("what is in the letter")
        return Letter("bo@example.org", b"")

    it.compose = spoilt
    it.new(MailKind.CONFIRMED, "r-bo")


Row = tuple[Callable[[Trouble], None], int, MailState, bool]
DELIVERED, BOUNCED, COMPLAINED = MailState.DELIVERED, MailState.BOUNCED, MailState.COMPLAINED
ACCEPTED, UNKNOWN, FAILED = MailState.ACCEPTED, MailState.UNKNOWN, MailState.FAILED

TABLE: list[Row] = [
    # what goes wrong, how many SES takes, where the record ends, whether an operator is told
    (a_crash_before_the_claim, 1, DELIVERED, False),
    (a_crash_after_the_claim_before_the_send, 1, DELIVERED, False),
    (a_crash_after_the_send_before_the_mark, 1, DELIVERED, False),
    (a_read_timeout_of_a_mail_that_was_sent, 1, DELIVERED, False),
    (a_read_timeout_of_a_mail_that_was_not_sent, 1, DELIVERED, False),
    (a_read_timeout_of_a_mail_that_was_sent_and_whose_events_are_lost, 2, DELIVERED, False),
    (a_storage_that_does_not_keep_up, 1, DELIVERED, False),
    (a_throttle, 1, DELIVERED, False),
    (sending_paused, 1, DELIVERED, False),
    (a_quota_that_is_used_up, 1, DELIVERED, False),
    (a_rejected_address, 0, FAILED, True),
    (a_hard_bounce, 1, BOUNCED, False),
    (a_soft_bounce, 1, BOUNCED, False),
    (a_complaint, 1, COMPLAINED, False),
    (an_event_before_the_mark, 1, DELIVERED, False),
    (a_lost_event, 1, ACCEPTED, True),
    (a_lost_delivery_event, 1, ACCEPTED, True),
    (a_duplicate_event, 1, DELIVERED, False),
    (a_poison_record, 0, FAILED, True),
]

FOR_SUMMARIES: dict[Callable[[Trouble], None], tuple[int, MailState, bool]] = {
    a_crash_after_the_claim_before_the_send: (0, UNKNOWN, True),
    a_read_timeout_of_a_mail_that_was_not_sent: (0, UNKNOWN, True),
    a_read_timeout_of_a_mail_that_was_sent_and_whose_events_are_lost: (1, UNKNOWN, True),
}
"""Where a summary ends otherwise: when nobody knows whether it was sent, an operator decides."""


def name_of(row: Row) -> str:
    return row[0].__name__.replace("_", " ")


@pytest.mark.parametrize("kind", [MailKind.JOIN_LINK, MailKind.SUMMARY], ids=str)
@pytest.mark.parametrize("row", TABLE, ids=name_of)
def test_a_mail_survives(desk: Desk, row: Row, kind: MailKind) -> None:
    goes_wrong, *expected = row
    if kind is MailKind.SUMMARY:
        expected = list(FOR_SUMMARIES.get(goes_wrong, expected))
    trouble = Trouble(desk, kind)
    goes_wrong(trouble)
    mail = trouble.go_on()
    taken = trouble.ses.taken.count(mail.id)
    assert [taken, mail.state, mail.stuck] == expected
    assert bool(trouble.reported) is mail.stuck


def test_a_poison_record_holds_up_no_other(desk: Desk) -> None:
    trouble = Trouble(desk, MailKind.JOIN_LINK)
    a_poison_record(trouble)
    trouble.mailer()
    assert trouble.ses.taken == ["seminarium_confirmed_r-bo_1"]


def test_an_operator_is_told_again_each_day_until_somebody_decides(desk: Desk) -> None:
    trouble = Trouble(desk, MailKind.SUMMARY)
    a_rejected_address(trouble)
    assert trouble.reported == 1
    for day in range(1, 4):
        trouble.now = NOW + timedelta(days=day)
        trouble.mailer()
        assert trouble.reported == 1 + day
    mailing.decide(desk, trouble.mail.id, again=True, now=trouble.now)
    trouble.mailer()
    trouble.feed_back()
    assert trouble.ses.taken == [trouble.mail.id]
    trouble.now += timedelta(days=1)
    trouble.mailer()
    assert trouble.reported == 4


def test_what_nobody_decides_is_reported_for_a_month_and_left_then(desk: Desk) -> None:
    trouble = Trouble(desk, MailKind.SUMMARY)
    a_rejected_address(trouble)
    for day in range(1, 60):
        trouble.now = NOW + timedelta(days=day)
        trouble.mailer()
    assert trouble.reported == 30


@pytest.mark.parametrize(
    ("goes_wrong", "silent"), [(a_soft_bounce, False), (a_hard_bounce, True), (a_complaint, True)]
)
def test_only_what_will_never_work_silences_an_address(
    desk: Desk, goes_wrong: Callable[[Trouble], None], silent: bool
) -> None:
    trouble = Trouble(desk, MailKind.JOIN_LINK)
    goes_wrong(trouble)
    trouble.ses.permanent = silent
    trouble.go_on()
    another = trouble.new(MailKind.REMINDER)
    trouble.mailer()
    assert (another.id in trouble.ses.taken) is not silent


def test_a_duplicate_stream_record_makes_no_second_mail(desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    key = {"pk": {"S": f"EVENT#{record.event.id}"}, "sk": {"S": f"REG#{ada.id}"}}
    where = registration_in(key)
    assert where == (record.event.id, ada.id)
    made = [dispatching.settle(desk, *where, AT_REGISTRATION) for _ in range(3)]
    assert made == [1, 0, 0]
    assert found(desk, record, "ada@example.org").outbox == ()
