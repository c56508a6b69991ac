"""What participants do through the link in their mails. Looking changes nothing; only buttons do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from ... import forms, managing
from ...errors import AlreadyChanged, HoldExpired, InvalidInput, KallelseError, Refused
from ...exporting import own_data
from ...gateway import Response, Router
from ...http import answers_of, download, form_of, status_of
from ...links import follow
from ...models import EventRecord, Language, Purpose, Registration, RegistrationState
from ...registering import Submission
from .counting import count_cancelled
from .guard import SWITCH
from .telling import tell
from .wiring import calendar_file, error_page, event_page, language_of, wiring

MAX_COLLEAGUE = 5_000
"""Bytes; a name has 120 characters and an address 254, and each is sent as at most 12."""

MAX_BUTTON = 100
"""Bytes; the form of a button is empty."""

COLLEAGUE = frozenset({"name", "email"})

Values = dict[str, list[str]]

router = Router()


@dataclass(frozen=True)
class Visit:
    """Somebody who followed a personal link, and what is behind it. ``address``: of the link, a path."""

    address: str
    token: str
    record: EventRecord
    registration: Registration
    now: datetime

    @property
    def language(self) -> Language:
        """The language that the address names, else the participant's."""
        return language_of(self.registration.participant.language)

    @property
    def standing(self) -> str:
        """The state in the words of the pages: what the participant should know first."""
        if self.record.event.cancelled:
            return "event-cancelled"
        if self.now >= self.record.event.ends_at:
            return "over"
        until = self.registration.held_until
        return "expired" if until and until <= self.now else self.registration.state.value

    @property
    def changeable(self) -> bool:
        """Whether there is still something to change."""
        started = self.now >= self.record.event.starts_at
        return not started and self.standing not in ("event-cancelled", "expired")

    def page(self, name: str, wrong: KallelseError | None = None, **context: Any) -> Response[str]:
        """A page about the registration, in the visit's language, with what is wrong."""
        about: dict[str, Any] = {
            "registration": self.registration,
            "standing": self.standing,
            "changeable": self.changeable,
            "now": self.now,
            "address": self.address,
            "problems": wrong.problems if isinstance(wrong, InvalidInput) else (),
            "refusal": wrong if isinstance(wrong, Refused) else None,
        }
        status = status_of(wrong) if wrong else HTTPStatus.OK
        return event_page(name, self.language, self.record, status, **about | context)

    def press(self) -> None:
        """Read the form of a button, which has no fields. Raises UnreadableRequest."""
        if router.current_event.body:
            form_of(router.current_event, frozenset(), MAX_BUTTON)


def behind_link(
    purpose: Purpose,
) -> Callable[[Callable[[Visit], Response[str]]], Callable[[str], Response[str]]]:
    """Follow the link; what goes wrong from there on is told in the visit's language."""

    def behind(route: Callable[[Visit], Response[str]]) -> Callable[[str], Response[str]]:
        @wraps(route)
        def follow_link(token: str) -> Response[str]:
            visit = _visit(token, purpose)
            try:
                return route(visit)
            except KallelseError as error:
                return error_page(error, visit.language)

        return follow_link

    return behind


_behind_link = behind_link(Purpose.MANAGE)


def _visit(token: str, purpose: Purpose = Purpose.MANAGE) -> Visit:
    record, registration = follow(wiring().desk, token, purpose)
    return Visit(f"/{purpose}/{token}", token, record, registration, wiring().now())


@router.get("/manage/<token>")
@_behind_link
def show_registration(visit: Visit) -> Response[str]:
    """A participant's own registration, with what can be done about it."""
    return _overview(visit)


def _overview(visit: Visit, done: str | None = None) -> Response[str]:
    waits = visit.registration.state is RegistrationState.WAITING
    place = wiring().desk.registrations.place_in_line(visit.registration) if waits else None
    return visit.page("manage", place=place, done=done)


@router.post("/manage/<token>/confirm")
@_behind_link
def confirm_registration(visit: Visit) -> Response[str]:
    """Confirm the address, or accept the seat that was offered."""
    visit.press()
    if visit.record.event.cancelled:
        return _overview(visit)
    try:
        managing.confirm(wiring().desk, visit.registration, visit.now)
    except HoldExpired as refusal:
        return visit.page("expired", refusal)
    except AlreadyChanged:
        return _overview(_visit(visit.token))
    return _overview(_visit(visit.token), visit.registration.state.value)


@router.post("/manage/<token>/cancel")
@_behind_link
def cancel_registration(visit: Visit) -> Response[str]:
    """Cancel the registration that the link belongs to."""
    visit.press()
    managing.cancel(wiring().desk, visit.record, visit.registration, visit.now)
    count_cancelled(visit.record.event, visit.registration.state)
    return tell("cancelled", visit.language, visit.record)


@router.get("/manage/<token>/edit")
@_behind_link
def show_edit(visit: Visit) -> Response[str]:
    """The form with what the participant told."""
    told = visit.registration.participant
    return _edit_page(visit, forms.values_of(visit.record.event, told, visit.registration.mode))


def _edit_page(visit: Visit, values: Values, wrong: KallelseError | None = None) -> Response[str]:
    kinds = visit.record.event.admission.organisation_kinds
    suggestions = wiring().organisations().suggestions(kinds, visit.language)
    return visit.page("edit", wrong, values=values, suggestions=suggestions)


@router.post("/manage/<token>/edit")
@_behind_link
def edit_registration(visit: Visit) -> Response[str]:
    """Change what the participant told, but the address."""
    event = visit.record.event
    fields = forms.fields_of(event) - {"email"} | {SWITCH}
    values = answers_of(router.current_event, fields, forms.repeated_of(event), forms.longest(event))
    if SWITCH in values:
        return _edit_page(visit, values)
    try:
        managing.edit(wiring().desk, visit.record, visit.registration, _wanted(visit, values), visit.now)
    except (InvalidInput, Refused) as wrong:
        return _edit_page(visit, values, wrong)
    return _overview(_visit(visit.token), "changed")


def _wanted(visit: Visit, values: Values) -> Submission:
    languages, known = wiring().renderer.languages(), wiring().organisations()
    told = values | {"email": [visit.registration.participant.email]}
    own = visit.registration.participant.language
    participant, mode = forms.read(visit.record.event, told, own, languages, known)
    return Submission(participant, mode)


@router.get("/manage/<token>/substitute")
@_behind_link
def show_substitute(visit: Visit) -> Response[str]:
    """The form for the name and the address of a colleague."""
    return visit.page("substitute", values={})


@router.post("/manage/<token>/substitute")
@_behind_link
def send_substitute(visit: Visit) -> Response[str]:
    """Pass the seat on to a colleague."""
    values = form_of(router.current_event, COLLEAGUE | {SWITCH}, MAX_COLLEAGUE)
    if SWITCH in values:
        return visit.page("substitute", values=values)
    name, address = values.get("name", ""), values.get("email", "")
    try:
        taker = managing.substitute(wiring().desk, visit.record, visit.registration, name, address, visit.now)
    except (InvalidInput, Refused) as wrong:
        return visit.page("substitute", wrong, values=values)
    facts: dict[str, Any] = {"name": taker.participant.name, "mode": taker.mode.value}
    return tell("substituted", visit.language, visit.record, **facts)


@router.get("/manage/<token>/erase")
@_behind_link
def show_erase(visit: Visit) -> Response[str]:
    """What erasing deletes, with the button for it."""
    return visit.page("erase")


@router.post("/manage/<token>/erase")
@_behind_link
def erase_registration(visit: Visit) -> Response[str]:
    """Delete everything that is kept about the participant at this event."""
    return erase(visit)


def erase(visit: Visit) -> Response[str]:
    """Erase the registration, as its button asks for."""
    # It knows the groups of a dialogue, which other pages need not wait for.
    from ... import erasing

    visit.press()
    erasing.erase(wiring().desk, visit.record, visit.registration, visit.now)
    return tell("erased", visit.language, visit.record)


@router.get("/manage/<token>/data.json")
@_behind_link
def download_data(visit: Visit) -> Response[str]:
    """The participant's own data, to take away."""
    return data_of(visit)


def data_of(visit: Visit) -> Response[str]:
    """The own data as a file."""
    data = own_data(wiring().desk, visit.record, visit.registration)
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return download(text, "application/json", f"{visit.record.event.id}.json")


@router.get("/manage/<token>/event.ics")
@_behind_link
def download_event(visit: Visit) -> Response[str]:
    """The event for the participant's calendar."""
    return calendar_file(visit.record, visit.registration)
