"""The page of an event, and registering for it."""

from __future__ import annotations

from typing import Any

from ... import checking, forms, proving
from ...addresses import near_miss
from ...drafting import shown
from ...errors import (
    EventFull,
    EventNotFound,
    FieldError,
    FormRefused,
    FormTooFast,
    FormTrapped,
    InvalidInput,
    KallelseError,
    Refused,
)
from ...gateway import Response, Router
from ...http import answers_of, framed, status_of
from ...models import Event, EventRecord, Purpose, RegistrationState
from ...registering import Answer, Submission, register
from ...sharing import of_event
from ...structuring import event_address
from ...touring import look
from . import guard
from .counting import count_refused, count_registered
from .guard import Values, one
from .telling import facts_of, refused, tell, tour_of
from .wiring import base_url, event_page, known, wiring

INSISTED = "email_checked"
"""The field with the address that the visitor says is right, although it looks mistyped."""

OWN_FIELDS = guard.GUARD_FIELDS | {INSISTED}

MAX_OWN_FIELDS = 4_000
"""Bytes; the stamp takes 120, the address at most 12 for each of its 254 characters."""

router = Router()


@router.get("/events/<event_id>/<language>")
def show_event(event_id: str, language: str) -> Response[str]:
    """The event and its form."""
    record = shown(wiring().desk, event_id)
    page = _form_page("event", known(language), record, {"language": [language]})
    return guard.keep(page, router.current_event)


@router.get("/events/<event_id>/<language>/embed")
def show_embedded(event_id: str, language: str) -> Response[str]:
    """The form by itself, for a frame on the pages of those that the event lets have it."""
    record = _embeddable(event_id)
    page = _form_page("embed", known(language), record, {"language": [language]})
    return guard.keep(framed(page, record.event.embed), router.current_event)


def _embeddable(event_id: str) -> EventRecord:
    record = shown(wiring().desk, event_id)
    if not record.event.embed:
        raise EventNotFound("the form of this event is shown on its own page only")
    return record


def _form_page(
    name: str,
    language: str,
    record: EventRecord,
    values: Values,
    wrong: KallelseError | None = None,
    proof: str = "",
) -> Response[str]:
    """The event with its form: ``values`` in it, what is ``wrong`` above it, ``proof`` as its stamp.

    ``name``: of the page, ``event`` or ``embed``.
    """
    event, now, languages = record.event, wiring().now(), wiring().renderer.languages()
    kinds, stop, tour = event.admission.organisation_kinds, look(wiring().desk, record, now), tour_of(event)
    base = base_url(router.current_event)
    about: dict[str, Any] = {
        "suggestions": wiring().organisations().suggestions(kinds, language),
        "stop": stop,
        "phase": "full" if stop.standing == "full" else stop.phase,
        "values": values,
        "problems": wrong.problems if isinstance(wrong, InvalidInput) else (),
        "resend": resend(wrong),
        "proof": proof or proving.issue(record, now),
        "tour": tour,
    }
    about |= _head(name, language, record)
    if name == "event":
        about["sharing"] = of_event(base, record, tour, language, languages, stop.phase)
    if wrong is None:
        return event_page(name, language, record, **about)
    return event_page(name, language, record, status_of(wrong), **about)


def _head(name: str, language: str, record: EventRecord) -> dict[str, Any]:
    """What a page needs to be shown in a frame, if it is ``embed`` or the answer to its form."""
    if name == "event":
        return {}
    address = event_address(base_url(router.current_event), record.event.id, language)
    return {"embedded": True, "canonical": address}


def resend(wrong: KallelseError | None) -> str:
    """Why the form is to be sent again as it is, in a word of the template; empty if it is not."""
    if not isinstance(wrong, FormRefused):
        return ""
    return "too-fast" if isinstance(wrong, FormTooFast) else "too-old"


@router.post("/events/<event_id>/<language>")
def switch_language(event_id: str, language: str) -> Response[str]:
    """The form in another language, with what was written in it. Changes nothing."""
    record = shown(wiring().desk, event_id)
    values = _values(record.event)
    return _form_page("event", known(language), record, values, proof=one(values, "proof"))


@router.post("/events/<event_id>/<language>/registrations")
def submit_registration(event_id: str, language: str) -> Response[str]:
    """Register who filled in the form."""
    language = known(language)
    with guard.ahead(event_id, router.current_event):
        return _submitted("event", language, shown(wiring().desk, event_id))


@router.post("/events/<event_id>/<language>/embed")
def submit_embedded(event_id: str, language: str) -> Response[str]:
    """Register who filled in the form in a frame."""
    with guard.ahead(event_id, router.current_event):
        record = _embeddable(event_id)
        return framed(_submitted("embed", known(language), record), record.event.embed)


def _submitted(name: str, language: str, record: EventRecord) -> Response[str]:
    """The answer to the form of a page, ``event`` or ``embed``."""
    values, head = _values(record.event), _head(name, language, record)
    if guard.SWITCH in values:
        return _form_page(name, language, record, values, proof=one(values, "proof"))
    try:
        answer, submission = _register(language, record, values)
    except FormTrapped as trapped:
        return tell("refused", language, record, status_of(trapped), reason="trapped", **head)
    except FormRefused as wrong:
        return _form_page(name, language, record, values, wrong)
    except InvalidInput as wrong:
        # The stamp is good, and a slip of the pen is mended in less time than a new one asks for.
        return _form_page(name, language, record, values, wrong, values["proof"][0])
    except EventFull as refusal:
        count_refused()
        return refused(language, record, refusal, elsewhere=True, **head)
    except Refused as refusal:
        count_refused()
        return refused(language, record, refusal, **head)
    waits = answer.state is RegistrationState.WAITING
    facts = facts_of(answer) | {"email": submission.participant.email, "mode": submission.mode.value} | head
    page = tell("registered", language, record, elsewhere=waits, **facts)
    return _with_link(page, record, submission)


def _with_link(page: Response[str], record: EventRecord, submission: Submission) -> Response[str]:
    """The page, with the marked participant's link to change the registration (RFC 8288, RFC 5023 §11.1)."""
    secret = checking.link(wiring().desk, record, submission.participant.email)
    if secret:
        page.headers["Link"] = f'</{Purpose.MANAGE}/{secret}>; rel="edit"'
    return page


def _values(event: Event) -> Values:
    fields = forms.fields_of(event) | OWN_FIELDS
    limit = forms.longest(event) + MAX_OWN_FIELDS
    return answers_of(router.current_event, fields, forms.repeated_of(event), limit)


def _register(language: str, record: EventRecord, values: Values) -> tuple[Answer, Submission]:
    """Register, counting the visitor's network. Raises FormRefused, InvalidInput or Refused."""
    nonce = guard.check(record, values, router.current_event)
    submission = submission_in(language, record.event, values, nonce)
    answer = register(wiring().desk, record, submission, wiring().now())
    guard.count(record, router.current_event)
    count_registered(record.event, answer)
    return answer, submission


def submission_in(language: str, event: Event, values: Values, nonce: str) -> Submission:
    """What the form says. Raises InvalidInput."""
    languages = wiring().renderer.languages()
    participant, mode = forms.read(event, values, language, languages, wiring().organisations())
    meant = near_miss(event, participant.email)
    if meant and one(values, INSISTED) != one(values, "email"):
        raise InvalidInput(FieldError("email", "near-miss", meant))
    return Submission(participant, mode, nonce)
