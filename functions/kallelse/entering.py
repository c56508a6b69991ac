"""How organisers get in at the pages: a link that is valid once and for minutes, then a session.

A browser can sign no request and carries no token of an issuer. So whoever has credentials asks the
admin endpoint for a link. Of the secrets in links and cookies only the SHA-256 is stored.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from .errors import LinkNotFound, Unauthorised
from .links import TOKEN_BYTES, digest
from .models import Caller, Grant, Session, SessionStep
from .ports import Desk


def invite(
    desk: Desk, name: str, grants: tuple[Grant, ...] | None, granted_until: datetime | None, now: datetime
) -> str:
    """Make an entrance for an organiser, see :class:`Session`, and give its secret, which is kept nowhere."""
    return _open(desk, SessionStep.ENTRANCE, name, grants, granted_until, now)[0]


def look(desk: Desk, secret: str, now: datetime) -> Session:
    """The entrance that a secret opens. Raises LinkNotFound when it is wrong, used up or too old."""
    found = desk.sessions.find(SessionStep.ENTRANCE, digest(secret))
    if found is None or not found.holds(now):
        raise LinkNotFound("this link is wrong, used up or too old")
    return found


def enter(desk: Desk, secret: str, now: datetime) -> tuple[str, Session]:
    """Use an entrance up; give the secret of the session and the session. Raises LinkNotFound."""
    found = look(desk, secret, now)
    if not desk.sessions.delete(found):
        raise LinkNotFound("this link was used up at this moment")
    return _open(desk, SessionStep.SESSION, found.name, found.grants, found.granted_until, now)


def visitor(desk: Desk, secret: str, granted_to: Callable[[str], tuple[Grant, ...]], now: datetime) -> Caller:
    """Whose session it is, and what is granted now. Raises Unauthorised when there is no such session."""
    found = desk.sessions.find(SessionStep.SESSION, digest(secret))
    if found is None or not found.holds(now):
        raise Unauthorised("there is no such session, or its time is over")
    return Caller(name=found.name, grants=granted_to(found.name) if found.grants is None else found.grants)


def leave(desk: Desk, secret: str) -> None:
    """End a session; harmless when there is none."""
    found = desk.sessions.find(SessionStep.SESSION, digest(secret))
    if found:
        desk.sessions.delete(found)


def _open(
    desk: Desk,
    step: SessionStep,
    name: str,
    grants: tuple[Grant, ...] | None,
    granted_until: datetime | None,
    now: datetime,
) -> tuple[str, Session]:
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session(
        digest=digest(secret),
        step=step,
        name=name,
        grants=grants,
        granted_until=granted_until,
        ends_at=min(filter(None, (now + step.lasts, granted_until))),
    )
    desk.sessions.put(session)
    return secret, session
