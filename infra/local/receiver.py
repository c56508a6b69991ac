"""A receiver of webhooks, as another system would have one: it takes only what is signed and fresh.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from http import HTTPStatus
from typing import Any

from standardwebhooks import Webhook

TOLERANCE = timedelta(minutes=5)
"""How far the time of a delivery may be from now; an older one may be somebody's copy."""


@dataclass
class Receiver:
    """``received``: what was taken, by the ids of deliveries. ``asked``: all ids, as often as they came.

    ``refused``: how many were not signed or not fresh. The first that is, it fails to take.
    """

    secret: str = ""
    received: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refused: int = 0

    def take(self, headers: dict[str, str], body: bytes, now: datetime) -> HTTPStatus:
        """Answer a delivery. ``headers`` have names in small letters."""
        if not self.is_genuine(headers, body.decode(), now):
            self.refused += 1
            return HTTPStatus.UNAUTHORIZED
        self.asked.append(headers["webhook-id"])
        if len(self.asked) == 1:
            return HTTPStatus.SERVICE_UNAVAILABLE
        self.received[headers["webhook-id"]] = json.loads(body)
        return HTTPStatus.NO_CONTENT

    def is_genuine(self, headers: dict[str, str], body: str, now: datetime) -> bool:
        """Whether a delivery is signed with the secret, and sent just now.

        The library's own check takes the time from the system, which is not that of the local cloud.
        """
        try:
            at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
            signature = Webhook(self.secret).sign(headers["webhook-id"], at, body)
            given = headers["webhook-signature"].split()
        except (KeyError, ValueError):
            return False
        return abs(now - at) <= TOLERANCE and any(compare_digest(signature, each) for each in given)

    def told_of(self, kind: str, field: str) -> set[str]:
        """One field of all that was taken of a type."""
        return {str(each[field]) for each in self.received.values() if each["type"] == kind}
