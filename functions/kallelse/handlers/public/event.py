"""The page of an event, and registering for it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from ... import forms, proving
from ...addresses import near_miss
from ...drafting import shown
from ...errors import (
    EventFull,
    FieldError,
    FormRefused,
    FormTooFast,
    FormTrapped,
    InvalidInput,
    KallelseError,
    Refused,
)
from ...http import answers_of, status_of
from ...models import Event, EventRecord, RegistrationState, TourRecord
from ...registering import Answer, Submission, phase, register
from ...touring import with_seats
from . import guard
from .guard import Values, one
from .wiring import event_page, known, refused, wiring

INSISTED = "email_checked"
"""The field with the address that the visitor says is right, although it looks mistyped."""

OWN_FIELDS = guard.GUARD_FIELDS | {INSISTED}

MAX_OWN_FIELDS = 4_000
"""Bytes; the stamp takes 120, the address at most 12 for each of its 254 characters."""

router = Router()  # type: ignore[no-untyped-call]


@router.get("/events/<event_id>/<language>")
def show_event(event_id: str, language: str) -> Response[str]:
    """The event and its form."""
    record = shown(wiring().desk, event_id)
    return _form_page(known(language), record, {"language": [language]})


def _form_page(
    language: str, record: EventRecord, values: Values, wrong: KallelseError | None = None, proof: str = ""
) -> Response[str]:
    """The event with its form: ``values`` in it, what is ``wrong`` above it, ``proof`` as its stamp."""
    event, now, languages = record.event, wiring().now(), wiring().renderer.languages()
    kinds = event.admission.organisation_kinds
    about: dict[str, Any] = {
        "switch": [(each, f"/events/{event.id}/{each}") for each in languages],
        "languages": languages,
        "suggestions": wiring().organisations().suggestions(kinds, language),
        "phase": phase(event, now),
        "values": values,
        "problems": wrong.problems if isinstance(wrong, InvalidInput) else (),
        "resend": resend(wrong),
        "proof": proof or proving.issue(record, now),
        "tour": _tour(event),
    }
    if wrong is None:
        return event_page("event", language, record, **about)
    return event_page("event", language, record, status_of(wrong), **about)


def resend(wrong: KallelseError | None) -> str:
    """Why the form is to be sent again as it is, in a word of the template; empty if it is not."""
    if not isinstance(wrong, FormRefused):
        return ""
    return "too-fast" if isinstance(wrong, FormTooFast) else "too-old"


@router.post("/events/<event_id>/<language>/registrations")
def submit_registration(event_id: str, language: str) -> Response[str]:
    """Register who filled in the form."""
    record = shown(wiring().desk, event_id)
    values = _values(known(language), record.event)
    try:
        answer, submission = _register(language, record, values)
    except FormTrapped as trapped:
        return event_page("refused", language, record, status_of(trapped), reason="trapped", refusal=trapped)
    except FormRefused as wrong:
        return _form_page(language, record, values, wrong)
    except InvalidInput as wrong:
        # The stamp is good, and a slip of the pen is mended in less time than a new one asks for.
        return _form_page(language, record, values, wrong, values["proof"][0])
    except EventFull as refusal:
        return refused(language, record, refusal, **_other_stops(record))
    except Refused as refusal:
        return refused(language, record, refusal)
    about: dict[str, Any] = {"answer": answer, "submission": submission, "now": wiring().now()}
    if answer.state is RegistrationState.WAITING:
        about |= _other_stops(record)
    return event_page("registered", language, record, **about)


def _other_stops(record: EventRecord) -> dict[str, Any]:
    """The stops of the tour that have seats, for one who got none here."""
    tour = _tour(record.event)
    stops = with_seats(wiring().desk, tour, record.event, wiring().now()) if tour else []
    return {"other_stops": stops, "tour": tour} if stops else {}


def _tour(event: Event) -> TourRecord | None:
    """The tour of the event, once its series file was applied."""
    return wiring().desk.tours.find(event.tour.id) if event.tour else None


def _values(language: str, event: Event) -> Values:
    fields = forms.fields_of(event) | OWN_FIELDS
    limit = forms.longest(event) + MAX_OWN_FIELDS
    return answers_of(router.current_event, fields, forms.repeated_of(event), limit)


def _register(language: str, record: EventRecord, values: Values) -> tuple[Answer, Submission]:
    """Register, counting the visitor's network. Raises FormRefused, InvalidInput or Refused."""
    nonce = guard.check(record, values, router.current_event)
    submission = submission_in(language, record.event, values, nonce)
    answer = register(wiring().desk, record, submission, wiring().now())
    guard.count(record, router.current_event)
    return answer, submission


def submission_in(language: str, event: Event, values: Values, nonce: str) -> Submission:
    """What the form says. Raises InvalidInput."""
    languages = wiring().renderer.languages()
    participant, mode = forms.read(event, values, language, languages, wiring().organisations())
    meant = near_miss(event, participant.email)
    if meant and one(values, INSISTED) != one(values, "email"):
        raise InvalidInput(FieldError("email", "near-miss", meant))
    return Submission(participant, mode, nonce)
