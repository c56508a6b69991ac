"""Answers to requests that may come again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...models import KEPT, UNDER_WAY, Reply
from . import keys
from .table import Item, Table

FREE = "attribute_not_exists(pk) OR expires < :now OR (attribute_not_exists(answered) AND begun < :over)"
"""None is there, or it is past its time (DynamoDB deletes late), or its request was broken off."""


@dataclass(frozen=True)
class TableReplies:
    """Keeps the promises of :class:`kallelse.ports.Replies`."""

    table: Table

    def begin(self, reply: Reply, now: datetime) -> Reply | None:
        values: Item = {":now": int(now.timestamp()), ":over": keys.instant(now - UNDER_WAY)}
        if self.table.put(_item(reply), FREE, values):
            return None
        item = self.table.get(_key(reply))
        return Reply.model_validate_json(item["body"]) if item else None

    def finish(self, reply: Reply) -> None:
        self.table.put(_item(reply) | {"answered": True})

    def forget(self, reply: Reply) -> None:
        self.table.delete(_key(reply))


def _key(reply: Reply) -> dict[str, str]:
    return keys.reply(reply.event_id, reply.digest)


def _item(reply: Reply) -> Item:
    return _key(reply) | {
        "body": reply.model_dump_json(),
        "begun": keys.instant(reply.begun_at),
        "expires": int((reply.begun_at + KEPT).timestamp()),
    }
