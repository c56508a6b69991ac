"""Serving a route: who calls, whether that is allowed, once, on the right state, and logged."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from ...editing import check_open_to_change
from ...errors import (
    FieldError,
    Forbidden,
    InvalidInput,
    KallelseError,
    MatchNeeded,
    NotFound,
    RepeatUnderWay,
    Stale,
)
from ...gateway import Response
from ...http import answer, status_of
from ...models import SLUG, Caller, Entry, Reply
from ...ports import Desk
from .callers import caller
from .routing import SCOPES, Call, Route
from .wiring import wiring

LONGEST_REPLY = 300_000
"""Bytes of an answer that is kept for a request that comes again; an item of the table takes 400 KB."""

KEY = "idempotency-key"


def serve(route: Route, request: Any, names: dict[str, str]) -> Response[str]:
    """Answer a request."""
    settings, desk, _ = wiring()
    call = Call(caller(request, settings), request, dict(names))
    _check_names(call)
    _admit(route, desk, call)
    if route.method != "GET" and not route.even_archived:
        _check_archived(desk, call.path.get("event_id"))
    arguments = route.arguments(call)
    call.path |= {name: arguments[name] for name in route.names if name in arguments}
    if route.method == "POST" and route.kept and KEY in request.headers:
        return _once(route, desk, call, arguments, settings.clock())
    return _act(route, desk, call, arguments, settings.clock())


def _check_names(call: Call) -> None:
    """Raises NotFound for what cannot be the id of an event or a tour."""
    for name in SCOPES:
        if name in call.path and not re.fullmatch(SLUG, call.path[name]):
            raise NotFound(f"there is no such {name.removesuffix('_id')}")


def _admit(route: Route, desk: Desk, call: Call) -> None:
    """Raises Forbidden unless a grant covers the route for its event or tour."""
    event, tour = (call.path.get(name) for name in SCOPES)
    if event is None and tour is None:
        admits = call.caller.may_somewhere if route.somewhere else call.caller.may
    else:

        def admits(needed: Any) -> bool:
            return call.caller.may(needed, event, tour or _tour_of(desk, call.caller, event))

    if not admits(route.needs):
        raise Forbidden(f"this needs the role {route.needs} here; ask an administrator for it")


def _tour_of(desk: Desk, caller: Caller, event_id: str | None) -> str | None:
    """The tour that the event is a stop of, which only those with a grant for a tour make us read."""
    if event_id is None or not any(grant.tour for grant in caller.grants):
        return None
    try:
        tour = desk.events.get(event_id).event.tour
    except NotFound:
        return None
    return tour.id if tour else None


def _check_archived(desk: Desk, event_id: str | None) -> None:
    """Raises EventArchived when the event is put away, and so are its registrations and all the rest."""
    record = desk.events.find(event_id) if event_id else None
    if record:
        check_open_to_change(record)


def _act(route: Route, desk: Desk, call: Call, arguments: dict[str, Any], now: datetime) -> Response[str]:
    if route.target is None:
        return _logged(route, desk, call, arguments, now)
    call.seen = route.target.find(desk, call.path)
    if route.method == "GET":
        return _tagged(route, call.seen, _answer(route, route.function(**arguments)))
    _check_match(route, call)
    return _logged(route, desk, call, arguments, now)


def _check_match(route: Route, call: Call) -> None:
    """RFC 9110 §13.1 and RFC 6585 §3. Raises MatchNeeded or Stale."""
    assert route.target is not None  # noqa: S101 - for the type checker # nosec B101
    wanted, unwanted = (call.request.headers.get(name) for name in ("if-match", "if-none-match"))
    if call.seen is None:
        if wanted:
            raise Stale("there is nothing here that could match; leave out If-Match to create it")
        return
    if unwanted == "*":
        raise Stale("it exists already")
    if not wanted:
        raise MatchNeeded("say in If-Match which ETag you read, or * for whatever it is")
    if wanted != "*" and route.target.etag(call.seen) not in [each.strip() for each in wanted.split(",")]:
        raise Stale("it was changed since you read it; read it again and decide anew")


def _logged(route: Route, desk: Desk, call: Call, arguments: dict[str, Any], now: datetime) -> Response[str]:
    """Carry the call out between the beginning and the end of its entry in the audit log."""
    if not route.audited:
        response = _answer(route, route.function(**arguments))
        return _tagged(route, _present(route, desk, call), response)
    entry = _entry(route, call, now)
    desk.audit.begin(entry)
    try:
        result = route.function(**arguments)
    except KallelseError as error:
        # What was refused changed nothing. Of any other error nobody knows, so its entry stays.
        if status_of(error) < HTTPStatus.INTERNAL_SERVER_ERROR:
            desk.audit.withdraw(entry)
        raise
    after = _present(route, desk, call)
    if call.changed:
        desk.audit.end(_ended(route, call, entry, after))
    else:
        desk.audit.withdraw(entry)
    return _tagged(route, after, _answer(route, result))


def _present(route: Route, desk: Desk, call: Call) -> BaseModel | None:
    """What the route is about, as it is now."""
    return route.target.find(desk, call.path) if route.target else None


def _entry(route: Route, call: Call, now: datetime) -> Entry:
    return Entry(
        id=secrets.token_hex(8),
        at=now,
        by=call.caller.name,
        action=route.function.__name__,
        event_id=call.path.get("event_id"),
        tour_id=call.path.get("tour_id"),
        about={name: str(call.path[name]) for name in route.names if name not in SCOPES},
    )


def _ended(route: Route, call: Call, entry: Entry, now: BaseModel | None) -> Entry:
    before, after = route.target.differences(call.seen, now) if route.target else ({}, {})
    about = entry.about | call.about
    return entry.model_copy(update={"done": True, "about": about, "before": before, "after": after})


def _once(route: Route, desk: Desk, call: Call, arguments: dict[str, Any], now: datetime) -> Response[str]:
    """Answer a request with an Idempotency-Key, or give the answer that it had before."""
    asked = _asked(call, now)
    known = desk.replies.begin(asked, now)
    if known:
        return _again(known, asked)
    try:
        response = _act(route, desk, call, arguments, now)
    except KallelseError:
        desk.replies.forget(asked)
        raise
    body = response.body or ""
    if len(body.encode()) > LONGEST_REPLY or not (response.content_type or "").startswith("application/json"):
        desk.replies.forget(asked)
        return response
    tag = str(response.headers["ETag"]) if "ETag" in response.headers else None
    desk.replies.finish(asked.model_copy(update={"status": response.status_code, "body": body, "etag": tag}))
    return response


def _again(known: Reply, asked: Reply) -> Response[str]:
    if not known.same_request(asked):
        told = "this key came with another request before; give each request a key of its own"
        raise InvalidInput(FieldError("Idempotency-Key", "invalid", told))
    if known.body is None:
        raise RepeatUnderWay("the same request is being answered at this moment; try again in a minute")
    response = answer(json.loads(known.body), HTTPStatus(known.status))
    if known.etag:
        response.headers["ETag"] = known.etag
    return response


def _asked(call: Call, now: datetime) -> Reply:
    request = call.request
    key = request.headers[KEY]
    if not 0 < len(key) <= 255:
        raise InvalidInput(FieldError("Idempotency-Key", "invalid", "write 1 to 255 characters"))
    sent = [request.query_string_parameters or {}, request.body or ""]
    return Reply(
        digest=_digest([call.caller.name, request.http_method, request.path, key]),
        fingerprint=_digest(sent),
        event_id=call.path.get("event_id"),
        begun_at=now,
    )


def _digest(parts: list[Any]) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()


def _answer(route: Route, result: Any) -> Response[str]:
    if isinstance(result, Response):
        return result
    content = result.model_dump(mode="json") if isinstance(result, BaseModel) else result
    return answer(content, route.status)


def _tagged(route: Route, thing: BaseModel | None, response: Response[str]) -> Response[str]:
    if thing is not None and route.target:
        response.headers["ETag"] = route.target.etag(thing)
    return response
