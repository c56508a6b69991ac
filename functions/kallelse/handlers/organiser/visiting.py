"""A visit to the organisers' pages: who looks, in which language, and how a page becomes an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from ... import entering
from ...errors import Unauthorised
from ...gateway import Response
from ...http import languages_of, page
from ...models import Caller
from ...ports import Desk
from .wiring import wiring

COOKIE = "__Host-kallelse"
"""With this beginning, browsers take it only over TLS, for this host alone (RFC 6265bis §4.1.3.2)."""

DEFAULT_LANGUAGE = "sv"


@dataclass(frozen=True)
class Visit:
    """A request at the pages, before anybody knows whether it is let in."""

    request: Any
    now: datetime

    @property
    def desk(self) -> Desk:
        """The desk."""
        return wiring()[1]

    @property
    def query(self) -> dict[str, str]:
        """What the address says after its question mark; fields that are left empty say nothing."""
        given = self.request.query_string_parameters or {}
        return {name: value for name, value in given.items() if value}

    @property
    def language(self) -> str:
        """The language that the address says, else the browser's first that has pages."""
        languages = wiring()[2].languages()
        wished = (self.query.get("language"), *languages_of(self.request))
        return next((each for each in wished if each in languages), DEFAULT_LANGUAGE)

    @property
    def secret(self) -> str:
        """The secret of the session; empty without one."""
        pairs = (each.strip().partition("=") for each in _cookies(self.request))
        return next((value for name, _, value in pairs if name == COOKIE), "")

    def caller(self) -> Caller:
        """Who looks. Raises Unauthorised."""
        if not self.secret:
            raise Unauthorised("there is no session")
        return entering.visitor(self.desk, self.secret, wiring()[0].granted_to, self.now)

    def address(self, path: str, **query: str | None) -> str:
        """An address of the pages, which keeps the language that somebody chose."""
        kept = {"language": self.query.get("language")}
        given = {name: value for name, value in (kept | query).items() if value}
        return path + ("?" + urlencode(given) if given else "")

    def here(self, **changes: str | None) -> str:
        """The address of this page, with another query."""
        return self.address(self.request.path, **(self.query | changes))

    def page(self, name: str, status: HTTPStatus = HTTPStatus.OK, **context: Any) -> Response[str]:
        """A page of ``templates/organiser``."""
        renderer = wiring()[2]
        switch = [(each, self.here(language=each)) for each in renderer.languages()]
        context = {"visit": self, "switch": switch, "now": self.now, "signed_in": True, **context}
        return page(renderer.render(f"organiser/{name}.html", self.language, **context), status)


def _cookies(request: Any) -> list[str]:
    # API Gateway hands cookies on apart from the other headers.
    given = [*(request.raw_event.get("cookies") or ()), request.headers.get("cookie") or ""]
    return ";".join(given).split(";")
