"""What API Gateway hands to a function and takes from it (HTTP API, payload format 2.0), and routes.

Made here, since the event handler of powertools brings all the sources of events that there are: it takes a
cold start as long as all modules of a page (BENCHMARKS.md).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

Body = TypeVar("Body", bound=str | bytes)


class Request:
    """A request. ``raw_event``: as it came."""

    def __init__(self, raw_event: dict[str, Any]) -> None:
        self.raw_event = raw_event

    @cached_property
    def headers(self) -> dict[str, str]:
        """By their names in small letters."""
        return {name.lower(): value for name, value in (self.raw_event.get("headers") or {}).items()}

    @property
    def http_method(self) -> str:
        """In capital letters."""
        return str(self.raw_event["requestContext"]["http"]["method"]).upper()

    @property
    def path(self) -> str:
        """Without the name of the stage, which stands first unless it is the default one."""
        stage = self.raw_event["requestContext"].get("stage", "$default")
        return str(self.raw_event["rawPath"]).removeprefix(f"/{stage}" if stage != "$default" else "")

    @property
    def query_string_parameters(self) -> dict[str, str]:
        """What follows the question mark."""
        return self.raw_event.get("queryStringParameters") or {}

    @property
    def source_ip(self) -> str | None:
        """The address of the visitor, if the gateway tells it."""
        found: str | None = self.raw_event["requestContext"]["http"].get("sourceIp")
        return found

    @property
    def body(self) -> str | None:
        """As the gateway hands it on; bytes in Base64."""
        return self.raw_event.get("body")

    @property
    def decoded_body(self) -> str | None:
        """The body as text. Raises ValueError when it is none."""
        if self.body and self.raw_event.get("isBase64Encoded"):
            return b64decode(self.body).decode()
        return self.body


@dataclass
class Response(Generic[Body]):
    """An answer. ``cookies``: each as the header Set-Cookie has it."""

    status_code: int
    content_type: str | None
    body: Body
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[Any] = field(default_factory=list)

    def handed_out(self) -> dict[str, Any]:
        """The answer as the gateway takes it."""
        typed = {"Content-Type": self.content_type} if self.content_type else {}
        in_bytes = isinstance(self.body, bytes)
        return {
            "statusCode": int(self.status_code),
            "headers": typed | self.headers,
            "body": b64encode(self.body).decode() if isinstance(self.body, bytes) else self.body,
            "isBase64Encoded": in_bytes,
            "cookies": [str(each) for each in self.cookies],
        }


Page = Callable[..., Response[Any]]
Explaining = Callable[[Any], Response[Any]]

_current: ContextVar[Request] = ContextVar("request")


@dataclass(frozen=True)
class Route:
    """A page by method and path, in which ``<name>`` stands for one part that the page is called with."""

    method: str
    path: str
    page: Page

    def names_in(self, path: str) -> dict[str, str] | None:
        """What stands in a path for the names; None when the path is not of this page."""
        wanted, parts = self.path.split("/"), path.split("/")
        if len(wanted) != len(parts):
            return None
        names = {}
        for name, part in zip(wanted, parts, strict=True):
            if name.startswith("<") and part:
                names[name[1:-1]] = part
            elif name != part:
                return None
        return names


def current() -> Request:
    """The request that is being answered."""
    return _current.get()


class Router:
    """The pages of a function, or some of them."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self.explanations: dict[type[Exception], Explaining] = {}
        self.nowhere: Page | None = None

    @property
    def current_event(self) -> Request:
        """The request that is being answered."""
        return current()

    def route(self, path: str, method: str) -> Callable[[Page], Page]:
        """Makes a function the page at a path."""

        def add(page: Page) -> Page:
            self.routes.append(Route(method, path, page))
            return page

        return add

    def get(self, path: str) -> Callable[[Page], Page]:
        """Makes a function the page that is looked at."""
        return self.route(path, "GET")

    def post(self, path: str) -> Callable[[Page], Page]:
        """Makes a function what a form is sent to."""
        return self.route(path, "POST")

    def include_router(self, router: Router) -> None:
        """Take over the pages of another router."""
        self.routes += router.routes

    def exception_handler(self, kind: type[Exception]) -> Callable[[Explaining], Explaining]:
        """Makes a function what explains exceptions of a kind."""

        def add(explain: Explaining) -> Explaining:
            self.explanations[kind] = explain
            return explain

        return add

    def not_found(self, page: Page) -> Page:
        """Makes a function what answers where there is no page."""
        self.nowhere = page
        return page

    def resolve(self, event: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request."""
        request = Request(event)
        _current.set(request)
        try:
            return self._answer(request).handed_out()
        except Exception as error:
            kind = next((each for each in type(error).__mro__ if each in self.explanations), None)
            if kind is None:
                raise
            return self.explanations[kind](error).handed_out()

    def _answer(self, request: Request) -> Response[Any]:
        path, method = request.path, request.http_method
        served = [each for each in self.routes if each.method == method]
        # A path without names goes before those whose names it could be.
        for route in sorted(served, key=lambda each: each.path != path):
            names = route.names_in(path)
            if names is not None:
                return route.page(**names)
        assert self.nowhere, "every router that answers has such a page"  # noqa: S101 # nosec B101
        return self.nowhere()
