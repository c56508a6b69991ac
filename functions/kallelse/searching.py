"""Looking for registrations of an event: conditions, orders, and pages.

All registrations of the event are read for each page: an event has some thousands at most, a few
megabytes, and an index for each condition would cost every registration a write.

A cursor tells the place of the last one shown in its order, and not how many were shown: see
:mod:`kallelse.paging`.
"""

from __future__ import annotations

import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from .errors import FieldError, InvalidInput
from .feedback import undeliverable
from .messaging import problems_of_answers
from .models import Conditions, Event, MailState, Model, Registration, RegistrationState, Search, Sort
from .paging import page
from .ports import Desk

Place = tuple[str, str]
"""Where a registration is in an order: what is sorted by, and its id, which nobody else has."""


@dataclass(frozen=True)
class Page:
    """Some of what was found. ``total``: how many were found; ``next``: the cursor of the next page, if any.

    ``undeliverable``: whom a mail did not reach, by mailbox.
    """

    registrations: list[Registration]
    undeliverable: Mapping[str, MailState]
    total: int
    next: str | None


def search(desk: Desk, event: Event, wanted: Search) -> Page:
    """A page of the registrations that meet the conditions.

    Raises InvalidInput for a group or a question that the event does not have, or a mangled cursor.
    """
    after = _read_cursor(wanted) if wanted.cursor else None
    found, order = look_for(desk, event, wanted), wanted.sort
    shown, last = page(found, _place_by(order), after, wanted.limit, backwards=order.backwards)
    return Page(shown, undeliverable(desk, event.id), len(found), last and _cursor(order, last))


def look_for(desk: Desk, event: Event, wanted: Conditions) -> list[Registration]:
    """All registrations that meet the conditions, the first to arrive first; raises as :func:`search`."""
    members = _members(desk, event, wanted.group) if wanted.group else None
    _check_answer(event, wanted)
    # Reading every mail takes long, so only when it is asked for.
    unreached = undeliverable(desk, event.id) if wanted.undeliverable is not None else {}
    return [
        each
        for each in desk.registrations.of_event(event.id)
        if _meets(each, wanted, unreached) and (members is None or each.id in members)
    ]


def folded(text: str) -> str:
    """The text without regard to case, accents and the number of spaces: "Åberg" is "aberg"."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def _meets(registration: Registration, wanted: Conditions, unreached: Collection[str]) -> bool:
    participant = registration.participant
    return (
        wanted.state in (None, registration.state)
        and wanted.mode in (None, registration.mode)
        and wanted.organisation_kind in (None, participant.organisation_kind)
        and wanted.joined in (None, registration.joined_at is not None)
        and wanted.undeliverable in (None, registration.mailbox in unreached)
        and (wanted.answer is None or _answers(registration, wanted.answer))
        and (wanted.text is None or mentions(registration, wanted.text))
    )


def mentions(registration: Registration, text: str) -> bool:
    """Whether the text is a part of the name, the address or the organisation, see :func:`folded`."""
    wanted, participant = folded(text), registration.participant
    told = (participant.name, participant.email, participant.organisation or "")
    return any(wanted in folded(each) for each in told)


def _answers(registration: Registration, answer: str) -> bool:
    question, _, given = answer.partition(":")
    return folded(given) in map(folded, registration.participant.answers.get(question, ()))


def _check_answer(event: Event, wanted: Conditions) -> None:
    question, _, given = (wanted.answer or "").partition(":")
    problems = problems_of_answers(event, "answer", question, (given,)) if question else []
    if problems:
        raise InvalidInput(*problems)


def _members(desk: Desk, event: Event, group: str) -> Collection[str]:
    allocation = desk.groups.get(event.id) if event.dialogue else None
    members = (allocation and allocation.members) or {}
    if group not in members:
        there = f"choose one of: {', '.join(members)}" if members else "the event has no groups, or not yet"
        raise InvalidInput(FieldError("group", "not-a-choice", there))
    return members[group]


KEYS: dict[str, Callable[[Registration], str]] = {
    "arrived": lambda each: f"{each.registered_at.timestamp():020.6f}",
    "name": lambda each: folded(each.participant.name),
    "organisation": lambda each: folded(each.participant.organisation or ""),
    # In the order in which one comes through them.
    "state": lambda each: str(list(RegistrationState).index(each.state)),
}
"""What is sorted by, in text that sorts alike."""


def _place_by(sort: Sort) -> Callable[[Registration], Place]:
    return lambda each: (KEYS[sort.key](each), each.id)


class _Cursor(Model):
    """What a cursor tells: the place of the last one shown, and in which order."""

    sort: Sort
    place: Place


def _cursor(sort: Sort, place: Place) -> str:
    return urlsafe_b64encode(_Cursor(sort=sort, place=place).model_dump_json().encode()).decode()


def _read_cursor(wanted: Search) -> Place:
    try:
        cursor = _Cursor.model_validate_json(urlsafe_b64decode(wanted.cursor or ""))
    except ValueError:
        cursor = None
    if cursor is None or cursor.sort is not wanted.sort:
        remedy = "give next of the page before as it is, with the same sort, or leave it out to begin anew"
        raise InvalidInput(FieldError("cursor", "invalid", remedy))
    return cursor.place
