"""Getting in at the organisers' pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ... import entering
from ...config import WayIn
from ...models import Role
from .callers import granted_until
from .routing import Call, route
from .wiring import base_url, wiring


@route(
    "POST", "/admin/sessions",
    needs=Role.VIEWER, somewhere=True, status=HTTPStatus.CREATED, kept=False,
)  # fmt: skip
def open_session(call: Call) -> dict[str, Any]:
    """An address at which a browser gets in as the caller: once, and for five minutes."""
    settings, desk, _ = wiring()
    by_token = settings.organiser_auth is WayIn.JWT and not settings.local
    # What IAM's principals may do is in the settings, which tell it anew at each request.
    grants = call.caller.grants if by_token or settings.local else None
    until = granted_until(call.request) if by_token else None
    secret = entering.invite(desk, call.caller.name, grants, until, settings.clock())
    return {"address": f"{base_url(call.request)}/organiser/enter/{secret}"}
