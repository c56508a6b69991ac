"""The public and the admin handler on the table of the desk, and their clock."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from tests.commanding import Wire
from tests.conftest import ROOT
from tests.privileges import guard
from tests.visiting import Ask, Time, make_bucket, request, set_up_admin, whatever_it_is

from kallelse.ports import Desk


@pytest.fixture(autouse=True)
def least_privilege(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every handler does to the table only what its function may."""
    guard(monkeypatch)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def ask(desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Calls the public handler."""
    monkeypatch.setenv("KALLELSE_TABLE", "kallelse")
    monkeypatch.setenv("KALLELSE_BUCKET", "bucket")
    monkeypatch.setenv("KALLELSE_TEMPLATES", str(ROOT / "templates"))
    monkeypatch.setattr("kallelse.config.system_clock", time)
    from kallelse.handlers import public
    from kallelse.handlers.public.wiring import wiring

    def call(method: str, path: str, fields: dict[str, Any] | None = None, source: str = "192.0.2.1") -> Any:
        return public.handler(request(method, path, fields or {}, source), None)

    wiring.cache_clear()
    yield call
    wiring.cache_clear()


@pytest.fixture
def organise(desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Calls the admin handler as an organiser of the example event."""
    make_bucket()
    set_up_admin(monkeypatch)
    monkeypatch.setattr("kallelse.config.system_clock", time)
    from kallelse.handlers import admin
    from kallelse.handlers.admin.wiring import wiring as admin_wiring

    def call(method: str, path: str, content: Any = None, **query: str) -> Any:
        called = request(method, f"/admin/events/seminarium{path}", {})
        called["headers"] = {"content-type": "application/json", "authorization": "Bearer right"}
        called["requestContext"]["domainName"] = "api.example"
        called |= {"body": json.dumps(content), "queryStringParameters": query}
        return whatever_it_is(admin.handler, called)

    admin_wiring.cache_clear()
    yield call
    admin_wiring.cache_clear()


@pytest.fixture
def upload(organise: Ask) -> Ask:
    """Calls the admin handler with a file, as API Gateway hands bytes on."""
    from kallelse.handlers import admin

    def call(method: str, path: str, file: bytes, kind: str = "text/markdown", **query: str) -> Any:
        called = request(method, f"/admin/events/seminarium{path}", {})
        called["headers"] = {"content-type": kind, "authorization": "Bearer right"}
        called |= {"body": b64encode(file).decode(), "isBase64Encoded": True, "queryStringParameters": query}
        return whatever_it_is(admin.handler, called)

    return call


@pytest.fixture
def wire(organise: Ask, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A wire to the admin handler, and the token that it lets in."""
    from kallelse.handlers import admin

    monkeypatch.setenv("KALLELSE_TOKEN", "right")
    return Wire(admin.handler)
