"""Organisers: who calls, and what each may do where."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from .text import Model, Slug


class Role(StrEnum):
    """What an organiser may do. Each may do what those before may, and more.

    VIEWER: look at everything of an event. ORGANISER: whatever keeps an event going, messages and
    registrations. ADMINISTRATOR: apply and put away events, look at the audit log, and whatever
    concerns all that is kept about a person.
    """

    VIEWER = "viewer"
    ORGANISER = "organiser"
    ADMINISTRATOR = "administrator"

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Grant(Model):
    """A role for one event, for the stops of one tour, or (with neither) for everything."""

    role: Role
    event: Slug | None = None
    tour: Slug | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The grant as it is written: ``viewer``, ``organiser:event:<id>``, ``organiser:tour:<id>``.

        Raises ValueError.
        """
        role, *scope = text.split(":")
        if len(scope) not in (0, 2) or (scope and scope[0] not in ("event", "tour")):
            raise ValueError("write a grant as role, role:event:id or role:tour:id")
        return cls.model_validate({"role": role} | ({scope[0]: scope[1]} if scope else {}))

    @property
    def everywhere(self) -> bool:
        """Whether it is for everything."""
        return self.event is None and self.tour is None


class Caller(Model):
    """Who calls: a name for the audit log, and what was granted."""

    name: str
    grants: tuple[Grant, ...] = ()

    def may(self, needed: Role, event: str | None = None, tour: str | None = None) -> bool:
        """Whether some grant covers the role for this event or tour; without either, for everything."""
        return any(
            grant.role.covers(needed)
            and (grant.everywhere or (event and grant.event == event) or (tour and grant.tour == tour))
            for grant in self.grants
        )

    def may_somewhere(self, needed: Role) -> bool:
        """Whether some grant covers the role for anything at all."""
        return any(grant.role.covers(needed) for grant in self.grants)
