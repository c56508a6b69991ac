"""The audit log: what organisers changed."""

from __future__ import annotations

from .showing import All, Context, EventId, Json, Limit, show, table


def audit(
    ctx: Context, event: EventId, limit: Limit = None, everything: All = False, as_json: Json = False
) -> None:
    """Who changed what of an event, the latest first."""
    query = {"limit": limit}
    answer = ctx.obj.listing("events", event, "audit", key="entries", query=query, everything=everything)
    show(answer, as_json, lambda found: table(found["entries"], "at", "by", "action", "about", "done"))
