"""The admin endpoint under requests that schemathesis makes up from its description.

No request meets an error of ours, every refusal is problem+json (RFC 9457), every answer is as described,
and what was refused has written nothing. ``KALLELSE_FUZZ_CASES``: how many requests in all.
"""

from __future__ import annotations

import os
from typing import Any

import boto3
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.benchmarks.seats import READS
from tests.hooks import Hooked
from tests.visiting import Ask, everything, send
from tests.wsgi import application

from kallelse.handlers import admin
from kallelse.handlers.admin.openapi import description
from kallelse.ports import Desk

APPLICATION = application(admin.handler)
CASES = int(os.environ.get("KALLELSE_FUZZ_CASES", "500"))
DESCRIPTION = schemathesis.openapi.from_dict(description())
OPERATIONS = {
    each.ok().definition.raw["operationId"]: each.ok()
    for each in DESCRIPTION.get_all_operations()
    if isinstance(each, Ok)
}
EACH = -(-CASES // len(OPERATIONS))
CHECKS: list[Any] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SUMMARY = {"language": "sv", "markdown": "Text."}


@pytest.fixture
def writes(cloud: None) -> list[str]:
    """The writes to the table since the list was emptied."""
    made: list[str] = []

    def note(model: Any, **_: object) -> None:
        if model.name not in READS | {"Scan"}:
            made.append(model.name)

    boto3.setup_default_session()
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("before-call.dynamodb", note)
    return made


@pytest.fixture
def names(writes: list[str], organise: Ask, ask: Ask, desk: Desk) -> dict[str, str]:
    """Names in addresses that lead somewhere."""
    record = Hooked(desk).apply(seats=1)
    for name in ("ada", "bo"):
        send(ask, record, {"email": f"{name}@example.org"})
    organise("POST", "/summaries", SUMMARY)
    [registration] = [each for each in desk.registrations.of_event("seminarium") if each.block is not None]
    return {
        "event_id": "seminarium",
        "registration_id": registration.id,
        "language": "sv",
        "kind": "confirmed",
        "group": "ett",
        "webhook_id": "diariet",
    }


def refused_without_problem(response: Any) -> bool:
    kind = response.headers.get("content-type", [""])[0]
    return response.status_code >= 400 and not kind.startswith("application/problem+json")


def fuzz(name: str, cases: int, names: dict[str, str], writes: list[str]) -> int:
    """Make requests to an operation, with names that lead somewhere in half of them; give how many."""
    kept, made = everything(), 0

    @given(st.data())
    @settings(
        max_examples=cases,
        phases=[Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def make(data: st.DataObject) -> None:
        nonlocal kept, made
        case = data.draw(OPERATIONS[name].as_strategy())
        if data.draw(st.booleans()):
            case.path_parameters = {**(case.path_parameters or {}), **_known(names, case.path_parameters)}
        case.headers["Authorization"] = "Bearer right"
        if data.draw(st.booleans()):
            case.headers["If-Match"] = "*"
        writes.clear()
        response = case.call(app=APPLICATION, base_url="http://api.example")
        made += 1
        case.validate_response(response, checks=CHECKS)
        assert not refused_without_problem(response)
        # Reading everything takes long, and where nothing was written there is nothing to be found.
        if writes:
            now = everything()
            assert response.status_code < 400 or now == kept, "a refused request has written something"
            kept = now

    make()
    return made


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_request_breaks_the_endpoint_nor_writes_when_it_is_refused(
    names: dict[str, str], writes: list[str], name: str
) -> None:
    assert fuzz(name, EACH, names, writes) >= EACH


def test_a_refused_request_that_wrote_something_would_be_found(
    names: dict[str, str], writes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kallelse.adapters.dynamodb.audit.TableAudit.withdraw", lambda *_: None)
    with pytest.raises(AssertionError, match="a refused request has written something"):
        fuzz("promote_registration", 100, names, writes)


def test_an_error_of_ours_would_be_found(
    names: dict[str, str], writes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kallelse.handlers.admin.events.figures_of", lambda *_: 1 / 0)
    with pytest.raises(FailureGroup):
        fuzz("get_figures", 100, names, writes)


def _known(names: dict[str, str], parameters: dict[str, Any] | None) -> dict[str, str]:
    return {name: value for name, value in names.items() if name in (parameters or {})}
