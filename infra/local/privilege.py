"""Least privilege: what each function may do, and that the demo fails without any single grant of it.

A grant is what one statement of a function's policy allows on one of its resources, by one action. Every run
of the demo is refused what is not granted, and tells which grants it did without. :mod:`.removing`
takes each of them away in turn.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ..build import LOCAL
from .cloud import FUNCTIONS, LocalCloud

DECISIONS = LOCAL / "decisions.jsonl"
"""What the emulator decided; see :mod:`.emulator`."""


class Grant(NamedTuple):
    """One action, on one resource, of one statement (by its Sid) of a function's policy."""

    function: str
    statement: str
    action: str
    resource: str


NOT_IN_THE_DEMO = {
    ("Admin", "s3:GetObject", "exports/*"): "an export above a megabyte, tests/integration/test_exports.py",
    ("Admin", "s3:PutObject", "exports/*"): "an export above a megabyte, tests/integration/test_exports.py",
    (
        "Dispatcher",
        "dynamodb:ConditionCheckItem",
        "",
    ): "seats half arranged, tests/simulation/test_crash_points.py",
    (
        "Dispatcher",
        "dynamodb:DeleteItem",
        "",
    ): "a seat lapses, and one who waits gets it, tests/integration/test_race.py",
}
"""Grants that the demo has no use for, and what has."""


class Denied(Exception):
    """The demo ran into a refusal."""


def decisions() -> list[dict[str, Any]]:
    """What was decided so far, one of each kind."""
    return [json.loads(line) for line in DECISIONS.read_text().splitlines()] if DECISIONS.exists() else []


def refusals() -> list[str]:
    """What functions were refused so far."""
    return [
        f"{each['function']}: {each['action']} {each['resource']}" for each in decisions() if each["denied"]
    ]


def stop_if_refused() -> None:
    """Raises Denied once a function was refused anything, whatever it made of that itself."""
    if found := refusals():
        raise Denied(found[0])


def grants(cloud: LocalCloud) -> list[Grant]:
    """All grants of the template as it was deployed."""
    return [
        Grant(name, statement["Sid"], action, resource)
        for name in FUNCTIONS
        for statement in _policy(cloud, name)["Statement"]
        for action in _list(statement["Action"])
        for resource in _list(statement["Resource"])
    ]


def unused(cloud: LocalCloud) -> list[str]:
    """The grants that no request so far needed: each was allowed without, or there was none."""
    needing = (each for each in decisions() if len(each["grants"]) == 1)
    used = {(each["function"], *each["grants"][0], each["action"]) for each in needing}
    return [
        " ".join(each)
        for each in grants(cloud)
        if not is_excepted(each)
        and (cloud.outputs[f"{each.function}Function"], each.statement, each.resource, each.action)
        not in used
    ]


def is_excepted(grant: Grant) -> bool:
    """Whether the demo has no use for the grant, and something else has."""
    return any(
        (grant.function, grant.action) == (function, action) and grant.resource.endswith(resource)
        for function, action, resource in NOT_IN_THE_DEMO
    )


def take_away(cloud: LocalCloud, grant: Grant) -> None:
    """Let the function's role do without the grant from now on."""
    iam, policy = cloud.client("iam"), _policy(cloud, grant.function)
    statements = []
    for each in policy["Statement"]:
        for action in _list(each["Action"]):
            resources = _list(each["Resource"])
            if (each["Sid"], action) == (grant.statement, grant.action):
                resources = [resource for resource in resources if resource != grant.resource]
            if resources:
                statements.append(each | {"Action": action, "Resource": resources})
    iam.put_role_policy(
        **_place(cloud, grant.function), PolicyDocument=json.dumps(policy | {"Statement": statements})
    )


def _policy(cloud: LocalCloud, name: str) -> dict[str, Any]:
    document: dict[str, Any] = cloud.client("iam").get_role_policy(**_place(cloud, name))["PolicyDocument"]
    return document


def _place(cloud: LocalCloud, name: str) -> dict[str, str]:
    """Where SAM puts the policy that the template has for a function."""
    client, function = cloud.client("lambda"), cloud.outputs[f"{name}Function"]
    role = client.get_function_configuration(FunctionName=function)["Role"]
    return {"RoleName": role.rsplit("/", 1)[-1], "PolicyName": f"{name}FunctionRolePolicy0"}


def _list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
