"""What each function may do: by which action, on what, and under which condition. Nothing else is allowed."""

from __future__ import annotations

import fnmatch
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.conftest import read_template

from kallelse.adapters.dynamodb import keys
from kallelse.models import SessionStep

TEMPLATE = read_template()
FUNCTIONS = {
    name.removesuffix("Function"): resource["Properties"]
    for name, resource in TEMPLATE["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}

Permission = tuple[str, str, tuple[str, str, tuple[str, ...]] | None]
"""An action, a resource, and the condition: its operator, its key, and the values."""

TABLE, DUE = "Data.Outputs.TableArn", "${Data.Outputs.TableArn}/index/due"
BUCKET = "Data.Outputs.BucketArn"

EVENT, EVENTS, TOUR, TOKEN = "EVENT#*", "EVENTS", "TOUR#*", "TOKEN#*"
DESK, LIMIT, SESSION, SUPPRESSED = "DESK", "LIMIT#*", "SESSION#*", "SUPPRESSED#*"


def table(action: str, *partitions: str, of: str = TABLE) -> Permission:
    """An action on items of these partitions of the table, or of its index."""
    return f"dynamodb:{action}", of, ("ForAllValues:StringLike", "dynamodb:LeadingKeys", partitions)


def due(*kinds: str) -> Permission:
    """Finding what work of these kinds is due."""
    return table("Query", *kinds, of=DUE)


def objects(action: str, *folders: str) -> set[Permission]:
    """An action on the objects in folders of the bucket."""
    return {(f"s3:{action}", f"${{Data.Outputs.BucketArn}}/{folder}/*", None) for folder in folders}


def listing(action: str, folder: str) -> Permission:
    """Listing one folder of the bucket."""
    return f"s3:{action}", BUCKET, ("StringLike", "s3:prefix", (f"{folder}/*",))


def arn(service: str, resource: str) -> str:
    """A resource of the account, as the template puts it together."""
    return f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"


SUMMARIES, CARDS = "events/*/summaries", "events/*/card"
SENDER = ("StringEquals", "ses:FromAddress", ("Sender",))

ALLOWED: dict[str, set[Permission]] = {
    "Public": {
        table("GetItem", EVENT, TOUR, TOKEN, LIMIT),
        table("BatchGetItem", EVENT, TOUR, LIMIT),
        table("Query", EVENT, EVENTS, DESK),
        table("PutItem", EVENT, TOUR, TOKEN),
        table("UpdateItem", EVENT, LIMIT, DESK),
        table("DeleteItem", EVENT, TOUR),
        table("BatchWriteItem", EVENT, TOKEN, DESK),
        *objects("GetObject", SUMMARIES, CARDS),
    },
    "Admin": {
        table("GetItem", EVENT, TOUR, DESK, SUPPRESSED),
        table("Query", EVENT, EVENTS, TOUR, DESK),
        table("PutItem", EVENT, EVENTS, TOUR, DESK, SESSION),
        table("UpdateItem", EVENT, DESK),
        table("DeleteItem", EVENT, EVENTS, TOUR, DESK),
        table("BatchWriteItem", EVENT, TOKEN, DESK),
        table("ConditionCheckItem", EVENT),
        *objects("GetObject", SUMMARIES, "exports"),
        *objects("PutObject", SUMMARIES, "exports"),
        ("translate:TranslateText", "*", None),
        ("translate:GetTerminology", arn("translate", "terminology/kallelse-*"), None),
        ("translate:ImportTerminology", arn("translate", "terminology/kallelse-*"), None),
    },
    "Organiser": {
        table("GetItem", EVENT, SESSION),
        table("Query", EVENT, EVENTS),
        table("PutItem", SESSION),
        table("DeleteItem", SESSION),
    },
    "Dispatcher": {
        due(keys.FOR_SWEEP, keys.FOR_MAILER),
        table("GetItem", EVENT, TOUR),
        table("Query", EVENT, EVENTS, TOUR, DESK),
        table("PutItem", EVENT, EVENTS),
        table("UpdateItem", EVENT, TOKEN, DESK),
        table("DeleteItem", EVENT, TOUR),
        table("BatchWriteItem", EVENT, TOKEN, TOUR, DESK),
        table("ConditionCheckItem", EVENT),
        listing("ListBucket", "erasures"),
    },
    "Mailer": {
        due(keys.FOR_MAILER),
        table("GetItem", EVENT, SUPPRESSED),
        table("Query", EVENT),
        table("PutItem", EVENT, TOKEN),
        table("UpdateItem", EVENT, "PACE"),
        *objects("GetObject", SUMMARIES),
        ("ses:SendRawEmail", arn("ses", "identity/*"), SENDER),
        ("ses:SendRawEmail", arn("ses", "configuration-set/${Mail.Outputs.ConfigurationSet}"), SENDER),
        ("ses:GetAccount", "*", None),
    },
    "Feedback": {
        table("GetItem", EVENT),
        table("PutItem", EVENT, SUPPRESSED),
    },
    "Publisher": {
        due(keys.FOR_PUBLISHER),
        table("GetItem", EVENT),
        table("Query", EVENT),
        table("PutItem", EVENT),
        table("UpdateItem", EVENT),
        table("DeleteItem", EVENT),
        *objects("GetObject", SUMMARIES),
        *objects("PutObject", SUMMARIES, CARDS, "erasures"),
        *objects("DeleteObject", "exports"),
        *objects("DeleteObjectVersion", "exports"),
        listing("ListBucketVersions", "exports"),
    },
    "Notifier": {
        due(keys.FOR_NOTIFIER),
        table("GetItem", EVENT),
        table("PutItem", EVENT),
    },
}

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")

MOMENT = datetime(2020, 9, 16, tzinfo=UTC)

PARTITIONS = {
    EVENT: keys.registration("seminarium", "id")["pk"],
    EVENTS: keys.event_entry("place")["pk"],
    TOUR: keys.claim("turne", "person")["pk"],
    TOKEN: keys.token("digest")["pk"],
    DESK: keys.audit(None, None, MOMENT, "id")["pk"],
    LIMIT: keys.limit("name")["pk"],
    SESSION: keys.session(SessionStep.SESSION, "digest")["pk"],
    SUPPRESSED: keys.suppressed("a@example.org")["pk"],
    "PACE": keys.PACE["pk"],
}
"""A partition key that each of the patterns means."""


def listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def permissions(statements: list[dict[str, Any]]) -> list[Permission]:
    """The statements as the table above has them."""
    return [
        (action, resource, _condition(each.get("Condition")))
        for each in statements
        for action in listed(each["Action"])
        for resource in listed(each["Resource"])
    ]


def _condition(condition: dict[str, Any] | None) -> tuple[str, str, tuple[str, ...]] | None:
    if condition is None:
        return None
    [(operator, told)] = condition.items()
    [(key, values)] = told.items()
    return operator, key, tuple(listed(values))


def statements_of(name: str) -> list[dict[str, Any]]:
    [policy] = FUNCTIONS[name]["Policies"]
    found: list[dict[str, Any]] = policy["Statement"]
    return found


def test_the_table_tells_of_every_function() -> None:
    assert set(FUNCTIONS) == set(ALLOWED)


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_a_function_may_do_what_the_table_says_and_nothing_else(name: str) -> None:
    found = permissions(statements_of(name))
    assert set(found) == ALLOWED[name]
    assert len(found) == len(ALLOWED[name])
    assert {each["Effect"] for each in statements_of(name)} == {"Allow"}


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_each_statement_has_a_name_of_its_own_and_names_every_action_in_full(name: str) -> None:
    sids = [each["Sid"] for each in statements_of(name)]
    assert len(set(sids)) == len(sids)
    assert not [each for each in permissions(statements_of(name)) if "*" in each[0]]


def test_each_pattern_means_one_kind_of_partition() -> None:
    for pattern in PARTITIONS:
        meant = [each for each in PARTITIONS.values() if fnmatch.fnmatchcase(each, pattern)]
        assert meant == [PARTITIONS[pattern]]


def test_nobody_reads_or_writes_the_table_without_naming_the_partitions() -> None:
    for name in FUNCTIONS:
        for action, _, condition in permissions(statements_of(name)):
            assert action.startswith("dynamodb:") == (condition is not None and "dynamodb" in condition[1])


def test_the_organisers_pages_can_write_nothing_but_sessions() -> None:
    written = {each[2] for each in ALLOWED["Organiser"] if each[0].removeprefix("dynamodb:") in WRITES}
    assert written == {("ForAllValues:StringLike", "dynamodb:LeadingKeys", (SESSION,))}


def test_the_notifier_reaches_nothing_inside_a_network_and_queries_the_index_only() -> None:
    assert "VpcConfig" not in FUNCTIONS["Notifier"]
    assert {each[1] for each in ALLOWED["Notifier"] if each[0] == "dynamodb:Query"} == {DUE}
