"""The flows that are broken off at every call: what comes before each, what it does, and what it owes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulation.checks import CONFIRMED, WAITING, Owed
from tests.simulation.steps import (
    CANCELLED,
    JOIN_LINKS,
    LINKS,
    NOW,
    OVER,
    TWO_MODES,
    Step,
    a_discussed_event,
    a_seat_given_back,
    a_summary_approved,
    a_summary_approved_for_a_webhook,
    a_summary_in_review,
    a_summary_published,
    a_tour,
    approve,
    archive,
    cancel,
    cancel_by_hand,
    cancel_the_event,
    deliveries_due,
    dispatch,
    duplicate,
    edit_by_hand,
    erase,
    fed_back,
    feedback_is_heeded,
    hand_in,
    hand_in_corrected,
    is_at_the_stop,
    is_duplicated,
    is_edited,
    is_first_in_line,
    is_handed_in,
    is_published,
    is_there,
    mails_due,
    move_by_hand,
    move_to_stop,
    nothing_is_left_of_ada,
    peopled,
    promote,
    publish,
    publish_the_draft,
    register_by_hand,
    reschedule,
    send,
    send_the_form,
    to_be_told,
)
from tests.simulation.world import (
    World,
    bring_feedback,
    notify,
)

from kallelse.models import MailKind, Mode, RegistrationState


@dataclass(frozen=True)
class Flow:
    """Something that is begun at ``now`` in the world that ``prepare`` gives.

    ``happened``: whether it did, as a whole; what then must be: ``states``, and ``owed`` mails.
    ``again``: how a person does the same once more; None when the clock or a queue brings it again.
    ``newcomer``: whether to try also what happens when a newcomer comes before the sweep.
    ``leaving``: who gives up a seat; ``erased``: of whom nothing may be left; ``ahead``: who may pass others
    by an organiser's word.
    """

    prepare: Callable[[], World]
    run: Step
    happened: Callable[[World], bool]
    again: Step | None = None
    states: Mapping[str, RegistrationState] = field(default_factory=dict)
    owed: Owed = frozenset()
    now: datetime = NOW
    newcomer: bool = False
    leaving: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    ahead: frozenset[str] = frozenset()


LINKED = frozenset((name, MailKind.JOIN_LINK) for name in ("Ada", "Bo"))
PROMOTED = frozenset({("Bo", MailKind.PROMOTED)})
SUMMED_UP = frozenset((name, MailKind.SUMMARY) for name in ("Ada", "arkiv"))


def clockwork(prepare: Callable[[], World], run: Step, owed: Owed, now: datetime) -> Flow:
    """A flow that the clock brings again until it has happened."""
    return Flow(prepare, run, lambda _: True, owed=owed, now=now)


MAILER = clockwork(mails_due, send, {("Ada", MailKind.JOIN_LINK), ("Eva", MailKind.WAITING)}, LINKS)

FLOWS = {
    "register: a seat": Flow(
        lambda: peopled("Ada", "Bo", seats=3, seats_per_organisation=4),
        send_the_form, is_there("Eva"), send_the_form, newcomer=True,
    ),
    "register: the waiting list": Flow(
        lambda: peopled("Ada", "Bo"), send_the_form, is_there("Eva"), send_the_form,
        {"Eva": WAITING}, newcomer=True,
    ),
    "register: an address to confirm": Flow(
        lambda: peopled("Ada", "Bo", seats=4, address_confirmation="PT1H", offer="PT1H"),
        send_the_form, is_there("Eva"), send_the_form, newcomer=True,
    ),
    "cancel": Flow(
        lambda: peopled("Ada", "Bo", "Cia", "Dan", seats_per_organisation=4),
        cancel, lambda world: world.one("Ada").state is CANCELLED, cancel,
        {"Cia": CONFIRMED, "Dan": WAITING}, newcomer=True, leaving=frozenset({"Ada"}),
    ),
    "erase": Flow(
        lambda: peopled("Ada", "Bo", "Cia", "Dan", seats_per_organisation=4),
        erase, nothing_is_left_of_ada, erase,
        {"Cia": CONFIRMED, "Dan": WAITING}, newcomer=True, leaving=frozenset({"Ada"}),
        erased=frozenset({"Ada"}),
    ),
    "promote: to a seat": Flow(
        a_seat_given_back, promote, lambda world: world.one("Dan").state is CONFIRMED, promote,
        {"Cia": WAITING}, leaving=frozenset({"Ada"}), ahead=frozenset({"Dan"}),
    ),
    "promote: to the first place": Flow(
        lambda: peopled("Ada", "Bo", "Cia", "Dan"), promote, is_first_in_line, promote, newcomer=True,
    ),
    "by hand: a seat": Flow(
        lambda: peopled("Ada", "Bo", seats=4, address_confirmation="PT1H", offer="PT1H"),
        register_by_hand, is_there("Eva"), register_by_hand, {"Eva": CONFIRMED}, newcomer=True,
    ),
    "by hand: the waiting list": Flow(
        lambda: peopled("Ada", "Bo"), register_by_hand, is_there("Eva"), register_by_hand,
        {"Eva": WAITING}, newcomer=True,
    ),
    "by hand: cancelling": Flow(
        lambda: peopled("Ada", "Bo", "Cia", "Dan"),
        cancel_by_hand, lambda world: world.one("Ada").state is CANCELLED, cancel_by_hand,
        {"Cia": CONFIRMED, "Dan": WAITING}, leaving=frozenset({"Ada"}),
    ),
    "by hand: editing": Flow(
        lambda: peopled("Ada", "Bo", seats_per_organisation=4), edit_by_hand, is_edited, edit_by_hand,
        {"Ada": CONFIRMED}, frozenset({("Ada", MailKind.CHANGED)}),
    ),
    "by hand: moving to another mode": Flow(
        lambda: peopled("Ada", "Bo", "Cia", "Dan", **TWO_MODES),
        move_by_hand, lambda world: world.one("Ada").mode is Mode.ON_SITE, move_by_hand,
        {"Ada": CONFIRMED, "Cia": CONFIRMED, "Dan": WAITING}, newcomer=True,
    ),
    "by hand: moving to another stop": Flow(
        a_tour, move_to_stop, is_at_the_stop, move_to_stop,
        {"Ada": CANCELLED, "Cia": CONFIRMED, "Dan": WAITING}, leaving=frozenset({"Ada"}),
    ),
    "dispatch": clockwork(lambda: peopled("Ada", "Bo", "Cia", **JOIN_LINKS), dispatch, LINKED, LINKS),
    "mailer": MAILER,
    "mailer: summaries": clockwork(a_summary_published, send, SUMMED_UP, NOW),
    "feedback": Flow(fed_back, bring_feedback, feedback_is_heeded, owed=LINKED, now=LINKS),
    "reschedule": Flow(
        lambda: peopled("Ada", "Bo", "Cia"), reschedule,
        lambda world: world.event.starts.day == 17, reschedule, {"Cia": CONFIRMED},
        frozenset((name, MailKind.EVENT_CHANGED) for name in ("Ada", "Bo")),
    ),
    "publish: a draft": Flow(
        lambda: peopled(draft=True), publish_the_draft,
        lambda world: not world.event.draft, publish_the_draft,
    ),
    "cancel: the event": Flow(
        lambda: peopled("Ada", "Bo", "Cia"), cancel_the_event,
        lambda world: world.event.cancelled, cancel_the_event, {"Cia": WAITING},
        frozenset((name, MailKind.EVENT_CANCELLED) for name in ("Ada", "Bo", "Cia")),
    ),
    "archive": Flow(
        lambda: peopled("Ada", "Bo"), archive,
        lambda world: world.record.archived_at is not None, archive, now=OVER,
    ),
    "duplicate": Flow(lambda: peopled("Ada"), duplicate, is_duplicated, duplicate),
    "publish: handing in": Flow(a_discussed_event, hand_in, is_handed_in, hand_in),
    "publish: handing in a corrected text": Flow(
        a_discussed_event, hand_in, is_handed_in, hand_in_corrected
    ),
    "publish: approving": Flow(a_summary_in_review, approve, is_published, approve, owed=SUMMED_UP),
    "publish": Flow(a_summary_approved, publish, is_published, owed=SUMMED_UP),
    "notify: dispatching": Flow(
        to_be_told, dispatch, lambda _: True, owed=PROMOTED, leaving=frozenset({"Ada"})
    ),
    "notify: delivering": Flow(
        deliveries_due, notify, lambda _: True, owed=PROMOTED, leaving=frozenset({"Ada"})
    ),
    "notify: publishing": Flow(
        a_summary_approved_for_a_webhook, publish, is_published, owed=SUMMED_UP
    ),
}  # fmt: skip
"""The flows by name."""
