"""What personal links open, under the digest of their token."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Purpose, Token
from . import keys
from .table import Table


@dataclass(frozen=True)
class TableTokens:
    """Keeps the promises of :class:`kallelse.ports.Tokens`."""

    table: Table

    def put(self, token: Token) -> None:
        self.table.put(keys.token(token.digest) | token.model_dump(mode="json"))

    def find(self, digest: str, purpose: Purpose) -> Token | None:
        item = self.table.get(keys.token(digest))
        if item is None or item["purpose"] != purpose:
            return None
        return Token.model_validate({name: item[name] for name in Token.model_fields})
