"""What must hold once a sweep has followed whatever went wrong: each breach in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from datetime import datetime

from tests.guarantees import breaches, by_name
from tests.simulation.world import EVENT, World

from kallelse.mailing import RESENT_ONCE
from kallelse.models import (
    Mail,
    MailKind,
    MailState,
    Registration,
    RegistrationState,
    Summary,
    SummaryState,
)

CONFIRMED, WAITING = RegistrationState.CONFIRMED, RegistrationState.WAITING

TERMINAL = frozenset(
    {
        MailState.DELIVERED,
        MailState.BOUNCED,
        MailState.COMPLAINED,
        MailState.SUPPRESSED,
        MailState.FAILED,
    }
)

TELLS = {
    RegistrationState.UNCONFIRMED: {MailKind.CONFIRM_ADDRESS},
    RegistrationState.CONFIRMED: {MailKind.CONFIRMED},
    RegistrationState.WAITING: {MailKind.WAITING},
    RegistrationState.OFFERED: {MailKind.OFFERED},
    # One who never confirmed the address is told nothing more.
    RegistrationState.CANCELLED: {MailKind.CANCELLED, MailKind.LAPSED, MailKind.CONFIRM_ADDRESS},
}
"""The mails of which one must have been sent to a registration in a state."""

Owed = Set[tuple[str, MailKind]]
"""Mails that a flow calls for beside those: to whom (a name, or the id of a body) and of which kind."""


def lost_and_overtaken(
    world: World,
    leaving: Set[str] = frozenset(),
    ahead: Set[str] = frozenset(),
    erased: Set[str] = frozenset(),
) -> list[str]:
    """Who was told something that did not come to be. ``ahead``: who may pass by an organiser's word.
    ``erased``: of whom nothing may be left.
    """
    people = by_name(world.desk, EVENT)
    found = [
        f"{name} was told {told} and is not there"
        for name, told in world.told.items()
        if name not in people and name not in erased
    ]
    still = {name: people[name].state for name in world.told if name in people and name not in leaving}
    found += [
        f"{name} was told {world.told[name]} and is {state}"
        for name, state in still.items()
        if state not in (CONFIRMED, world.told[name]) and world.told[name] in (CONFIRMED, WAITING)
    ]
    waiting = [name for name, state in still.items() if state is WAITING]
    passing = [name for name, state in still.items() if state is CONFIRMED and name not in ahead]
    order = list(world.told)
    return found + [
        f"{late} overtook {early}"
        for early in waiting
        for late in passing
        if order.index(late) > order.index(early)
    ]


def ambiguous(world: World) -> frozenset[str]:
    """The mails that were taken at this moment while their record does not tell it."""
    taken = {each.mail_id for each in world.service.taken}
    unsure = (MailState.PENDING, MailState.SENDING, MailState.UNKNOWN)
    mails = world.desk.mails.of_event(EVENT)
    return frozenset(mail.id for mail in mails if mail.id in taken and mail.state in unsure)


def mail_troubles(world: World, owed: Owed, doubtful: Set[str]) -> list[str]:
    """Mails doubled or missing, and records that nobody looks at. ``doubtful``: may come once more."""
    mails = world.desk.mails.of_event(EVENT)
    return _doubled(world, mails, doubtful) + _missing(world, mails, owed) + _open(mails)


def _doubled(world: World, mails: list[Mail], doubtful: Set[str]) -> list[str]:
    attempts = Counter((each.mail_id, each.attempt) for each in world.service.taken)
    found = [
        f"one attempt was taken {number} times: {which}" for which, number in attempts.items() if number > 1
    ]
    times = Counter(each.mail_id for each in world.service.taken)
    again = {mail.id for mail in mails if mail.id in doubtful and mail.kind in RESENT_ONCE}
    return found + [
        f"doubled: {mail_id} was taken {number} times"
        for mail_id, number in times.items()
        if number > 1 + (mail_id in again)
    ]


def _missing(world: World, mails: list[Mail], owed: Owed) -> list[str]:
    reached = {each.mail_id for each in world.service.taken} | {mail.id for mail in mails if mail.stuck}
    got: dict[str, set[MailKind]] = {}
    for mail in mails:
        if mail.id in reached:
            got.setdefault(mail.recipient, set()).add(mail.kind)
    people = by_name(world.desk, EVENT)
    found = [
        f"missing: {name}, who is {each.state}, got {got.get(each.mailbox)}"
        for name, each in people.items()
        if not _tells(world, name, each) & got.get(each.mailbox, set())
    ]
    boxes = {name: each.mailbox for name, each in people.items()}
    return found + [
        f"missing: {kind} to {name}"
        for name, kind in owed
        if kind not in got.get(boxes.get(name, f"b-{name}"), set())
    ]


def _tells(world: World, name: str, registration: Registration) -> set[MailKind]:
    told = world.told.get(name)
    promoted = {MailKind.PROMOTED}
    if registration.state is not CONFIRMED or told is CONFIRMED:
        return TELLS[registration.state]
    # One who broke off may not have been told whether there was a seat.
    return promoted if told is WAITING else promoted | TELLS[CONFIRMED]


def _open(mails: list[Mail]) -> list[str]:
    return [
        f"open: {mail.id} stays {mail.state} and nobody is alarmed"
        for mail in mails
        if mail.state not in TERMINAL and not mail.stuck
    ]


def webhook_troubles(world: World) -> list[str]:
    """What the receiver of the webhook was not told of, and what it would never be."""
    if not world.event.webhooks:
        return []
    wanted = {f"summary-published_sv_{each.version}" for each in _published(world)}
    for each in world.desk.registrations.of_event(EVENT):
        if each.state is CONFIRMED or each.confirmed_at:
            wanted.add(f"registration-confirmed_{each.id}_{each.serial}")
        if each.state is RegistrationState.CANCELLED and each.confirmed_at:
            wanted.add(f"registration-cancelled_{each.id}_{each.serial}")
    brought = {each.removeprefix(f"{EVENT}_diariet_") for each in world.brought}
    found = [f"not told: {each}" for each in wanted - brought]
    found += [f"told without reason: {each}" for each in brought - wanted]
    open_ones = [each for each in world.desk.deliveries.of_event(EVENT) if each.due_at]
    return found + [f"open: {each.id} stays {each.state}" for each in open_ones]


def _published(world: World) -> list[Summary]:
    versions = world.desk.summaries.of_event(EVENT)
    return [each for each in versions if each.state is SummaryState.PUBLISHED]


def seat_troubles(world: World, now: datetime) -> list[str]:
    """What does not hold of seats and of the line."""
    return breaches(world.desk, EVENT, now)
