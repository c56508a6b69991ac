"""The dialogue part of an event: the small groups that online participants talk in."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from .privacy import Personal
from .text import Language, Line, Model, Slug, Text, WebAddress

MOST_IN_GROUPS = 15_000
"""How many people an allocation may have: 17 bytes each are 255 kB of the 400 kB of an item of the
table, which leaves room for the names of groups, for moves, and for pins of some thousands."""


class GroupSize(Model):
    """How many people a group has."""

    least: int = Field(ge=2, le=100)
    most: int = Field(ge=2, le=100)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.most < self.least:
            raise ValueError("most must not be less than least")
        return self


class Group(Model):
    """A group that the organisers listed.

    ``language``: the group is only for those who chose it; None leaves that to the allocation.
    ``address``: where the group meets; None is the event's own meeting.
    """

    id: Slug
    name: Text
    language: Language | None = None
    address: WebAddress | None = None
    facilitator: Annotated[Line | None, Personal("to tell the group who leads it")] = None
    prompts: tuple[Text, ...] = ()


class Dialogue(Model):
    """The groups of an event: those listed, or ``number`` of them, or as many as ``size`` calls for.

    ``prompts``: what every group is to talk about; a listed group may have prompts of its own instead.
    ``seed``: another one gives another allocation that is as good.
    """

    size: GroupSize
    groups: tuple[Group, ...] = Field((), max_length=1000)
    number: int | None = Field(None, gt=0, le=10_000)
    prompts: tuple[Text, ...] = ()
    seed: int = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.groups and self.number:
            raise ValueError("give either groups or number, or neither")
        if len({group.id for group in self.groups}) < len(self.groups):
            raise ValueError("groups must have different ids")
        return self

    @property
    def themes(self) -> tuple[Text, ...]:
        """What the groups talk about, each once: the prompts of the event and of single groups."""
        found = [*self.prompts, *(prompt for group in self.groups for prompt in group.prompts)]
        return tuple(prompt for n, prompt in enumerate(found) if prompt not in found[:n])

    def texts(self) -> list[tuple[str, Text]]:
        """Every text, by its place in the event file."""
        found = [(f"dialogue.prompts.{n}", prompt) for n, prompt in enumerate(self.prompts)]
        for group in self.groups:
            found.append((f"dialogue.groups.{group.id}.name", group.name))
            found += [
                (f"dialogue.groups.{group.id}.prompts.{n}", each) for n, each in enumerate(group.prompts)
            ]
        return found


class Transfer(Model):
    """One who was in a group and is now in another."""

    registration_id: Annotated[str, Personal("to tell organisers who moved")]
    before: Annotated[Slug, Personal("to tell organisers who moved")]
    after: Annotated[Slug, Personal("to tell organisers who moved")]


class Allocation(Model):
    """Who is in which group. ``members``: the ids of registrations by group; None before it is made.

    ``pins``: the groups that organisers chose for people. ``moves``: the latest since an
    organiser had the groups made.
    ``basis``: the digest of what it was computed from. ``revision`` rises by one with every change.
    ``erased_at``: when it is erased with the registrations.
    """

    event_id: Slug
    revision: int = 1
    members: Annotated[
        dict[Slug, tuple[str, ...]] | None, Personal("to lead each to the own group, by ids of registrations")
    ] = None
    languages: dict[Slug, Language] = Field(default_factory=dict)
    pins: Annotated[dict[str, Slug], Personal("to keep people in the group that was chosen for them")] = (
        Field(default_factory=dict)
    )
    moves: tuple[Transfer, ...] = ()
    basis: str = ""
    made_at: AwareDatetime
    erased_at: AwareDatetime | None = None

    def without(self, registration_id: str) -> Allocation:
        """The next revision, in which one who is erased is nowhere."""
        members = self.members and {
            group: tuple(each for each in ids if each != registration_id)
            for group, ids in self.members.items()
        }
        pins = {who: group for who, group in self.pins.items() if who != registration_id}
        moves = tuple(each for each in self.moves if each.registration_id != registration_id)
        update = {"members": members, "pins": pins, "moves": moves, "revision": self.revision + 1}
        return self.model_copy(update=update)

    @property
    def places(self) -> dict[str, str]:
        """The group of each registration."""
        return {each: group for group, ids in (self.members or {}).items() for each in ids}
