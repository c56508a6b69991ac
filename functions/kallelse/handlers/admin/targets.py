"""What routes show and change: how it is read, and what of it the audit log may tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from ...errors import NotFound
from ...ports import Desk

Path = dict[str, Any]
"""The values of a route's address, by name."""

LONGEST = 200
"""Characters of a value in the audit log."""


@dataclass(frozen=True)
class Target:
    """A kind of thing. ``find``: reads it, None when there is none, raises NotFound when there cannot be.

    ``personal``: patterns of fields, by their path, of which the log tells only that they changed.
    ``left_out``: patterns of fields that the log says nothing of.
    ``passing``: fields that the clock changes soon, which tell no state from another.
    """

    find: Callable[[Desk, Path], BaseModel | None]
    personal: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    passing: frozenset[str] = frozenset()

    def etag(self, thing: BaseModel) -> str:
        """A strong entity tag of a thing as it is stored (RFC 9110 §8.8.3)."""
        text = thing.model_dump_json(exclude=set(self.passing))
        return f'"{sha256(text.encode()).hexdigest()[:32]}"'

    def differences(
        self, before: BaseModel | None, after: BaseModel | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the log tells of a change: the values of the fields that differ, before and after."""
        old, new = self._facts(before), self._facts(after)
        changed = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        return self._told(old, changed), self._told(new, changed)

    def _facts(self, thing: BaseModel | None) -> dict[str, Any]:
        flat = flatten(json.loads(thing.model_dump_json())) if thing else {}
        return {name: flat[name] for name in flat if not _fits(name, self.left_out)}

    def _told(self, facts: dict[str, Any], names: list[str]) -> dict[str, Any]:
        return {
            name: "…" if _fits(name, self.personal) else _short(facts[name])
            for name in names
            if name in facts
        }


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _short(value: Any) -> Any:
    return value if not isinstance(value, str) or len(value) <= LONGEST else value[:LONGEST] + "…"


def flatten(value: Any, name: str = "") -> dict[str, Any]:
    """The values of nested JSON by their paths, such as ``programme.0.title.sv``."""
    parts = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if parts is None:
        return {name: value}
    found: dict[str, Any] = {}
    for key, each in parts:
        found |= flatten(each, f"{name}.{key}" if name else str(key))
    return found


def _or_none(desk: Desk, event_id: str) -> BaseModel | None:
    try:
        return desk.events.get(event_id)
    except NotFound:
        return None


def _registration(desk: Desk, path: Path) -> BaseModel:
    found = desk.registrations.find(path["event_id"], path["registration_id"])
    if found is None:
        raise NotFound("there is no such registration")
    return found


def _mail(desk: Desk, path: Path) -> BaseModel:
    found = desk.mails.get(path["mail_id"]) if path["mail_id"].startswith(f"{path['event_id']}_") else None
    if found is None:
        raise NotFound("there is no such mail")
    return found


def _summary(desk: Desk, path: Path) -> BaseModel:
    from ... import reviewing

    return reviewing.find(desk, path["event_id"], path["language"], path["version"])


def _webhook(desk: Desk, path: Path) -> BaseModel | None:
    from ... import connecting

    hook = connecting.find(desk.events.get(path["event_id"]), path["webhook_id"])
    return desk.webhooks.get(path["event_id"], hook.id)


NAMES = (
    "*contacts.*",
    "*recipients.*",
    "*speakers.*",
    "*facilitator",
    "*privacy.contact",
    "*meeting.address",
    "*groups.*.address",
)
"""Fields of event and series files that name people, their addresses, or where they meet."""

EVENT = Target(
    lambda desk, path: _or_none(desk, path["event_id"]),
    personal=NAMES,
    left_out=("key", "history.*"),
)
TOUR = Target(
    lambda desk, path: desk.tours.find(path["tour_id"]),
    personal=NAMES,
    left_out=("key", "stops.*"),
)
REGISTRATION = Target(
    _registration,
    personal=("participant.*",),
    left_out=("nonce", "outbox*", "holder"),
    passing=frozenset({"outbox", "revision"}),
)
MAIL = Target(_mail, left_out=("due_at", "message_id"))
SUMMARY = Target(_summary)
NOTES = Target(lambda desk, path: desk.notes.latest(path["event_id"], path["group"]), personal=("markdown",))
GROUPS = Target(
    lambda desk, path: desk.groups.get(path["event_id"]), left_out=("members.*", "moves.*", "basis")
)
WEBHOOK = Target(_webhook, left_out=("secrets.*.value",))
