"""No update of the stack puts a new, empty table or bucket in the place of the one that is there.

CloudFormation replaces a resource whose logical id changes, whose stack's logical id changes, or of which a
property changes that the service cannot change ("Update requires: Replacement" in the CloudFormation
reference). What is recorded here must therefore stay as it is in every version.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from tests.conftest import SAM, read_template
from tests.contract.test_template import run

TABLE: dict[str, Any] = {
    # The key of a table cannot be changed, so neither can the type of what it consists of.
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "key types": {"pk": "S", "sk": "S"},
    # An index is no replacement of the table, but while it is made anew the clock finds no work.
    "due": {
        "KeySchema": [
            {"AttributeName": "due", "KeyType": "HASH"},
            {"AttributeName": "due_at", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    },
    # Neither does this replace the table, but a new stream has another address, and what it had is lost.
    "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
}
UNREPLACED = {
    "Table": {
        "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled", "GlobalSecondaryIndexes",
        "KeySchema", "PointInTimeRecoverySpecification", "SSESpecification", "StreamSpecification",
        "TimeToLiveSpecification",
    },
    "Bucket": {
        "BucketEncryption", "LifecycleConfiguration", "PublicAccessBlockConfiguration",
        "VersioningConfiguration",
    },
}  # fmt: skip
"""The properties that are there. A name of its own, for one, would replace the resource once it is added, and
the key schema whenever it changes. CloudFormation's reference tells of each."""

REPLACING = """
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as schemas
for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket"):
    schema = schemas.get_resource_schema("eu-north-1", kind).schema
    for name in ("createOnlyProperties", "conditionalCreateOnlyProperties"):
        for each in schema.get(name, []):
            print(kind.split("::")[2], each.split("/")[2])
"""
"""Prints what CloudFormation's own schemas, which cfn-lint carries, say cannot be changed."""


def what_is_kept(table: dict[str, Any]) -> dict[str, Any]:
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    [index] = table["GlobalSecondaryIndexes"]
    return {
        "KeySchema": table["KeySchema"],
        "key types": {name: types[name] for name in ("pk", "sk")},
        index["IndexName"]: {name: index[name] for name in ("KeySchema", "Projection")},
        "StreamSpecification": table["StreamSpecification"],
    }


def found_wrong(template: dict[str, Any], data: dict[str, Any]) -> list[str]:
    """What of the two templates would lose the table or the bucket, or could."""
    wrong = []
    stack = template["Resources"].get("Data", {})
    if stack.get("Properties", {}).get("TemplateURL") != "infra/data.yaml" or "Condition" in stack:
        wrong.append("the stack")
    for name, kind in (("Table", "AWS::DynamoDB::Table"), ("Bucket", "AWS::S3::Bucket")):
        resource = data["Resources"].get(name, {"Properties": {}})
        if resource.get("Type") != kind or "Condition" in resource:
            wrong.append(f"{name}: what it is")
        if set(resource["Properties"]) != UNREPLACED[name]:
            wrong.append(f"{name}: its properties")
    for name, resource in {"Data": stack, **data["Resources"]}.items():
        policies = {resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")}
        if name in ("Data", "Table", "Bucket") and policies != {"Retain"}:
            wrong.append(f"{name}: what happens at its end")
    if not wrong and what_is_kept(data["Resources"]["Table"]["Properties"]) != TABLE:
        wrong.append("Table: its key, index or stream")
    return wrong


def test_an_update_replaces_neither_the_table_nor_the_bucket() -> None:
    assert found_wrong(read_template("template.yaml"), read_template("infra/data.yaml")) == []


def test_of_the_properties_that_are_there_only_the_key_schema_cannot_be_changed() -> None:
    result = run(str(SAM / "python"), "-c", REPLACING)
    replacing = {tuple(line.split()) for line in result.stdout.splitlines()}
    assert {("Table", "TableName"), ("Bucket", "BucketName")} <= replacing, result.stderr
    present = {(name, each) for name, properties in UNREPLACED.items() for each in properties}
    assert present & replacing == {("Table", "KeySchema")}


def test_neither_goes_away_by_itself_whatever_becomes_of_the_stack() -> None:
    table = read_template("infra/data.yaml")["Resources"]["Table"]["Properties"]
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def renamed(template: dict[str, Any], data: dict[str, Any]) -> None:
    template["Resources"]["Kept"] = template["Resources"].pop("Data")


def moved(template: dict[str, Any], data: dict[str, Any]) -> None:
    data["Resources"]["Registrations"] = data["Resources"].pop("Table")


def optional(template: dict[str, Any], data: dict[str, Any]) -> None:
    data["Resources"]["Bucket"]["Condition"] = "WithBucket"


def named(template: dict[str, Any], data: dict[str, Any]) -> None:
    data["Resources"]["Bucket"]["Properties"]["BucketName"] = "kallelse"


def let_go(template: dict[str, Any], data: dict[str, Any]) -> None:
    data["Resources"]["Table"]["UpdateReplacePolicy"] = "Delete"


def retyped(template: dict[str, Any], data: dict[str, Any]) -> None:
    data["Resources"]["Table"]["Properties"]["AttributeDefinitions"][1]["AttributeType"] = "N"


def rekeyed(template: dict[str, Any], data: dict[str, Any]) -> None:
    data["Resources"]["Table"]["Properties"]["KeySchema"][1]["AttributeName"] = "sort"


@pytest.mark.parametrize("change", [renamed, moved, optional, named, let_go, retyped, rekeyed])
def test_each_change_that_would_is_found(change: Any) -> None:
    template, data = deepcopy(read_template("template.yaml")), deepcopy(read_template("infra/data.yaml"))
    change(template, data)
    assert found_wrong(template, data)
