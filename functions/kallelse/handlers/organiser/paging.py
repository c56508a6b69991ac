"""The declarations of the organisers' pages. None can be looked at without a session and a grant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from ...errors import EventNotFound, Forbidden
from ...gateway import Response
from ...models import Caller, EventRecord, Role
from .visiting import Visit

F = TypeVar("F", bound=Callable[..., Response[Any]])


@dataclass(frozen=True)
class Page:
    """A page. ``function`` takes the visit, the caller or the event, and the other names in the address."""

    path: str
    function: Callable[..., Response[Any]]

    def serve(self, visit: Visit, names: dict[str, str]) -> Response[Any]:
        """Show the page. Raises Unauthorised without a session, Forbidden where no grant covers."""
        caller = visit.caller()
        if "event_id" in names:
            return self.function(visit, _event(visit, caller, names.pop("event_id")), **names)
        if not caller.may_somewhere(Role.VIEWER):
            raise Forbidden("nothing is granted to you")
        return self.function(visit, caller, **names)


PAGES: list[Page] = []
"""All pages, as their modules were imported."""


def showing(path: str) -> Callable[[F], F]:
    """Make a function a page."""

    def declare(function: F) -> F:
        PAGES.append(Page(path, function))
        return function

    return declare


def _event(visit: Visit, caller: Caller, event_id: str) -> EventRecord:
    """The event, if the caller may look at it; who may not is not told whether there is one."""
    try:
        record = visit.desk.events.get(event_id)
    except EventNotFound:
        _admit(caller, event_id)
        raise
    _admit(caller, event_id, record)
    return record


def _admit(caller: Caller, event_id: str, record: EventRecord | None = None) -> None:
    tour = record.event.tour if record else None
    if not caller.may(Role.VIEWER, event_id, tour.id if tour else None):
        raise Forbidden("nothing is granted to you here")
