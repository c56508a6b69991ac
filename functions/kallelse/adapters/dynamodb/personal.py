"""What is kept about participants: given another time of erasure, and erased."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from ...models import MailKind
from . import keys
from .expiry import kept_until, seconds
from .table import Item, Table

CHANGE = "SET erased_at = :erased_at, expires = :expires"


@dataclass(frozen=True)
class TablePersonalData:
    """Keeps the promises of :class:`kallelse.ports.PersonalData`."""

    table: Table

    def keep_until(self, event_id: str, erased_at: datetime, most: int) -> int:
        values = {f":{name}": value for name, value in kept_until(erased_at).items()}
        others = (item for item in self._of_event(event_id) if item.get("erased_at") != seconds(erased_at))
        found = list(islice(others, most))
        for item in found:
            # The token before the entry by which it is found: broken off in between, it is found again.
            for key in _with_token(item):
                self.table.update(key, CHANGE, values, "attribute_exists(pk)")
        return len(found)

    def erase_event(self, event_id: str, most: int) -> int:
        answers = self._items(event_id, [keys.REPLIES])
        found = list(islice(chain(self._of_event(event_id), answers), most))
        self._delete(found)
        return len(found)

    def links(self, event_id: str, registration_id: str) -> int:
        return sum(1 for _ in self._items(event_id, [keys.links(registration_id)]))

    def erase_person(self, event_id: str, registration_id: str) -> None:
        mailbox = f"r-{registration_id}"
        prefixes = [keys.mails(kind, mailbox) for kind in MailKind]
        prefixes += [keys.openings(mailbox), keys.links(registration_id)]
        answers = [*self._items(event_id, [keys.REPLIES]), *self.table.query(keys.EVERYWHERE, keys.REPLIES)]
        # One that is under way tells of nobody yet, and keeps the request from being made twice.
        given = [each for each in answers if "answered" in each]
        self._delete([*self._items(event_id, prefixes), *given])

    def _of_event(self, event_id: str) -> Iterator[Item]:
        items = self._items(event_id, keys.PERSONAL)
        return (item for item in items if not keys.is_of_no_participant(item["sk"]))

    def _items(self, event_id: str, prefixes: list[str]) -> Iterator[Item]:
        partition, wanted = keys.event_partition(event_id), "pk, sk, erased_at, answered"
        return chain.from_iterable(
            self.table.query(partition, prefix, ProjectionExpression=wanted) for prefix in prefixes
        )

    def _delete(self, items: list[Item]) -> None:
        # All tokens first: see keep_until.
        found = [_with_token(item) for item in items]
        self.table.delete_all([each[0] for each in found if len(each) > 1])
        self.table.delete_all([each[-1] for each in found])


def _with_token(item: Item) -> list[keys.Key]:
    """The keys of the item, and before it of the token that it is the entry of."""
    own = {"pk": item["pk"], "sk": item["sk"]}
    digest = keys.digest_in(own)
    return [keys.token(digest), own] if digest else [own]
