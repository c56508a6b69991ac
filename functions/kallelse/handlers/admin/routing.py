"""A route of the admin endpoint: who may call it, what it reads, what it changes and what is kept of that.

A route is a function whose parameters say what it reads: the names in its address, ``query`` (a model),
``body`` (a model, or text in one of the ``media``), and ``call``. From the same declaration it is served,
guarded, written to the audit log and described (see :mod:`.openapi`); none can be made without a role.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, ValidationError

from ...editing import problems
from ...errors import InvalidInput, NotFound
from ...http import body_of
from ...models import Caller, Role
from .targets import Target
from .wiring import MAX_BODY, object_in

JSON = "application/json"
SCOPES = ("event_id", "tour_id")
"""The names in addresses that a grant can be for."""

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Call:
    """A request under way. ``seen``: what is to be changed, as it was when the caller's state was checked.

    ``about``: ids for the audit log beside those in the address. ``changed``: whether there is anything to
    be logged; a dry run says no.
    """

    caller: Caller
    request: Any
    path: dict[str, Any]
    seen: Any = None
    about: dict[str, str] = field(default_factory=dict)
    changed: bool = True


@dataclass(frozen=True)
class Media:
    """What a body that is not only JSON can be. ``limit``: bytes."""

    types: tuple[str, ...]
    limit: int = MAX_BODY


@dataclass(frozen=True)
class Route:
    """See the module. ``gives``: the media types of the answer.

    ``somewhere``: for a route without event or tour, whether a grant for any of them is enough; else it
    must be for everything. ``audited``: whether a call is written to the audit log. ``even_archived``:
    whether a change is let in although the event is archived. ``kept``: whether the answer to a POST is kept
    for a request that comes again, as one that holds a secret must not be.
    """

    method: str
    path: str
    function: Callable[..., Any]
    needs: Role
    target: Target | None
    audited: bool
    somewhere: bool
    even_archived: bool
    status: HTTPStatus
    media: Media
    gives: tuple[str, ...]
    kept: bool

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What the function reads, by name, with its types."""
        hints = get_type_hints(self.function)
        return {name: hints[name] for name in inspect.signature(self.function).parameters}

    def leads_to(self, address: str) -> bool:
        """Whether the route's address, with any names, is this one."""
        return re.fullmatch(re.sub(r"<\w+>", "[^/]+", self.path), address) is not None

    @property
    def answer(self) -> Any:
        """The type of what the function gives."""
        return get_type_hints(self.function)["return"]

    @property
    def names(self) -> list[str]:
        """The names in the address."""
        return re.findall(r"<(\w+)>", self.path)

    @property
    def summary(self) -> str:
        """What it does, in its first sentence."""
        return (inspect.getdoc(self.function) or "").split("\n")[0]

    def arguments(self, call: Call) -> dict[str, Any]:
        """What the function is called with. Raises NotFound, InvalidInput or UnreadableRequest."""
        read = {"call": lambda _: call, "query": self._query(call), "body": self._body(call)}
        return {
            name: read[name](kind) if name in read else _part(call.path[name], kind)
            for name, kind in self.parameters.items()
        }

    def _query(self, call: Call) -> Callable[[Any], Any]:
        return lambda kind: parsed(kind, dict(call.request.query_string_parameters or {}))

    def _body(self, call: Call) -> Callable[[Any], Any]:
        def read(kind: Any) -> Any:
            text = body_of(call.request, self.media.types, self.media.limit)
            return text if kind is str else parsed(kind, object_in(text))

        return read


def parsed(model: type[BaseModel], fields: dict[str, Any]) -> Any:
    """The fields as a model. Raises InvalidInput, which names each that is wrong."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(*problems(error)) from error


def _part(text: str, kind: Any) -> Any:
    """A part of the address. Numbers are versions and the like, from 1 and of a few digits."""
    if kind is not int:
        return text
    if not re.fullmatch("[1-9][0-9]{0,5}", text):
        raise NotFound("these are numbers from 1")
    return int(text)


ROUTES: list[Route] = []
"""All routes, as their modules were imported."""


def route(
    method: str,
    path: str,
    *,
    needs: Role,
    target: Target | None = None,
    audited: bool | None = None,
    somewhere: bool = False,
    even_archived: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
    media: Media = Media((JSON,)),
    gives: tuple[str, ...] = (JSON,),
    kept: bool = True,
) -> Callable[[F], F]:
    """Make a function a route. Whatever is not a GET is written to the audit log unless told otherwise."""

    def declare(function: F) -> F:
        audit = method != "GET" if audited is None else audited
        rules = (needs, target, audit, somewhere, even_archived)
        ROUTES.append(Route(method, path, function, *rules, status, media, gives, kept))
        return function

    return declare
