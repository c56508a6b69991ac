"""Messages from the organisers, with their texts."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Message, MessageState
from . import keys
from .table import Item, Table


@dataclass(frozen=True)
class TableMessages:
    """Keeps the promises of :class:`kallelse.ports.Messages`."""

    table: Table

    def latest(self, event_id: str) -> Message | None:
        partition = keys.event_partition(event_id)
        newest = next(self.table.query(partition, keys.MESSAGES, page=1, ScanIndexForward=False), None)
        return _message(newest) if newest else None

    def get(self, event_id: str, number: int) -> Message | None:
        item = self.table.get(keys.message(event_id, number))
        return _message(item) if item else None

    def of_event(self, event_id: str) -> list[Message]:
        items = self.table.query(keys.event_partition(event_id), keys.MESSAGES)
        return [_message(item) for item in items]

    def put(self, message: Message) -> bool:
        item = keys.message(message.event_id, message.number) | message.model_dump(mode="json")
        item |= {"due": keys.FOR_SWEEP, "due_at": keys.instant(message.handed_in_at)}
        return self.table.put(item, "attribute_not_exists(pk)")

    def mark_posted(self, message: Message) -> None:
        self.table.update(
            keys.message(message.event_id, message.number),
            "SET #state = :posted REMOVE due, due_at",
            {":posted": MessageState.POSTED.value, ":handed_in": MessageState.HANDED_IN.value},
            "#state = :handed_in",
        )


def _message(item: Item) -> Message:
    return Message.model_validate({name: item[name] for name in Message.model_fields if name in item})
