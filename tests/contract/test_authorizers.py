"""The organisers' address is guarded, whichever way they are known, in what SAM makes of the template."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from tests.conftest import ROOT, SAM

from kallelse.config import AdminSettings, WayIn, read

TRANSLATE = """
import json, re, sys
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse
text = re.sub("(CodeUri|ContentUri): [a-z/]+/", r"\\1: s3://bucket/key", sys.stdin.read())
json.dump(Translator({}, Parser()).translate(yaml_parse(text), {}), sys.stdout)
"""
ADMIN = "/admin/{proxy+}"
GIVEN: dict[str, Any] = {
    "JwtIssuer": "https://login.example",
    "JwtAudience": ["kallelse"],
    "JwtRolesClaim": "roles",
    "Grants": "",
    "MeetingHosts": "webbseminarium.example",
    "Sender": "kallelse@desk.example",
    "PublicUrl": "",
}
GUARDS: dict[str, dict[str, Any]] = {
    "iam": {
        "AWS_IAM": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "awsSigv4",
        }
    },
    "jwt": {
        "JWT": {
            "type": "oauth2",
            "x-amazon-apigateway-authorizer": {
                "type": "jwt",
                "identitySource": "$request.header.Authorization",
                "jwtConfiguration": {"issuer": "https://login.example", "audience": ["kallelse"]},
            },
        }
    },
}
"""The one authorizer of the API, by how organisers are known."""


@pytest.fixture(scope="module")
def translated() -> dict[str, Any]:
    template = (ROOT / "template.yaml").read_text()
    result = subprocess.run(  # noqa: S603
        [SAM / "python", "-c", TRANSLATE],
        input=template,
        env={"AWS_DEFAULT_REGION": "eu-north-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    made: dict[str, Any] = json.loads(result.stdout)
    return made


def decided(value: Any, way: str) -> Any:
    """What CloudFormation makes of a value when organisers are known that way."""
    if isinstance(value, list):
        return [decided(each, way) for each in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        condition, yes, no = value["Fn::If"]
        # Every other condition asks for a parameter that is empty unless an operator sets it.
        return decided(yes if condition == "Tokens" and way == "jwt" else no, way)
    if set(value) == {"Ref"}:
        return ({"OrganiserAuth": way} | GIVEN).get(value["Ref"], value)
    return {name: decided(each, way) for name, each in value.items()}


@pytest.mark.parametrize("way", WayIn)
def test_the_admin_address_has_exactly_the_authorizer_of_the_way_and_the_pages_have_none(
    translated: dict[str, Any], way: str
) -> None:
    body = decided(translated["Resources"]["Api"]["Properties"]["Body"], way)
    assert body["components"]["securitySchemes"] == GUARDS[way]
    guards = {
        (path, method): operation.get("security")
        for path, methods in body["paths"].items()
        for method, operation in methods.items()
    }
    [name] = GUARDS[way]
    asked = {where: guard for where, guard in guards.items() if guard is not None}
    assert asked == {(ADMIN, "x-amazon-apigateway-any-method"): [{name: []}]}
    assert [path for path in body["paths"] if path.startswith("/admin")] == [ADMIN]


def test_the_condition_follows_the_parameter_that_the_function_goes_by(translated: dict[str, Any]) -> None:
    assert translated["Conditions"]["Tokens"] == {"Fn::Equals": [{"Ref": "OrganiserAuth"}, "jwt"]}
    assert translated["Parameters"]["OrganiserAuth"]["AllowedValues"] == list(WayIn)
    function = translated["Resources"]["AdminFunction"]["Properties"]
    variables = function["Environment"]["Variables"]
    for way in WayIn:
        told = {name: value for name, value in decided(variables, way).items() if isinstance(value, str)}
        told |= {"KALLELSE_TABLE": "kallelse", "KALLELSE_BUCKET": "bucket"}
        settings = read(AdminSettings, told)
        assert (settings.organiser_auth, settings.grants, settings.roles_claim) == (way, (), "roles")


def test_the_gateway_may_start_the_admin_function_for_its_address_only(translated: dict[str, Any]) -> None:
    permissions = [
        each["Properties"]
        for each in translated["Resources"].values()
        if each["Type"] == "AWS::Lambda::Permission"
        and each["Properties"]["FunctionName"] == {"Ref": "AdminFunction"}
    ]
    assert [each["Principal"] for each in permissions] == ["apigateway.amazonaws.com"]
    assert permissions[0]["SourceArn"]["Fn::Sub"].endswith("${Api}/*/*/admin/*")


def test_tokens_without_an_issuer_are_refused_before_anything_is_deployed(translated: dict[str, Any]) -> None:
    rule = translated["Rules"]["TokensHaveAnIssuer"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "OrganiserAuth"}, "jwt"]}
    assert [each["Assert"] for each in rule["Assertions"]] == [
        {"Fn::Not": [{"Fn::Equals": [{"Ref": "JwtIssuer"}, ""]}]}
    ]
