"""What personal links open, under the digest of their token."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Purpose, Token
from . import keys
from .expiry import kept_until
from .table import Table


@dataclass(frozen=True)
class TableTokens:
    """Keeps the promises of :class:`kallelse.ports.Tokens`."""

    table: Table

    def put(self, token: Token) -> None:
        until = kept_until(token.erased_at)
        if until:
            # First, so that there is no token that cannot be found when its registration is erased.
            self.table.put(keys.link(token.event_id, token.registration_id, token.digest) | until)
        self.table.put(keys.token(token.digest) | token.model_dump(mode="json") | until)

    def find(self, digest: str, purpose: Purpose) -> Token | None:
        item = self.table.get(keys.token(digest))
        if item is None or item["purpose"] != purpose:
            return None
        return Token.model_validate({name: item[name] for name in Token.model_fields if name in item})
