"""The tables that organisers take away: what is in their columns, whatever the file's format.

A table has its cells twice over: ``rows`` for spreadsheets, under ``columns`` that keep their names,
and ``records`` for programs, which are the models' own fields. Both are made one by one as they are
written, so that a large event does not lie in memory several times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import TooFewAnswers
from .feedback import undeliverable
from .models import EventRecord, Mail, MailState, Registration, What
from .ports import Desk
from .retaining import figures_of
from .surveying import SHOWN_FROM, WRITTEN, survey_of

Cell = str | int | float | datetime | None
"""Text, a number, or an instant. A bool is written as the word true or false."""

INTERNAL = {"outbox", "nonce"}
"""Fields of a registration that tell organisers nothing."""


@dataclass(frozen=True)
class Table:
    """One table. ``rows`` and ``records`` can each be gone through once."""

    columns: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    records: Iterable[Mapping[str, Any]]


REGISTRATION = (
    "registration_id", "arrived_at", "state", "mode", "group",
    "name", "email", "organisation", "organisation_kind", "role", "language", "accessibility", "greeting",
)  # fmt: skip
"""The columns of registrations before those of the event's own questions, ``answers.<question>``."""

AFTERWARDS = ("joined_at", "undeliverable", "cancelled_at")
"""Those after them."""


def of_registrations(desk: Desk, record: EventRecord, listed: Sequence[Registration]) -> Table:
    """A table of these registrations of the event, in this order.

    ``group``: the dialogue group. ``undeliverable``: why mails do not reach the participant.
    """
    found = desk.groups.get(record.event.id)
    groups, unreached = found.places if found else {}, undeliverable(desk, record.event.id)
    questions = _questions(record, listed)
    return Table(
        columns=(*REGISTRATION, *(f"answers.{name}" for name in questions), *AFTERWARDS),
        rows=(_registration(each, groups.get(each.id), unreached, questions) for each in listed),
        records=(
            each.model_dump(mode="json", exclude=INTERNAL)
            | {"group": groups.get(each.id), "undeliverable": unreached.get(each.mailbox)}
            for each in listed
        ),
    )


def _questions(record: EventRecord, listed: Iterable[Registration]) -> list[str]:
    """The event's questions in its order, then those that it no longer asks and somebody answered."""
    asked = [each.id for each in record.event.form.questions]
    answered = {name for each in listed for name in each.participant.answers}
    return [*asked, *sorted(answered - set(asked))]


def _registration(
    each: Registration, group: str | None, unreached: Mapping[str, MailState], questions: Iterable[str]
) -> tuple[Cell, ...]:
    told = each.participant
    answers = (", ".join(told.answers[name]) if name in told.answers else None for name in questions)
    return (
        each.id, each.registered_at, each.state, each.mode, group,
        told.name, told.email, told.organisation, told.organisation_kind, told.role, told.language,
        told.accessibility, told.greeting,
        *answers,
        each.joined_at, unreached.get(each.mailbox), each.cancelled_at,
    )  # fmt: skip


MAIL = ("mail_id", "kind", "recipient", "version", "state", "stuck", "attempt", "created_at", "due_at")
"""The columns of mails; what each means is told at :class:`kallelse.models.Mail`."""


def of_mails(desk: Desk, record: EventRecord) -> Table:
    """A table of the event's mails and where each stands."""
    listed = desk.mails.of_event(record.event.id)
    return Table(
        columns=MAIL,
        rows=(_mail(each) for each in listed),
        records=({"id": each.id} | each.model_dump(mode="json") for each in listed),
    )


def _mail(each: Mail) -> tuple[Cell, ...]:
    return (
        each.id, each.kind, each.recipient, each.version, each.state, each.stuck, each.attempt,
        each.created_at, each.due_at,
    )  # fmt: skip


def of_survey(desk: Desk, record: EventRecord) -> Table:
    """A table of what was chosen in the survey, a row for each answer, in no order that tells anything.

    What was written freely is not in it, as it lies apart from the rest of each answer.
    Raises NotFound without a survey, TooFewAnswers when somebody might be recognised.
    """
    asked = [each.id for each in survey_of(record.event).questions if each.kind not in WRITTEN]
    chosen = desk.surveys.choices(record.event.id)
    if len(chosen) < SHOWN_FROM:
        raise TooFewAnswers(f"what was answered is shown from {SHOWN_FROM} answers on")
    return Table(
        columns=tuple(f"answers.{name}" for name in asked),
        rows=(tuple(", ".join(each[name]) if name in each else None for name in asked) for each in chosen),
        records=({name: each[name] for name in asked if name in each} for each in chosen),
    )


def of_figures(desk: Desk, record: EventRecord) -> Table:
    """A table of the event's figures, each under its path, such as ``seats.taken``."""
    told = figures_of(desk, record).model_dump(mode="json")
    return Table(columns=("figure", "value"), rows=_flat("", told), records=[told])


def _flat(path: str, value: Any) -> Iterator[tuple[Cell, ...]]:
    """Everything within the value that is one figure, with its path."""
    parts = value if isinstance(value, dict) else dict(enumerate(value)) if isinstance(value, list) else None
    if parts is None:
        yield path, value
        return
    for name, part in parts.items():
        yield from _flat(f"{path}.{name}" if path else str(name), part)


OTHERS = {What.MAILS: of_mails, What.SURVEY: of_survey, What.FIGURES: of_figures}
"""How the tables are made that are not of registrations."""
