"""Mails: where each stands, and what becomes of those that are stuck."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ... import assisting
from ...mailing import decide
from ...models import Mail, Model, Paged, Role
from ...paging import page, place_by_time
from .routing import route
from .targets import MAIL
from .wiring import wiring


class _Which(Paged):
    """``stuck``: only those that await a decision."""

    stuck: bool = False


class Decision(Model):
    """``again``: true sends the mail again, false leaves it."""

    again: Annotated[bool, Field(strict=True)]


@route("GET", "/admin/events/<event_id>/mails", needs=Role.VIEWER)
def list_mails(event_id: str, query: _Which) -> dict[str, Any]:
    """The mails of the event and where each stands; with ``?stuck=true`` those that await a decision."""
    desk = wiring()[1]
    desk.events.get(event_id)
    mails = [each for each in desk.mails.of_event(event_id) if each.stuck or not query.stuck]
    shown, following = page(mails, _place, query.cursor, query.limit)
    told = [{"id": each.id} | each.model_dump(mode="json") for each in shown]
    return {"mails": told, "next": following}


def _place(mail: Mail) -> str:
    return place_by_time(mail.created_at, mail.id)


@route(
    "POST", "/admin/events/<event_id>/mails/<mail_id>/decision",
    needs=Role.ORGANISER, target=MAIL, even_archived=True,
)  # fmt: skip
def decide_on_mail(event_id: str, mail_id: str, body: Decision) -> dict[str, Any]:
    """Send a mail that is stuck again, or leave it: ``{"again": true}``."""
    settings, desk, _ = wiring()
    mail = decide(desk, mail_id, again=body.again, now=settings.clock())
    return {"id": mail.id} | mail.model_dump(mode="json")


@route("POST", "/admin/events/<event_id>/mails/<mail_id>/resend", needs=Role.ORGANISER, target=MAIL)
def resend_mail(event_id: str, mail_id: str) -> dict[str, Any]:
    """Send a mail to a participant once more, if it is at rest, still makes sense, and may arrive."""
    settings, desk, _ = wiring()
    mail = assisting.resend(desk, desk.events.get(event_id), mail_id, settings.clock())
    return {"id": mail.id} | mail.model_dump(mode="json")
