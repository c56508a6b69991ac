"""Mail records, and addresses never to write to again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...models import Mail, MailKind, MailState
from . import keys
from .expiry import kept_until
from .table import Item, Table


@dataclass(frozen=True)
class TableMails:
    """Keeps the promises of :class:`kallelse.ports.Mails`."""

    table: Table

    def create(self, mail: Mail) -> bool:
        return self.table.put(_item(mail), "attribute_not_exists(pk)")

    def get(self, mail_id: str) -> Mail | None:
        parts = mail_id.split("_")
        if len(parts) != 4 or not parts[3].isdecimal():
            return None
        item = self.table.get(keys.mail(parts[0], parts[1], parts[2], int(parts[3])))
        return _mail(item) if item else None

    def due(self, now: datetime) -> list[str]:
        return [keys.id_in(key) for key, _ in self.table.due(keys.FOR_MAILER, keys.instant(now))]

    def replace(self, seen: Mail, changed: Mail) -> bool:
        return self.table.put(
            _item(changed),
            "#state = :state AND attempt = :attempt",
            {":state": seen.state.value, ":attempt": seen.attempt},
        )

    def of_event(self, event_id: str) -> list[Mail]:
        return [_mail(item) for item in self.table.query(keys.event_partition(event_id), "MAIL#")]

    def to_recipient(self, event_id: str, recipient: str) -> list[Mail]:
        partition = keys.event_partition(event_id)
        prefixes = [keys.mails(kind, recipient) for kind in MailKind]
        return [_mail(item) for prefix in prefixes for item in self.table.query(partition, prefix)]

    def suppress(self, address: str, reason: MailState, now: datetime) -> None:
        self.table.put(keys.suppressed(address) | {"reason": reason.value, "since": keys.instant(now)})

    def is_suppressed(self, address: str) -> bool:
        return self.table.get(keys.suppressed(address)) is not None


def _item(mail: Mail) -> Item:
    item = keys.mail(mail.event_id, mail.kind, mail.recipient, mail.version) | mail.model_dump(
        mode="json", exclude={"due_at"}
    )
    item |= kept_until(mail.erased_at)
    return item | ({"due": keys.FOR_MAILER, "due_at": keys.instant(mail.due_at)} if mail.due_at else {})


def _mail(item: Item) -> Mail:
    return Mail.model_validate({name: item[name] for name in Mail.model_fields if name in item})
