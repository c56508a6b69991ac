"""Takes from the queue what the mail service tells about mails."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ..adapters.dynamodb import connect, open_desk
from ..config import Settings, read
from ..feedback import Feedback, FeedbackKind, heed
from ..observability import count, count_mails, observed, report
from ..ports import Desk

RECIPIENTS = {"Bounce": ("bounce", "bouncedRecipients"), "Complaint": ("complaint", "complainedRecipients")}


@cache
def _wiring() -> tuple[Settings, Desk]:
    settings = read(Settings)
    return settings, open_desk(connect(settings.table, settings.clock))


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Heed each message; those that failed are named, so that the queue brings only them again."""
    settings, desk = _wiring()
    failed = []
    for record in event["Records"]:
        try:
            told = heed(desk, feedback_in(record["body"]), settings.clock())
            count("FeedbackOnUnknownMail", int(told is None))
            count_mails([told] if told else [])
        except Exception as error:
            # One message that cannot be read must not hold up the others of its batch.
            report("feedback failed", error)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def feedback_in(body: str) -> Feedback:
    """The event in a queue message: the JSON of SES inside the envelope of SNS."""
    told = json.loads(json.loads(body)["Message"])
    kind = FeedbackKind(told["eventType"])
    section, recipients = RECIPIENTS.get(kind, ("", ""))
    details = told.get(section, {})
    return Feedback(
        kind=kind,
        mail_id=told["mail"]["tags"]["mail_id"][0],
        attempt=told["mail"]["tags"]["attempt"][0],
        message_id=told["mail"]["messageId"],
        addresses=tuple(each["emailAddress"] for each in details.get(recipients, [])),
        permanent=details.get("bounceType") == "Permanent",
        at=told["mail"]["timestamp"],
    )
