"""The organisers' pages in every state, by a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.browser.pages import JOINING, OVER, WHOLE, Page, ada
from tests.browser.world import Visit, World
from tests.people import registered
from tests.visiting import NOW

from kallelse import entering, managing
from kallelse.handlers.organiser.visiting import COOKIE
from kallelse.models import Grant, Role

VIEWER = Grant(role=Role.VIEWER)


def looking(world: World, *grants: Grant, at: datetime = NOW) -> str:
    """The cookie of an organiser who has just come in."""
    entrance = entering.invite(world.desk, "ada", grants, None, at)
    return f"{COOKIE}={entering.enter(world.desk, entrance, at)[0]}"


def organiser(part: str = "", at: datetime = NOW, **event: Any) -> Page:
    """A page of an event, one of whose people has cancelled, for its organisers."""

    def page(world: World, language: str) -> Visit:
        record = world.event(**event)
        registration = ada(world, language, record)
        registered(world.desk, record, "Bo")
        managing.cancel(world.desk, record, registered(world.desk, record, "Cia"), NOW)
        path = f"/organiser/events/{record.event.id}{part.format(registration=registration.id)}"
        return Visit(path, at=at, cookie=looking(world, VIEWER, at=at))

    return page


def organiser_page(path: str, status: int = 200, *grants: Grant) -> Page:
    def page(world: World, language: str) -> Visit:
        world.event()
        return Visit(path, status=status, cookie=looking(world, *grants))

    return page


def entrance(world: World, language: str) -> Visit:
    return Visit(f"/organiser/enter/{entering.invite(world.desk, 'ada', (VIEWER,), None, NOW)}")


ORGANISERS: dict[str, Page] = {
    "organiser, entrance": entrance,
    "organiser, events": organiser_page("/organiser", 200, VIEWER),
    "organiser, registrations": organiser(**WHOLE),
    "organiser, nobody found": organiser("?text=nobody"),
    "organiser, registration": organiser("/registrations/{registration}", **WHOLE),
    "organiser, figures": organiser("/figures", OVER, **WHOLE),
    "organiser, today": organiser("/today", JOINING),
    "organiser, interface": organiser_page("/organiser/api", 200, VIEWER),
    "organiser, error: no session": lambda _, language: Visit("/organiser", status=401),
    "organiser, error: nothing granted": organiser_page("/organiser", 403),
    "organiser, error: no such event": organiser_page("/organiser/events/nowhere", 404, VIEWER),
}
