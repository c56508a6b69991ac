"""The page behind the link by which one unsubscribes, and the one click of mail programs (RFC 8058)."""

from __future__ import annotations

from typing import Any

from ...gateway import Response, Router
from ...http import form_of
from ...models import EventRecord, Registration
from .wiring import event_page, language_of, wiring

FIELDS = frozenset({"List-Unsubscribe", "again"})
"""What mail programs send, and what the button for getting the mails again does."""

MAX_BUTTON = 100
"""Bytes; the longest is List-Unsubscribe=One-Click."""

router = Router()


@router.get("/unsubscribe/<token>")
def show_unsubscribing(token: str) -> Response[str]:
    """The button for it. Changes nothing, since mail scanners open every link."""
    from ... import subscribing  # it writes headers of mails, which other pages need not wait for

    return _page(token, *subscribing.look(wiring().desk, token), done=False)


@router.post("/unsubscribe/<token>")
def unsubscribe(token: str) -> Response[str]:
    """Unsubscribe, or subscribe again."""
    from ... import subscribing

    again = _asks_again(router.current_event)
    return _page(token, *subscribing.wish(wiring().desk, token, not again), done=True)


def _asks_again(request: Any) -> bool:
    """Whether it is the button for getting the mails again. Raises UnreadableRequest."""
    media_type = (request.headers.get("content-type") or "").lower()
    # Mail programs may send their one field as multipart too; no page of ours does.
    if not request.body or media_type.startswith("multipart/form-data"):
        return False
    return form_of(request, FIELDS, MAX_BUTTON).get("again") == "1"


def _page(token: str, record: EventRecord, registration: Registration, done: bool) -> Response[str]:
    return event_page(
        "unsubscribe",
        language_of(registration.participant.language),
        record,
        unsubscribed=registration.unsubscribed,
        action=f"/unsubscribe/{token}",
        done=done,
    )
