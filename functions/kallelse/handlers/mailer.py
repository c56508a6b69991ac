"""The mailer: started by the table's stream for new mails, and by the clock for the rest."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..adapters import s3, ses
from ..adapters.dynamodb import connect, open_desk
from ..composing import Composer
from ..config import MailerSettings, read
from ..dispatching import post
from ..mailing import sweep, unresolved
from ..models import MailState
from ..observability import count, metrics
from ..ports import Desk, Postman
from ..rendering import Renderer


@cache
def _wiring() -> tuple[MailerSettings, Desk, Postman, Composer]:
    settings = read(MailerSettings)
    desk = open_desk(connect(settings.table))
    documents = s3.connect(settings.bucket)
    renderer = Renderer(settings.templates)
    composer = Composer(desk, documents, renderer, settings.sender, settings.base_url)
    return settings, desk, ses.connect(settings.sender, settings.configuration_set), composer


@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> None:
    """Post what registrations call for, and send what is due.

    A stream record only says that there is work; the index says which. So a doubled, lost or
    poisonous record neither repeats nor blocks anything.
    """
    settings, desk, postman, composer = _wiring()
    clock = settings.clock
    for registration in desk.registrations.with_outbox(clock()):
        post(desk, desk.events.get(registration.event_id), registration, clock())
    changed = sweep(desk, postman, lambda mail: composer.compose(mail, clock()), clock)
    count("MailsAccepted", sum(mail.state is MailState.ACCEPTED for mail in changed))
    count("MailsUnresolved", sum(unresolved(mail) for mail in changed))
