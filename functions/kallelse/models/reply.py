"""The answer to a request of an organiser, kept in case the request comes again."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AwareDatetime

from .privacy import Personal
from .text import Model, Slug

KEPT = timedelta(days=1)
"""How long an answer is kept for a request that comes again."""

UNDER_WAY = timedelta(minutes=1)
"""How long a request can be under way at most; API Gateway waits 30 seconds for a function.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""


class Reply(Model):
    """A request with an Idempotency-Key. ``digest``: of caller, route and key.

    ``fingerprint``: of what was sent, which tells the same request from another with the same key.
    ``event_id``: where it is kept, so that erasing finds it, as an answer can hold personal data.
    ``body``: the answer's; None while the request is under way.
    """

    digest: str
    fingerprint: str
    event_id: Slug | None = None
    begun_at: AwareDatetime
    status: int = 0
    body: Annotated[
        str | None, Personal("to answer the same once more; can hold what an organiser was shown")
    ] = None
    etag: str | None = None

    def same_request(self, other: Reply) -> bool:
        """Whether both are answers to the same request."""
        return self.fingerprint == other.fingerprint
