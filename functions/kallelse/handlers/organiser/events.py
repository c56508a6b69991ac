"""The events that one may look at."""

from __future__ import annotations

from ... import staging
from ...gateway import Response
from ...models import Caller, EventEntry, Role
from .paging import showing
from .visiting import Visit

ON_A_PAGE = 50


@showing("/organiser")
def show_events(visit: Visit, caller: Caller) -> Response[str]:
    """The events that the caller may look at, the latest start first, without those for checks."""
    archived = "archived" in visit.query

    def wanted(entry: EventEntry) -> bool:
        shown = not entry.canary and (archived or entry.archived_at is None)
        return shown and caller.may(Role.VIEWER, entry.id, entry.tour)

    entries, following = staging.listed(visit.desk, wanted, visit.query.get("cursor"), ON_A_PAGE)
    return visit.page(
        "events",
        events=[(entry, staging.stage(entry, visit.now)) for entry in entries],
        following=following,
        archived=archived,
    )
