"""Getting in and out. Looking at a link changes nothing, as programs that read mails look first."""

from __future__ import annotations

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from ... import entering
from ...errors import Forbidden
from ...gateway import Response, Router
from ...http import see_other
from .visiting import COOKIE, Visit
from .wiring import wiring

router = Router()


def _visit() -> Visit:
    return Visit(router.current_event, wiring()[0].clock())


@router.get("/organiser/enter/<token>")
def show_entrance(token: str) -> Response[str]:
    """The button that lets one in."""
    visit = _visit()
    entering.look(visit.desk, token, visit.now)
    return visit.page("enter", action=visit.address(f"/organiser/enter/{token}"), signed_in=False)


@router.post("/organiser/enter/<token>")
def enter(token: str) -> Response[str]:
    """Use the link up, and begin a session."""
    visit = _visit()
    _same_site(visit)
    secret, session = entering.enter(visit.desk, token, visit.now)
    return _sent_on(visit, secret, int((session.ends_at - visit.now).total_seconds()))


@router.post("/organiser/leave")
def leave() -> Response[str]:
    """End the session."""
    visit = _visit()
    _same_site(visit)
    entering.leave(visit.desk, visit.secret)
    return _sent_on(visit, "", 0)


def _sent_on(visit: Visit, secret: str, seconds: int) -> Response[str]:
    response = see_other(visit.address("/organiser"))
    response.cookies = [
        Cookie(
            COOKIE, secret, path="/", secure=True, http_only=True,
            max_age=seconds, same_site=SameSite.STRICT_MODE,
        )
    ]  # fmt: skip
    return response


def _same_site(visit: Visit) -> None:
    """Refuse what another site sent: the cookie guards a session, but not whether one begins.

    Browsers say it (https://www.w3.org/TR/fetch-metadata/); programs that do not are none to be misled.
    """
    if visit.request.headers.get("sec-fetch-site") not in (None, "same-origin"):
        raise Forbidden("another site sent this")
