"""Registrations and the waiting list, whose entries change in one transaction with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...models import Registration, RegistrationState
from . import keys
from .table import Item, Table

UNCHANGED = "serial = :serial AND #state = :state"


@dataclass(frozen=True)
class TableRegistrations:
    """Keeps the promises of :class:`kallelse.ports.Registrations`."""

    table: Table

    def find(self, event_id: str, registration_id: str) -> Registration | None:
        item = self.table.get(keys.registration(event_id, registration_id))
        return _registration(item) if item else None

    def of_event(self, event_id: str) -> list[Registration]:
        items = self.table.query(keys.event_partition(event_id), "REG#")
        return sorted(map(_registration, items), key=lambda each: (each.registered_at, each.id))

    def first_waiting(self, event_id: str) -> Registration | None:
        entries = self.table.query(keys.event_partition(event_id), "WAIT#", Limit=1)
        entry = next(entries, None)
        return self.find(event_id, entry["id"]) if entry else None

    def place_in_line(self, registration: Registration) -> int:
        own = _entry(registration)
        return self.table.count(
            "pk = :pk AND sk BETWEEN :first AND :own",
            {":pk": own["pk"], ":first": "WAIT#", ":own": own["sk"]},
        )

    def put(self, registration: Registration) -> bool:
        condition = "attribute_not_exists(pk) OR (#state = :cancelled AND serial < :serial)"
        values: Item = {
            ":cancelled": RegistrationState.CANCELLED.value,
            ":serial": registration.serial,
        }
        if registration.state is not RegistrationState.WAITING:
            return self.table.put(_item(registration), condition, values)
        return self.table.transact(
            self.table.put_in_transaction(_item(registration), condition, values),
            self.table.put_in_transaction(_entry(registration) | {"id": registration.id}),
        )

    def promote(self, waiting: Registration, confirmed: Registration) -> bool:
        return self._replace(waiting, confirmed)

    def cancel(self, current: Registration, cancelled: Registration) -> bool:
        return self._replace(current, cancelled)

    def _replace(self, seen: Registration, changed: Registration) -> bool:
        values: Item = {":serial": seen.serial, ":state": seen.state.value}
        if seen.state is not RegistrationState.WAITING:
            return self.table.put(_item(changed), UNCHANGED, values)
        return self.table.transact(
            self.table.put_in_transaction(_item(changed), UNCHANGED, values),
            self.table.delete_in_transaction(_entry(seen)),
        )

    def with_outbox(self, until: datetime) -> list[Registration]:
        return [_registration(item) for item in self.table.due("registration", keys.instant(until))]

    def clear_outbox(self, registration: Registration) -> None:
        self.table.update(
            keys.registration(registration.event_id, registration.id),
            "REMOVE outbox, due, due_at",
            {":serial": registration.serial, ":state": registration.state.value},
            UNCHANGED,
        )

    def mark_joined(self, registration: Registration, now: datetime) -> None:
        self.table.update(
            keys.registration(registration.event_id, registration.id),
            "SET joined_at = if_not_exists(joined_at, :now)",
            {":now": keys.instant(now)},
            "attribute_exists(pk)",
        )


def _entry(registration: Registration) -> Item:
    return dict(keys.place_in_line(registration.event_id, registration.registered_at, registration.id))


def _item(registration: Registration) -> Item:
    item = keys.registration(registration.event_id, registration.id) | registration.model_dump(mode="json")
    if registration.outbox:
        item |= {"due": "registration", "due_at": keys.instant(registration.registered_at)}
    return item


def _registration(item: Item) -> Registration:
    fields = {name: item[name] for name in Registration.model_fields if name in item}
    return Registration.model_validate(fields)
