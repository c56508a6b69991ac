"""Which request something comes from: an id that leads from a mail back to what called for it.

It is the id that API Gateway gives a request and tells the visitor (``apigw-requestid``), or else the id of
the run of the function that the clock or the stream started. It tells of nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id() -> str | None:
    """The id of the request that is being answered; None outside of one."""
    return _current.get()


@contextmanager
def answering(request_id: str | None) -> Iterator[None]:
    """Let what is done in the block be known to come from this request."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)
