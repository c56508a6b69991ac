"""Registrations and the waiting list, whose entries change in one transaction with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...models import STORED, Mode, Registration, RegistrationState
from ...ports import Change
from . import keys
from .expiry import kept_until
from .table import Item, Table, plain

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

NEW = "attribute_not_exists(pk) OR (attribute_exists(erased) AND serial < :serial)"
UNCHANGED = "revision = :revision"


@dataclass(frozen=True)
class TableRegistrations:
    """Keeps the promises of :class:`kallelse.ports.Registrations`."""

    table: Table

    def find(self, event_id: str, registration_id: str) -> Registration | None:
        item = self.table.get(keys.registration(event_id, registration_id))
        return _registration(item) if item and "erased" not in item else None

    def last_serial(self, event_id: str, registration_id: str) -> int:
        item = self.table.get(keys.registration(event_id, registration_id)) or {}
        return int(item["serial"]) if "erased" in item else 0

    def of_event(self, event_id: str) -> list[Registration]:
        items = self.table.query(keys.event_partition(event_id), "REG#")
        found = [_registration(item) for item in items if "erased" not in item]
        return sorted(found, key=lambda each: (each.registered_at, each.id))

    def first_waiting(self, event_id: str, mode: Mode) -> Registration | None:
        entries = self.table.query(keys.event_partition(event_id), keys.places_in_line(mode), page=10)
        for entry in entries:
            found = self.find(event_id, entry["id"])
            # An entry that no registration stands behind must not stop those after it.
            if found and _entry(found)["sk"] == entry["sk"] and found.state is RegistrationState.WAITING:
                return found
        return None

    def place_in_line(self, registration: Registration) -> int:
        own = _entry(registration)
        first = keys.places_in_line(registration.mode)
        return self.table.count(
            "pk = :pk AND sk BETWEEN :first AND :own",
            {":pk": own["pk"], ":first": first, ":own": own["sk"]},
        )

    def count_waiting(self, event_id: str, mode: Mode) -> int:
        values = {":pk": keys.event_partition(event_id), ":prefix": keys.places_in_line(mode)}
        return self.table.count("pk = :pk AND begins_with(sk, :prefix)", values)

    def store(self, *changes: Change) -> bool:
        writes = [(_stored(seen, changed), *_condition(seen, changed)) for seen, changed in changes]
        entries = [write for seen, changed in changes for write in self._entry_writes(seen, changed)]
        if len(writes) == 1 and not entries:
            return self.table.put(*writes[0])
        return self.table.transact(*(self.table.put_in_transaction(*each) for each in writes), *entries)

    def _entry_writes(
        self, seen: Registration | None, changed: Registration
    ) -> list[TransactWriteItemTypeDef]:
        before = _entry(seen) if seen and seen.state is RegistrationState.WAITING else None
        after = _entry(changed) if changed.state is RegistrationState.WAITING else None
        if before == after:
            return []
        gone = [self.table.delete_in_transaction(before)] if before else []
        entry = (after or {}) | {"id": changed.id} | kept_until(changed.erased_at)
        come = [self.table.put_in_transaction(entry)] if after else []
        return gone + come

    def erase(self, seen: Registration) -> bool:
        # A number stays: registered anew, the address must not be taken for the erased one, nor its
        # mails for those that were sent. Both serials and revisions were at most the revision.
        key = keys.registration(seen.event_id, seen.id)
        tombstone: Item = key | {"serial": seen.revision, "erased": True} | kept_until(seen.erased_at)
        values: Item = {":revision": seen.revision}
        if seen.state is not RegistrationState.WAITING:
            return self.table.put(tombstone, UNCHANGED, values)
        return self.table.transact(
            self.table.put_in_transaction(tombstone, UNCHANGED, values),
            self.table.delete_in_transaction(_entry(seen)),
        )

    def clear_outbox(self, registration: Registration) -> None:
        empty = registration.model_copy(update={"outbox": ()})
        self.table.put(_item(empty) | _due(empty), UNCHANGED, {":revision": registration.revision})


def registration_in(key: dict[str, Any]) -> tuple[str, str] | None:
    """The event and the id of the registration with this key, as a stream has keys; None for others."""
    found = plain(key)
    what, _, registration_id = found["sk"].partition("#")
    return (keys.event_of(found), registration_id) if what == "REG" else None


def _condition(seen: Registration | None, changed: Registration) -> tuple[str, Item]:
    if seen is None:
        return NEW, {":serial": changed.serial}
    return UNCHANGED, {":revision": seen.revision}


def _entry(registration: Registration) -> Item:
    return dict(
        keys.place_in_line(
            registration.event_id, registration.mode, registration.registered_at, registration.id
        )
    )


def _stored(seen: Registration | None, changed: Registration) -> Item:
    """The item, with an entry in the index unless the sweep finds it through its block anyway.

    One who has just got a seat was preceded by the claim, which put the block before the sweep.
    """
    item = _item(changed)
    if changed.block is None or (seen and seen.block == changed.block):
        item |= _due(changed)
    return item


def _item(registration: Registration) -> Item:
    item = keys.registration(registration.event_id, registration.id)
    owing = {"owing": "mail"} if registration.outbox else {}
    return item | registration.model_dump(mode="json") | kept_until(registration.erased_at) | owing


def _due(registration: Registration) -> Item:
    if registration.outbox:
        return {"due": keys.FOR_SWEEP, "due_at": keys.instant(registration.registered_at)}
    if registration.held_until:
        return {"due": keys.FOR_SWEEP, "due_at": keys.instant(registration.held_until)}
    return {}


def _registration(item: Item) -> Registration:
    fields = {name: item[name] for name in Registration.model_fields if name in item}
    return Registration.model_validate(fields, context=STORED)
