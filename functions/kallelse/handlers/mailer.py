"""The mailer: started by the table's stream for new mails, and by the clock for the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ..adapters import s3, ses
from ..adapters.dynamodb import connect, open_desk, registration_in
from ..composing import Composer
from ..config import MailerSettings, read
from ..dispatching import post_owed
from ..mailing import sweep
from ..models import MailState
from ..observability import count, count_mails, observed, report
from ..pacing import KnownRate, Shift, in_threads, sleep_until
from ..ports import Desk, Postman
from ..rendering import Renderer

MARGIN = timedelta(seconds=35)
"""What a mail can take once its turn has come: 13 seconds at the mail service, 20 at the table."""


@cache
def _wiring() -> tuple[MailerSettings, Desk, Postman, Composer, KnownRate]:
    settings = read(MailerSettings)
    desk = open_desk(connect(settings.table, settings.clock))
    documents = s3.connect(settings.bucket)
    renderer = Renderer(settings.templates)
    composer = Composer(desk, documents, renderer, settings.sender, settings.base_url)
    postman = ses.connect(settings.sender, settings.configuration_set)
    return settings, desk, postman, composer, KnownRate(postman)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Post what the registrations of the stream call for, and send what is due.

    A stream record only says where there is work. So a doubled or lost record repeats or loses
    nothing; one that cannot be dealt with is named, and the stream brings the batch again from there.
    """
    settings, desk, postman, composer, known_rate = _wiring()
    clock = settings.clock
    failed = [each for each in event.get("Records", []) if not _posted(desk, each, clock())]
    ends_at = clock() + timedelta(milliseconds=context.get_remaining_time_in_millis()) - MARGIN
    shift = Shift(clock, ends_at, known_rate.at(clock()), partial(sleep_until, clock))
    changed = sweep(desk, postman, lambda mail: composer.compose(mail, clock()), shift, in_threads)
    count("MailsAccepted", sum(mail.state is MailState.ACCEPTED for mail in changed))
    count("MailsStuck", sum(mail.stuck for mail in changed))
    count_mails(changed)
    return {"batchItemFailures": [{"itemIdentifier": each["dynamodb"]["SequenceNumber"]} for each in failed]}


def _posted(desk: Desk, record: dict[str, Any], now: datetime) -> bool:
    try:
        where = registration_in(record["dynamodb"]["Keys"])
        if where:
            post_owed(desk, *where, now)
    except Exception as error:
        # The mails that are due must go out whatever this record is.
        report("a record of the stream failed", error)
        return False
    return True
