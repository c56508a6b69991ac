"""The figures of an event, as charts and tables of the same numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import zip_longest

from ...gateway import Response
from ...models import EventRecord, MailState
from ...models.figures import DayFigures, Figures
from ...retaining import figures_of
from .paging import showing
from .visiting import Visit


@showing("/organiser/events/<event_id>/figures")
def show_figures(visit: Visit, record: EventRecord) -> Response[str]:
    """Everything that is counted about the event."""
    found = figures_of(visit.desk, record)
    days = list(_every_day(found.days))
    return visit.page(
        "figures",
        event=record.event,
        figures=found,
        arrived=_of_days(days, "arrived"),
        confirmed=_of_days(days, "confirmed"),
        # What each bar is about, how long it is, and how long it could be.
        kinds=[(kind, number, None) for kind, number in sorted(found.organisation_kinds.items())],
        mails=[(state, number, None) for state, number in _by_state(found).items()],
        attendance=[(mode, each.joined, each.seated) for mode, each in found.attendance.modes.items()],
    )


def _every_day(days: Sequence[DayFigures]) -> Iterator[DayFigures]:
    """The days with those between them on which nothing happened, which a chart has to leave room for."""
    for day, following in zip_longest(days, days[1:]):
        yield day
        still = day.model_copy(update={"arrived": 0, "cancelled": 0})
        for n in range(1, (following.day - day.day).days if following else 0):
            yield still.model_copy(update={"day": day.day + timedelta(n)})


def _of_days(days: Sequence[DayFigures], what: str) -> list[tuple[date, int]]:
    return [(each.day, getattr(each, what)) for each in days]


def _by_state(found: Figures) -> dict[MailState, int]:
    """How many mails are in each state that any mail is in, whatever their kinds."""
    total = sum((Counter(states) for states in found.mails.values()), Counter[MailState]())
    return {state: total[state] for state in MailState if total[state]}
