"""What runs unattended: encryption, dead letters, logs and domains, as the templates define them."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT, SAM
from tests.contract.test_template import FUNCTIONS, TEMPLATE, run


class Whole(yaml.SafeLoader):
    """Reads CloudFormation's YAML, with its short functions as in JSON: ``{"Ref": name}``."""


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any = getattr(node, "value", None)
    if isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


Whole.add_multi_constructor("!", _function)


def read(path: str) -> dict[str, Any]:
    template: dict[str, Any] = yaml.load((ROOT / path).read_text(), Whole)  # noqa: S506
    return template


PATHS = ["template.yaml", *sorted(str(each.relative_to(ROOT)) for each in (ROOT / "infra").glob("*.yaml"))]
WHOLE = {path: read(path) for path in PATHS}
STACKS = {
    resource["Properties"]["TemplateURL"]: (name, resource)
    for name, resource in WHOLE["template.yaml"]["Resources"].items()
    if resource["Type"] == "AWS::CloudFormation::Stack"
}
APART = {"infra/firewall.yaml", "infra/key.yaml"}
"""The templates that are stacks of their own, deployed before."""
OWN_KEY = {"Fn::If": ["OwnKey", {"Ref": "KeyArn"}, {"Ref": "AWS::NoValue"}]}


def of_type(kind: str) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The resources of a type in all templates: name, properties, and the template's resources."""
    return [
        (name, resource.get("Properties", {}), template["Resources"])
        for template in WHOLE.values()
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    ]


def test_cfn_lint_has_nothing_to_say() -> None:
    result = run(str(SAM / "cfn-lint"), "infra/domain.yaml", "infra/edge.yaml", "infra/key.yaml")
    assert (result.returncode, result.stdout) == (0, "")


def test_the_firewall_is_valid_where_cloudfront_wants_it() -> None:
    result = run(str(SAM / "cfn-lint"), "infra/firewall.yaml", AWS_DEFAULT_REGION="us-east-1")
    assert (result.returncode, result.stdout) == (0, "")


def test_every_template_is_part_of_the_stack_or_a_stack_of_its_own() -> None:
    assert set(STACKS) | APART | {"template.yaml"} == set(PATHS)
    assert not set(STACKS) & APART


def test_each_nested_stack_is_given_what_it_asks_for() -> None:
    for path, (_, resource) in STACKS.items():
        given = resource["Properties"].get("Parameters", {})
        assert set(given) == set(WHOLE[path].get("Parameters", {})), path


def test_by_default_there_is_neither_a_domain_nor_an_edge_nor_a_key_nor_a_trace() -> None:
    defaults = {name: each.get("Default") for name, each in TEMPLATE["Parameters"].items()}
    assert [name for name, value in defaults.items() if value is None] == ["Sender", "MeetingHosts"]
    chosen = ("DomainName", "CloudFront", "KeyArn", "WebAclArn", "Tracing", "SnapStart", "PublicConcurrency")
    assert [defaults[name] for name in chosen] == ["", "off", "", "", "Disabled", "None", 0]


# Encryption, and TLS


def test_every_queue_is_encrypted_with_the_key_that_was_chosen_or_by_sqs() -> None:
    queues = of_type("AWS::SQS::Queue")
    assert {name for name, _, _ in queues} == {"DeadLetters", "FeedbackQueue", "FeedbackDeadLetters"}
    for _, properties, _ in queues:
        assert properties["KmsMasterKeyId"] == OWN_KEY
        assert properties["SqsManagedSseEnabled"] == {"Fn::If": ["OwnKey", {"Ref": "AWS::NoValue"}, True]}


def test_every_queue_the_topic_and_the_bucket_refuse_what_comes_without_tls() -> None:
    kinds = ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy")
    refused = set()
    for _, properties, _ in [each for kind in kinds for each in of_type(kind)]:
        [denied] = [each for each in properties["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert denied["Principal"] == "*"
        targets = properties.get("Queues") or properties.get("Topics") or [properties["Bucket"]]
        refused |= {each["Ref"] for each in targets}
    assert refused == {"DeadLetters", "FeedbackQueue", "FeedbackDeadLetters", "FeedbackTopic", "Bucket"}


def test_table_bucket_and_topic_take_the_key_that_was_chosen() -> None:
    data = WHOLE["infra/data.yaml"]["Resources"]
    assert data["Table"]["Properties"]["SSESpecification"]["KMSMasterKeyId"] == OWN_KEY
    [rule] = data["Bucket"]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": {"Fn::If": ["OwnKey", "aws:kms", "AES256"]},
        "KMSMasterKeyID": OWN_KEY,
    }
    topic = WHOLE["infra/mail.yaml"]["Resources"]["FeedbackTopic"]["Properties"]
    assert topic["KmsMasterKeyId"] == OWN_KEY


def test_the_bucket_is_closed_to_the_public_and_keeps_versions() -> None:
    bucket = WHOLE["infra/data.yaml"]["Resources"]["Bucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    for rule in bucket["LifecycleConfiguration"]["Rules"]:
        assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
        assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] <= 90


# Logs


def test_every_function_writes_json_to_a_log_that_ends_after_the_days_that_were_chosen() -> None:
    groups = {name: properties for name, properties, _ in of_type("AWS::Logs::LogGroup")}
    assert set(groups) == {f"{name}Log" for name in FUNCTIONS} | {"RequestLog"}
    for properties in groups.values():
        assert properties["RetentionInDays"] == {"Ref": "LogRetention"}
        assert properties["KmsKeyId"] == OWN_KEY
    for name, function in FUNCTIONS.items():
        assert function["LoggingConfig"] == {"LogGroup": f"{name}Log"}
    assert TEMPLATE["Globals"]["Function"]["LoggingConfig"] == {"LogFormat": "JSON"}
    assert TEMPLATE["Parameters"]["LogRetention"]["Default"] == 30


TELLS_OF_NOBODY = {
    "requestId", "routeKey", "status", "responseLatency", "integrationLatency", "integrationStatus",
    "responseLength", "requestTimeEpoch",
}  # fmt: skip
"""Of a request, what holds no path (personal links have tokens there), no address and no text."""


def test_the_log_of_requests_tells_of_no_person_and_holds_no_token() -> None:
    layout = TEMPLATE["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"]
    logged = set(re.findall(r"\$context\.([A-Za-z.]+)", layout))
    assert logged == TELLS_OF_NOBODY
    assert set(json.loads(layout)) == TELLS_OF_NOBODY  # one line of JSON, and nothing beside those
    assert layout.count("$") == len(TELLS_OF_NOBODY)


def test_neither_the_edge_nor_its_firewall_keeps_addresses_of_requests() -> None:
    [(_, distribution, _)] = of_type("AWS::CloudFront::Distribution")
    assert "Logging" not in distribution["DistributionConfig"]
    [(_, acl, _)] = of_type("AWS::WAFv2::WebACL")
    seen = [acl["VisibilityConfig"], *(each["VisibilityConfig"] for each in acl["Rules"])]
    assert [each["SampledRequestsEnabled"] for each in seen] == [False] * 5
    assert not of_type("AWS::WAFv2::LoggingConfiguration")


# Tracing, versions, concurrency


def test_the_public_function_is_never_traced() -> None:
    assert FUNCTIONS["Public"]["Tracing"] == "Disabled"
    assert [name for name, each in FUNCTIONS.items() if "Tracing" in each] == ["Public"]


def test_only_the_public_function_answers_by_a_version_of_which_there_may_be_a_snapshot() -> None:
    assert [name for name, each in FUNCTIONS.items() if "AutoPublishAlias" in each] == ["Public"]
    assert [name for name, each in FUNCTIONS.items() if "SnapStart" in each] == ["Public"]
    assert FUNCTIONS["Public"]["AutoPublishAliasAllProperties"] is True


STARTED = """
import sys
from kallelse.handlers import public
from kallelse.handlers.public.wiring import documents, wiring
ours = [each for each in sys.modules if each.startswith("kallelse")]
print(*(each for each in ours if "random" in vars(sys.modules[each])))
print(wiring.cache_info().currsize, documents.cache_info().currsize)
"""
"""Starts the public function up to its snapshot, and prints what all that start from it would share."""


def test_a_snapshot_holds_no_connection_and_nothing_that_has_to_be_different_each_time() -> None:
    # Secrets come from the system (secrets, uuid4), which no snapshot repeats, unlike the state of random.
    result = run(sys.executable, "-c", STARTED, PYTHONPATH="functions")
    assert result.stdout.splitlines() == ["", "0 0"], result.stderr


def parameters_in(value: Any) -> set[str]:
    """The parameters of the stack of which a value is made, also within conditions."""
    conditions = WHOLE["template.yaml"]["Conditions"]
    found = set(re.findall(r'"Ref": "(\w+)"|\$\{(\w+)\}', json.dumps(value)))
    names = {one or other for one, other in found}
    for name in re.findall(r'"Fn::If": \["(\w+)"|"Condition": "(\w+)"', json.dumps(value)):
        names |= parameters_in(conditions[name[0] or name[1]])
    return names & set(TEMPLATE["Parameters"])


def test_a_parameter_that_changes_the_public_function_makes_a_version_of_it() -> None:
    function = WHOLE["template.yaml"]["Resources"]["PublicFunction"]["Properties"]
    without = ("Events", "Policies", "VersionDescription", "ReservedConcurrentExecutions")
    versioned = {name: value for name, value in function.items() if name not in without}
    settings = parameters_in(versioned)
    assert settings == {"SnapStart", "PublicUrl", "DomainName", "CloudFront"}
    assert parameters_in(function["VersionDescription"]) == settings
    assert parameters_in(function["ReservedConcurrentExecutions"]) == {"PublicConcurrency"}


def test_strangers_can_be_kept_from_taking_all_that_the_account_may_run_at_once() -> None:
    reserved = [name for name, each in FUNCTIONS.items() if "ReservedConcurrentExecutions" in each]
    assert reserved == ["Public"]
    feedback = FUNCTIONS["Feedback"]["Events"]["Feedback"]["Properties"]
    assert feedback["ScalingConfig"]["MaximumConcurrency"] >= 2  # the least that Lambda takes


# Domains and senders


def test_a_domain_of_ones_own_speaks_tls_1_2_and_closes_the_api_s_own_address() -> None:
    [domain] = WHOLE["infra/domain.yaml"]["Resources"]["Domain"]["Properties"]["DomainNameConfigurations"]
    assert (domain["SecurityPolicy"], domain["EndpointType"]) == ("TLS_1_2", "REGIONAL")
    api = WHOLE["template.yaml"]["Resources"]["Api"]["Properties"]
    assert api["DisableExecuteApiEndpoint"] == {"Fn::If": ["DomainOfApi", True, False]}


def test_a_domain_that_sends_signs_with_2048_bits_and_takes_bounces_at_a_host_of_its_own() -> None:
    identity = WHOLE["infra/mail.yaml"]["Resources"]["Identity"]["Properties"]
    signing = identity["DkimSigningAttributes"]["Fn::If"]
    assert signing[:2] == ["WholeDomain", {"NextSigningKeyLength": "RSA_2048_BIT"}]
    assert identity["MailFromAttributes"]["Fn::If"][1]["MailFromDomain"] == {
        "Fn::Sub": "bounce.${SenderDomain}"
    }


def test_the_edge_keeps_pages_only_as_long_as_they_say() -> None:
    edge = WHOLE["infra/edge.yaml"]["Resources"]
    policy = edge["AsThePageSays"]["Properties"]["CachePolicyConfig"]
    # With a least time above 0, CloudFront would keep also what says no-store or private.
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
    settings = edge["Distribution"]["Properties"]["DistributionConfig"]
    assert {each["ErrorCachingMinTTL"] for each in settings["CustomErrorResponses"]} == {0}
    kept = {each["PathPattern"] for each in settings["CacheBehaviors"]}
    assert kept == {"/events/*", "/tours/*", "/card.png", "/oembed", "/robots.txt", "/sitemap.xml"}


def test_every_request_through_the_edge_proves_it_and_tells_the_visitor() -> None:
    from kallelse.http import EDGE, VISITOR

    edge = WHOLE["infra/edge.yaml"]["Resources"]
    settings = edge["Distribution"]["Properties"]["DistributionConfig"]
    [origin] = settings["Origins"]
    assert [each["HeaderName"] for each in origin["OriginCustomHeaders"]] == [EDGE]
    assert (
        f"headers['{VISITOR}'] = {{ value: event.viewer.ip }}"
        in edge["Visitor"]["Properties"]["FunctionCode"]
    )
    for behaviour in (settings["DefaultCacheBehavior"], *settings["CacheBehaviors"]):
        [association] = behaviour["FunctionAssociations"]
        assert association == {
            "EventType": "viewer-request",
            "FunctionARN": {"Fn::GetAtt": "Visitor.FunctionARN"},
        }
    for name in ("Public", "Organiser"):  # the admin endpoint knows by its authorizer who asks
        assert FUNCTIONS[name]["Environment"]["Variables"]["KALLELSE_EDGE_SECRET"]


def test_each_key_that_may_be_used_through_services_is_used_through_those_alone() -> None:
    [(_, key, _)] = of_type("AWS::KMS::Key")
    for statement in key["KeyPolicy"]["Statement"]:
        assert statement["Sid"] == "Administration" or statement["Condition"]
    [through] = [each for each in key["KeyPolicy"]["Statement"] if each["Principal"] == {"AWS": "*"}]
    assert set(through["Condition"]["StringEquals"]) == {"kms:CallerAccount", "kms:ViaService"}


# Stages


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_each_stage_names_every_parameter_that_has_to_be_chosen(stage: str) -> None:
    text = (ROOT / "samconfig.toml").read_text()
    part = text[text.index(f"[{stage}.deploy") :].split("\n[")[0].split("# Once")[0]
    named = set(re.findall(r'^ +(?:# )?"(\w+)=', part, re.MULTILINE))
    assert named <= set(TEMPLATE["Parameters"])
    needed = {"Sender", "MeetingHosts", "Grants"}
    if stage == "prod":
        told = json.dumps(WHOLE["template.yaml"]["Rules"]["ProdIsComplete"]["Assertions"])
        needed |= set(re.findall(r'"Ref": "(\w+)"', told)) | {"CertificateArn"}
    assert needed <= named


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_what_a_stage_sets_already_is_a_value_that_the_template_takes(stage: str) -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text())[stage]["deploy"]["parameters"]
    values = dict(each.split("=", 1) for each in settings["parameter_overrides"])
    assert values["Stage"] == stage
    for name, value in values.items():
        allowed = TEMPLATE["Parameters"][name].get("AllowedValues", [])
        assert not allowed or value in [str(each) for each in allowed]
