"""The audit log: what organisers changed."""

from __future__ import annotations

from .showing import Context, EventId, Json, show, table


def audit(ctx: Context, event: EventId, as_json: Json = False) -> None:
    """Who changed what of an event, the latest first."""
    answer = ctx.obj.ask("GET", "events", event, "audit")
    show(answer, as_json, lambda found: table(found["entries"], "at", "by", "action", "about", "done"))
