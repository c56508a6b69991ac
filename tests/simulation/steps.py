"""What flows begin with and what they do: worlds, steps in them, and whether a step happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.conftest import an_event
from tests.guarantees import HOSTS, breaches, by_name, form
from tests.simulation.checks import CONFIRMED
from tests.simulation.world import (
    DAY,
    EVENT,
    MINUTE,
    START,
    World,
    follow_the_stream,
    publish_summaries,
)
from tests.tours import TOUR, toured

from kallelse import (
    assisting,
    dispatching,
    duplicating,
    editing,
    erasing,
    managing,
    reviewing,
    seating,
    staging,
    summarising,
)
from kallelse.feedback import FeedbackKind
from kallelse.models import Mail, MailKind, Mode, RegistrationState, SummaryState
from kallelse.seating import cancelled

NOW = START + timedelta(hours=2)
OVER = START + 28 * DAY
"""When the event is over."""

LINKS = START + 10 * DAY
"""When join links are due, while registration is still open."""

COPY = "kopia"
"""The id of the duplicate of the event."""

CANCELLED = RegistrationState.CANCELLED
TWO_MODES = {
    "seats": None, "modes": {"online": {"seats": 2}, "on-site": {"seats": 1, "place": {"sv": "Gatan 1"}}},
}  # fmt: skip
JOIN_LINKS = {"meeting": {"address": "https://webbseminarium.example/rum", "join_link": "2020-08-30T12:00"}}
BODY = {"id": "arkiv", "name": {"sv": "Arkivet"}, "address": "arkiv@example.org", "language": "sv"}
TEXT, CORRECTED = "Öppenhet *lönar* sig.", "Öppenhet *lönade* sig."

Step = Callable[[World, datetime], object]


def peopled(*names: str, **changes: Any) -> World:
    """A world in which these registered, in this order, and all their mails arrived."""
    return people_in(World.new(**changes), *names)


def people_in(world: World, *names: str) -> World:
    for number, name in enumerate(names):
        world.register(name, START + number * MINUTE)
    for minutes in (10, 20):
        world.minute(START + minutes * MINUTE)
    return world


def is_there(name: str) -> Callable[[World], bool]:
    return lambda world: any(
        each.participant.name == name for each in world.desk.registrations.of_event(EVENT)
    )


def send_the_form(world: World, now: datetime) -> None:
    world.register("Eva", now)


def cancel(world: World, now: datetime) -> None:
    managing.cancel(world.desk, world.record, world.one("Ada"), now)


def erase(world: World, now: datetime) -> None:
    known = {each.participant.name: each for each in world.desk.registrations.of_event(EVENT)}
    if "Ada" in known:
        erasing.erase(world.desk, world.record, known["Ada"], now)


def nothing_is_left_of_ada(world: World) -> bool:
    return not is_there("Ada")(world)


def promote(world: World, now: datetime) -> None:
    seating.promote(world.desk, world.record, world.one("Dan"), now)


def register_by_hand(world: World, now: datetime) -> None:
    submission = form("Eva", "Vasa")
    world.told["Eva"] = assisting.register(world.desk, world.record, submission, now).state


def cancel_by_hand(world: World, now: datetime) -> None:
    assisting.cancel(world.desk, world.record, world.one("Ada"), now)


def edit_by_hand(world: World, now: datetime) -> None:
    assisting.edit(world.desk, world.record, world.one("Ada"), form("Ada", "Åbo"), now)


def is_edited(world: World) -> bool:
    return world.one("Ada").participant.organisation == "Åbo"


def move_by_hand(world: World, now: datetime) -> None:
    assisting.move(world.desk, world.record, world.one("Ada"), Mode.ON_SITE, now)


def a_tour() -> World:
    world = peopled("Ada", "Bo", "Cia", "Dan", tour=TOUR)
    toured(world.desk)
    return world


def move_to_stop(world: World, now: datetime) -> None:
    stop = world.desk.events.get("abo")
    assisting.move_to_stop(world.desk, world.record, world.one("Ada"), stop, Mode.ONLINE, now)


def is_at_the_stop(world: World) -> bool:
    """Whether Ada is there; she must be at one of the stops, and have been told where."""
    there = by_name(world.desk, "abo").get("Ada")
    states = {world.one("Ada").state, there.state if there else CANCELLED}
    assert states == {CONFIRMED, CANCELLED}, states
    assert not breaches(world.desk, "abo", world.service.now)
    kinds = {mail.kind for mail in world.desk.mails.of_event("abo")}
    assert kinds == ({MailKind.CONFIRMED} if there else set())
    return there is not None


def a_seat_given_back() -> World:
    """Ada left, and the first in line has not been seated yet."""
    world = peopled("Ada", "Bo", "Cia", "Dan")
    ada = world.one("Ada")
    assert world.desk.registrations.store((ada, cancelled(ada, NOW, MailKind.CANCELLED)))
    world.desk.seats.release(EVENT, Mode.ONLINE, ada.block or 0, ada.holder, NOW)
    return world


def is_first_in_line(world: World) -> bool:
    first = world.desk.registrations.first_waiting(EVENT, Mode.ONLINE)
    return first is not None and first.participant.name == "Dan"


def dispatch(world: World, now: datetime) -> None:
    dispatching.tick(world.desk, now)


def mails_due() -> World:
    """The join link of Ada has its record; Eva, who has just come and waits, is to be told so."""
    world = peopled("Ada", seats=1, **JOIN_LINKS)
    dispatch(world, LINKS)
    world.register("Eva", LINKS)
    return world


def send(world: World, now: datetime) -> None:
    follow_the_stream(world, now)
    world.mailer(world, now)


def fed_back() -> World:
    """Three join links were taken: one is delivered, one bounces, and one is complained of."""
    world = peopled("Ada", "Bo", "Cia", seats=3, **JOIN_LINKS)
    dispatch(world, LINKS)
    world.service.delivers = False
    world.service.now = LINKS - DAY
    known = len(world.service.taken)
    send(world, LINKS)
    kinds = {"ada": FeedbackKind.DELIVERY, "bo": FeedbackKind.BOUNCE, "cia": FeedbackKind.COMPLAINT}
    for taken in world.service.taken[known:]:
        kind = kinds[taken.recipient.split("@")[0]]
        world.service.queue += [taken.told(each, LINKS - DAY) for each in (FeedbackKind.SEND, kind)]
    return world


def feedback_is_heeded(world: World) -> bool:
    suppressed = {
        name for name in ("ada", "bo", "cia") if world.desk.mails.is_suppressed(f"{name}@example.org")
    }
    states = {mail.state.value for mail in _mails(world, MailKind.JOIN_LINK)}
    return suppressed == {"bo", "cia"} and states == {"delivered", "bounced", "complained"}


def reschedule(world: World, now: datetime) -> None:
    event = an_event(starts="2020-09-17T13:00", ends="2020-09-17T15:45", seats=3)
    editing.apply(world.desk, event, HOSTS, now)


def publish_the_draft(world: World, now: datetime) -> None:
    staging.publish(world.desk, EVENT, now)


def cancel_the_event(world: World, now: datetime) -> None:
    staging.cancel(world.desk, EVENT, now)


def archive(world: World, now: datetime) -> None:
    staging.put_away(world.desk, EVENT, now)


def duplicate(world: World, now: datetime) -> None:
    duplicating.duplicate(world.desk, EVENT, COPY, datetime(2020, 11, 4, 13), now)


def is_duplicated(world: World) -> bool:
    """Whether there is a duplicate; whatever there is of it must be all of it."""
    copy = world.desk.events.find(COPY)
    assert copy is None or breaches(world.desk, COPY, NOW + DAY) == []
    assert [each.id for each in world.desk.events.listed(None, 9)] == [COPY, EVENT][copy is None :]
    return copy is not None


def a_discussed_event() -> World:
    return peopled("Ada", recipients=[BODY], summary_languages=["sv"])


def hand_in(world: World, now: datetime, text: str = TEXT) -> None:
    summarising.hand_in(world.desk, world.documents, world.record, "sv", text, "kansliet", now)


def hand_in_corrected(world: World, now: datetime) -> None:
    hand_in(world, now, CORRECTED)


def is_handed_in(world: World) -> bool:
    return world.desk.summaries.latest(EVENT, "sv") is not None


def a_summary_in_review() -> World:
    world = a_discussed_event()
    hand_in(world, NOW)
    move(world, SummaryState.IN_REVIEW, NOW)
    return world


def move(world: World, to: SummaryState, now: datetime) -> None:
    summary = reviewing.find(world.desk, EVENT, "sv", 1)
    if summary.state is not SummaryState.PUBLISHED:
        reviewing.move(world.desk, summary, to, "kansliet", now)


def approve(world: World, now: datetime) -> None:
    move(world, SummaryState.APPROVED, now)


def a_summary_approved() -> World:
    world = a_summary_in_review()
    approve(world, NOW)
    return world


def publish(world: World, now: datetime) -> None:
    publish_summaries(world, now)


def a_summary_published() -> World:
    world = a_summary_approved()
    publish(world, NOW)
    return world


def is_published(world: World) -> bool:
    latest = world.desk.summaries.latest(EVENT, "sv")
    return latest is not None and latest.state is SummaryState.PUBLISHED


def _mails(world: World, kind: MailKind) -> list[Mail]:
    return [mail for mail in world.desk.mails.of_event(EVENT) if mail.kind is kind]


def to_be_told() -> World:
    """Ada, of whose confirmation the receiver was told, left; Bo, who waited, has her seat."""
    world = people_in(World.hooked(seats=1), "Ada", "Bo")
    cancel(world, NOW)
    return world


def deliveries_due() -> World:
    world = to_be_told()
    dispatch(world, NOW)
    return world


def a_summary_approved_for_a_webhook() -> World:
    world = people_in(World.hooked(recipients=[BODY], summary_languages=["sv"]), "Ada")
    hand_in(world, NOW)
    move(world, SummaryState.IN_REVIEW, NOW)
    approve(world, NOW)
    return world
