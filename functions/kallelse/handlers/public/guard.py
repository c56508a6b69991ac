"""What keeps programs and floods from the forms that anybody can send: a trap, a stamp, and a count."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from ... import proving
from ...errors import FormTrapped
from ...gateway import Response
from ...http import kept
from ...limiting import name_of
from ...models import EventRecord, TourRecord
from .wiring import source_of, wiring

TRAP = "subject"
"""The field that people do not see. Programs fill in what they find; browsers fill in no such field."""

SWITCH = "switch"
"""The button that shows a form in another language, with what was written in it; nothing is done."""

GUARD_FIELDS = frozenset({"proof", TRAP, SWITCH})

SECONDS = 10
"""For how long a page is kept. Longer would show a form, or that there is none yet, when it is not so."""

Values = dict[str, list[str]]


def one(values: Values, name: str) -> str:
    """What a field of a form holds."""
    return values.get(name, [""])[0].strip()


def ahead(event_id: str, request: Any) -> AbstractContextManager[None]:
    """While a form is dealt with, one request to the table for what it looks at first."""
    return wiring().desk.ahead.of_form(event_id, name_of(event_id, source_of(request)))


def nonce_of(record: EventRecord | TourRecord, values: Values) -> str:
    """The nonce of the form of an event or a tour, if a person sent it. Raises FormRefused."""
    if one(values, TRAP):
        raise FormTrapped("a field that people do not see was filled in")
    return proving.check(record, one(values, "proof"), wiring().now())


def check(record: EventRecord, values: Values, request: Any) -> str:
    """The nonce of the form that was sent. Raises FormRefused or TooManyRequests; writes nothing."""
    nonce, wired = nonce_of(record, values), wiring()
    wired.tally.check(wired.desk, record.event.id, source_of(request), wired.now())
    return nonce


def count(record: EventRecord, request: Any) -> None:
    """Count a form that was taken with the visitor's network."""
    wired = wiring()
    wired.tally.add(wired.desk, record.event.id, source_of(request), wired.now())


def keep(page: Response[str], request: Any) -> Response[str]:
    """The page, kept for seconds: by every cache, or if it has a form, by the visitor's browser alone.

    The stamp of a form tells which one was sent. Whoever had that of another could learn by it what
    became of the other's registration, so it must not come from a cache that several share; nor is a
    page with a stamp the same as the one before, which would keep the stamp for longer.
    """
    has_form = 'name="proof"' in (page.body or "")
    return kept(page, request, SECONDS, by_everybody=not has_form)
