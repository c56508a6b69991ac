"""One person at all events: finding, taking the data out, and erasing. The address is never in a URL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from pydantic import EmailStr, model_validator

from ... import erasing, exporting
from ...errors import NotFound
from ...models import Model, Role, Slug
from ...ports import Desk
from .routing import Call, route
from .wiring import wiring


class _Registration(Model):
    """A registration, as organisers know it."""

    event_id: Slug
    registration_id: str


class _Person(Model):
    """Who is meant: by the address, or by one of the registrations. Exactly one of them."""

    address: EmailStr | None = None
    registration: _Registration | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if bool(self.address) == bool(self.registration):
            raise ValueError("give either address or registration")
        return self

    def address_at(self, desk: Desk) -> str:
        """The address. Raises NotFound when there is no such registration."""
        if self.address:
            return self.address
        assert self.registration is not None  # noqa: S101 - for the type checker # nosec B101
        found = desk.registrations.find(self.registration.event_id, self.registration.registration_id)
        if found is None:
            raise NotFound("there is no such registration")
        return found.participant.email


@route("POST", "/admin/people/find", needs=Role.ADMINISTRATOR, kept=False)
def find_person(body: _Person, call: Call) -> dict[str, Any]:
    """At which events a person is registered, and whether the address is never to be written to."""
    return _looked_up(exporting.where, body, call)


@route("POST", "/admin/people/export", needs=Role.ADMINISTRATOR, kept=False)
def export_person(body: _Person, call: Call) -> dict[str, Any]:
    """Everything that is kept about a person, for the person to have."""
    return _looked_up(exporting.of_person, body, call)


def _looked_up(look: Callable[[Desk, str], dict[str, Any]], body: _Person, call: Call) -> dict[str, Any]:
    """What is told of the person; the audit log learns of whom, in a way that is erased with them."""
    desk = wiring()[1]
    told = look(desk, body.address_at(desk))
    ids = [each["registration_id"] for each in told["registrations"]]
    call.about |= {"registrations": ", ".join(ids)}
    return told


@route("POST", "/admin/people/erase", needs=Role.ADMINISTRATOR)
def erase_person(body: _Person, call: Call) -> dict[str, Any]:
    """Erase everything that is kept about a person; tells at which events there was something."""
    settings, desk, _ = wiring()
    events = erasing.erase_person(desk, body.address_at(desk), settings.clock())
    call.about |= {"events": ", ".join(events)}
    return {"events": events}
