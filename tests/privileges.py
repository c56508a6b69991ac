"""Refuses handlers in integration tests what the template does not let their function do to the table.

So flows that the demo leaves out show it too when they lack a permission. The emulator judges the rest.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import botocore.client
import pytest
from tests.conftest import read_template

HANDLERS = "kallelse.handlers."


def guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on raise AssertionError for a call that a handler makes and its function may not."""
    make = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def guarded(client: Any, operation: str, request: dict[str, Any]) -> Any:
        name = _handler(sys._getframe(1))
        if name and client.meta.service_model.service_name == "dynamodb":
            for action, partitions in calls(operation, request):
                index = request.get("IndexName", "")
                assert may(name, action, index, partitions), f"{name} may not {action} {index}{partitions}"
        return make(client, operation, request)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", guarded)


def calls(operation: str, request: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """The actions that a request to DynamoDB asks for, each with all partition keys of the request."""
    names = re.findall(r"\b(pk|due) = :", request.get("KeyConditionExpression", ""))
    found = {request["ExpressionAttributeValues"][f":{name}"]["S"] for name in names}
    writes = request.get("TransactItems", [])
    batches = list(request.get("RequestItems", {}).values())
    batch = [write for each in batches if isinstance(each, list) for write in each]
    parts = [request, *(part for write in [*writes, *batch] for part in write.values())]
    found |= {part[kind]["pk"]["S"] for part in parts for kind in ("Key", "Item") if kind in part}
    found |= {key["pk"]["S"] for each in batches if isinstance(each, dict) for key in each["Keys"]}
    actions = {f"{member.removesuffix('Check')}" for write in writes for member in write}
    if operation == "TransactWriteItems":
        for action in actions:
            yield ("ConditionCheckItem" if action == "Condition" else f"{action}Item"), found
    else:
        yield operation, found


def may(name: str, action: str, index: str, partitions: set[str]) -> bool:
    """Whether a statement of the function's policy lets it do this, with all of these partitions."""
    return any(
        each["Action"] == f"dynamodb:{action}"
        and each["Resource"].endswith(f"/index/{index}" if index else ".TableArn")
        and all(any(fnmatchcase(key, pattern) for pattern in _patterns(each)) for key in partitions)
        for each in _statements()[name]
    )


def _patterns(statement: dict[str, Any]) -> list[str]:
    patterns: list[str] = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return patterns


@cache
def _statements() -> dict[str, list[dict[str, Any]]]:
    template = read_template()
    return {
        name.removesuffix("Function").lower(): resource["Properties"]["Policies"][0]["Statement"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _handler(frame: Any) -> str:
    """The function that a call comes from; none for what tests do by themselves, or in threads."""
    while frame:
        module = str(frame.f_globals.get("__name__"))
        if module.startswith(HANDLERS):
            return module.split(".")[2]
        frame = frame.f_back
    return ""
