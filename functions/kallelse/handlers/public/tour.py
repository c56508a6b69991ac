"""The page of a tour, and registering for several of its stops with one form where the series lets one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from ... import forms, proving
from ...distributing import summaries_of_stops
from ...errors import (
    FieldError,
    FormRefused,
    FormTrapped,
    InvalidInput,
    KallelseError,
    Refused,
    RegistrationClosed,
)
from ...gateway import Response, Router
from ...http import answers_of, form_of, page, status_of
from ...models import Event, EventRecord, RegistrationState, TourRecord
from ...registering import Answer, Submission, register
from ...sharing import of_tour
from ...touring import StopNow, bookable, shown_tour, tour_named
from . import guard
from .counting import count_refused, count_registered
from .event import MAX_OWN_FIELDS, OWN_FIELDS, resend, submission_in
from .guard import Values, nonce_of
from .telling import MAX_TOLD, TOLD
from .wiring import REASONS, base_url, documents, known, source_of, switch, wiring

CHOSEN = "stops"
"""The checkboxes of the stops."""

MAX_CHOSEN = 20 * (62 + len(CHOSEN) + 2)
"""Bytes; a series has at most 20 stops, and their ids, of at most 62 characters, are sent as they are."""

router = Router()


@dataclass(frozen=True)
class Outcome:
    """What became of the form at one stop: an answer, or why it was refused."""

    event: Event
    answer: Answer | None = None
    reason: str | None = None


@router.get("/tours/<tour_id>/<language>")
def show_tour(tour_id: str, language: str) -> Response[str]:
    """All stops of the tour with their seats, and the form for several if there is one."""
    tour, stops = shown_tour(wiring().desk, tour_id, wiring().now())
    response = _page(known(language), tour, stops, {"language": [language]})
    return guard.keep(response, router.current_event)


def _page(
    language: str,
    tour: TourRecord,
    stops: list[StopNow],
    values: Values,
    wrong: KallelseError | None = None,
    proof: str = "",
) -> Response[str]:
    """The tour with its form: ``values`` in it, what is ``wrong`` above it, ``proof`` as its stamp."""
    offered = [] if tour.series.one_stop_each else bookable(stops)
    about: dict[str, Any] = {"stops": stops, "offered": offered, "event": None, "values": values}
    about |= {"problems": wrong.problems if isinstance(wrong, InvalidInput) else (), "resend": resend(wrong)}
    events = [stop.event for stop in stops]
    base, languages = base_url(router.current_event), wiring().renderer.languages()
    about["sharing"] = of_tour(base, tour, events, language, languages)
    if offered:
        event = offered[0].event
        kinds = event.admission.organisation_kinds
        about |= {"event": event, "suggestions": wiring().organisations().suggestions(kinds, language)}
        about["proof"] = proof or proving.issue(tour, wiring().now())
    return _rendered("tour", language, tour, status_of(wrong) if wrong else HTTPStatus.OK, **about)


def _rendered(
    name: str,
    language: str,
    tour: TourRecord,
    status: HTTPStatus = HTTPStatus.OK,
    **context: Any,
) -> Response[str]:
    visit = {"switch": switch(), "languages": wiring().renderer.languages(), "now": wiring().now()}
    return page(wiring().renderer.render(f"web/{name}.html", language, tour=tour, **visit | context), status)


@router.get("/tours/<tour_id>/<language>/summaries")
def show_summaries(tour_id: str, language: str) -> Response[str]:
    """The published summaries of the stops that show theirs, for everybody."""
    language, tour = known(language), tour_named(wiring().desk, tour_id)
    stops = [
        (record.event, summary, documents().get(summary.source_key) if summary else None)
        for record, summary in summaries_of_stops(wiring().desk, tour, language)
    ]
    return _rendered("tour-summaries", language, tour, stops=stops, event=None)


@router.post("/tours/<tour_id>/<language>")
def switch_language(tour_id: str, language: str) -> Response[str]:
    """The page in another language, with what was written in its form. Changes nothing."""
    tour, stops = shown_tour(wiring().desk, tour_id, wiring().now())
    offered = [] if tour.series.one_stop_each else bookable(stops)
    values = _values(offered[0].event) if offered else {}
    return _page(known(language), tour, stops, values, proof=guard.one(values, "proof"))


@router.post("/tours/<tour_id>/<language>/registrations")
def submit_registrations(tour_id: str, language: str) -> Response[str]:
    """Register who filled in the form at each of the chosen stops."""
    language, (tour, stops) = known(language), shown_tour(wiring().desk, tour_id, wiring().now())
    offered = [] if tour.series.one_stop_each else bookable(stops)
    if not offered:
        wrong = RegistrationClosed("no stop can be registered for by this form")
        return _page(language, tour, stops, {}, wrong)
    values = _values(offered[0].event)
    if guard.SWITCH in values:
        return _page(language, tour, stops, values, proof=guard.one(values, "proof"))
    try:
        outcomes = _register(language, tour, offered, values)
    except FormTrapped as trapped:
        return _tell(language, tour, status_of(trapped), "", [])
    except FormRefused as wrong:
        return _page(language, tour, stops, values, wrong)
    except InvalidInput as wrong:
        return _page(language, tour, stops, values, wrong, values["proof"][0])
    told = [_sealable(each) for each in outcomes]
    return _tell(language, tour, HTTPStatus.OK, values["email"][0].strip(), told)


def _sealable(outcome: Outcome) -> list[Any]:
    answer = outcome.answer
    until = answer.until.isoformat() if answer and answer.until else None
    return [outcome.event.id, answer and [answer.state.value, answer.place, until], outcome.reason]


def _outcome(event_id: str, told: list[Any] | None, reason: str | None) -> Outcome:
    event = wiring().desk.events.get(event_id).event
    if told is None:
        return Outcome(event, reason=reason)
    state, place, until = told
    return Outcome(event, Answer(RegistrationState(state), place, until and datetime.fromisoformat(until)))


def _tell(
    language: str, tour: TourRecord, status: HTTPStatus, address: str, told: list[list[Any]]
) -> Response[str]:
    """What became of the form, signed so that it can be told again in another language."""
    path, languages = f"/tours/{tour.series.id}", wiring().renderer.languages()
    context: dict[str, Any] = {
        "switch": [(each, f"{path}/{each}/told") for each in languages],
        "sealed": proving.seal(tour, [status, address, told]),
        "outcomes": [_outcome(*each) for each in told],
        "address": address,
    }
    return _rendered("tour-registered", language, tour, status, **context)


@router.post("/tours/<tour_id>/<language>/told")
def tell_again(tour_id: str, language: str) -> Response[str]:
    """What was told already, in another language. Changes nothing."""
    tour = tour_named(wiring().desk, tour_id)
    values = form_of(router.current_event, frozenset({TOLD, guard.SWITCH}), MAX_TOLD)
    return _tell(known(language), tour, *proving.unseal(tour, values.get(TOLD, "")))


def _values(event: Event) -> Values:
    fields = forms.fields_of(event) | OWN_FIELDS | {CHOSEN}
    limit = forms.longest(event) + MAX_OWN_FIELDS + MAX_CHOSEN
    return answers_of(router.current_event, fields, forms.repeated_of(event) | {CHOSEN}, limit)


def _register(language: str, tour: TourRecord, offered: list[StopNow], values: Values) -> list[Outcome]:
    """Register at each chosen stop. Raises FormRefused or InvalidInput before it does at any."""
    nonce = nonce_of(tour, values)
    chosen, problems = _chosen(offered, values)
    # Without any, what else is wrong is told by the form of the first, which asks the same.
    records = chosen or [offered[0].record]
    try:
        submissions = [submission_in(language, record.event, values, nonce) for record in records]
    except InvalidInput as wrong:
        raise InvalidInput(*problems, *wrong.problems) from wrong
    if problems:
        raise InvalidInput(*problems)
    return [_register_at(*each) for each in zip(records, submissions, strict=True)]


def _chosen(offered: list[StopNow], values: Values) -> tuple[list[EventRecord], list[FieldError]]:
    ids = values.get(CHOSEN, [])
    chosen = [stop.record for stop in offered if stop.event.id in ids]
    if len(chosen) < len(set(ids)):
        return chosen, [FieldError(CHOSEN, "not-a-choice", "choose stops that are open")]
    return chosen, [] if chosen else [FieldError(CHOSEN, "missing", "choose at least one stop")]


def _register_at(record: EventRecord, submission: Submission) -> Outcome:
    """What becomes of the form at one stop, whatever became of it at the others."""
    desk, tally, now = wiring().desk, wiring().tally, wiring().now()
    source = source_of(router.current_event)
    try:
        tally.check(desk, record.event.id, source, now)
        answer = register(desk, record, submission, now)
    except Refused as refusal:
        count_refused()
        return Outcome(record.event, reason=REASONS.get(type(refusal), "again"))
    tally.add(desk, record.event.id, source, now)
    count_registered(record.event, answer)
    return Outcome(record.event, answer)
