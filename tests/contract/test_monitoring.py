"""Alarms, dashboard and runbook against each other, and against what Kallelse and AWS tell."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.conftest import ROOT, read_template

from kallelse.dispatching import Measured
from kallelse.observability import METRICS, NAMESPACE

OTHERWISE = {"From a mail to its request", "Checks from outside", "Restored from backup"}
"""The sections of the runbook that no alarm leads to."""


RESOURCES: dict[str, dict[str, Any]] = read_template("infra/monitoring.yaml")["Resources"]
TEMPLATE = read_template()
ALARMS = {
    name: each["Properties"] for name, each in RESOURCES.items() if each["Type"] == "AWS::CloudWatch::Alarm"
}
WIDGETS = json.loads(RESOURCES["Dashboard"]["Properties"]["DashboardBody"])["widgets"]
RUNBOOK = (ROOT / "infra/RUNBOOK.md").read_text()
SECTIONS = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
WAITED_FOR = {"Public", "Admin", "Organiser"}
"""The functions that people wait for."""

Shown = tuple[str, str, frozenset[str]]
"""A metric: its namespace, its name, and the names of its dimensions."""

AWS: dict[tuple[str, frozenset[str]], set[str]] = {
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    ("AWS/ApiGateway", frozenset({"ApiId"})): {"4xx", "5xx", "Count", "Latency", "IntegrationLatency"},
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    ("AWS/Lambda", frozenset({"FunctionName"})): {"Duration", "Errors", "Throttles"},
    ("AWS/Lambda", frozenset()): {"Throttles"},
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    ("AWS/SQS", frozenset({"QueueName"})): {"ApproximateNumberOfMessagesVisible"},
    # https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html
    ("AWS/SES", frozenset()): {"Reputation.BounceRate", "Reputation.ComplaintRate"},
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    ("AWS/DynamoDB", frozenset({"TableName"})): {
        "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits",
        "ReadThrottleEvents", "WriteThrottleEvents",
    },
    ("AWS/DynamoDB", frozenset({"TableName", "GlobalSecondaryIndexName"})): {"WriteThrottleEvents"},
}  # fmt: skip
"""What AWS tells, of what is used here."""

KALLELSE: dict[str, frozenset[str]] = {
    name: frozenset({"service", "kind", "state"} if name == "Mails" else {"service"}) for name in METRICS
}
"""The dimensions of what Kallelse tells; tests/unit/test_observability.py holds that they go out so."""


def of_alarm(alarm: Mapping[str, Any]) -> Shown:
    names = frozenset(each["Name"] for each in alarm.get("Dimensions", []))
    return alarm["Namespace"], alarm["MetricName"], names


def of_widget(metric: list[Any]) -> Shown:
    """The metric of a line of a widget, also if it is searched for."""
    if isinstance(metric[0], dict):
        [(dimensions, name)] = re.findall(r"{([^}]+)} MetricName=\"(\w+)\"", metric[0]["expression"])
        namespace, *names = dimensions.split(",")
        return namespace, name, frozenset(names)
    words = [each for each in metric if isinstance(each, str)]
    return words[0], words[1], frozenset(words[2::2])


def is_told(metric: Shown) -> bool:
    """Whether somebody tells the metric under these dimensions."""
    namespace, name, dimensions = metric
    if namespace == NAMESPACE:
        return KALLELSE.get(name) == dimensions
    return name in AWS.get((namespace, dimensions), set())


def shown() -> Iterator[Shown]:
    yield from map(of_alarm, ALARMS.values())
    for widget in WIDGETS:
        yield from map(of_widget, widget["properties"]["metrics"])


def section_of(text: str) -> str:
    """The section of the runbook that a text leads to."""
    [section] = re.findall(r'See "(.+)" in infra/RUNBOOK\.md', text)
    return str(section)


def test_each_alarm_leads_to_a_section_of_the_runbook_and_each_section_has_its_alarm() -> None:
    texts = [each["AlarmDescription"] for each in ALARMS.values()]
    texts.append(RESOURCES["CostAnomaly"]["Properties"]["SubscriptionName"])
    assert {section_of(text) for text in texts} | OTHERWISE == set(SECTIONS)
    assert len(SECTIONS) == len(set(SECTIONS))


def test_each_section_says_what_to_do_in_steps_with_a_number_of_their_own() -> None:
    for text in re.split(r"^## .+$", RUNBOOK, flags=re.MULTILINE)[1:]:
        numbers = [int(each) for each in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1)), text
        assert numbers, text


def test_the_readme_leads_to_the_runbook() -> None:
    assert "(infra/RUNBOOK.md)" in (ROOT / "README.md").read_text()


def test_each_metric_of_an_alarm_or_the_dashboard_is_told_by_somebody_with_these_dimensions() -> None:
    metrics = list(shown())
    assert len(metrics) > 50
    assert [each for each in metrics if not is_told(each)] == []


@pytest.mark.parametrize(
    "made_up",
    [
        of_alarm({"Namespace": NAMESPACE, "MetricName": "MailsStruck", "Dimensions": [{"Name": "service"}]}),
        of_alarm({"Namespace": NAMESPACE, "MetricName": "MailsStuck"}),
        of_alarm({"Namespace": "AWS/SES", "MetricName": "Reputation.BounceRates"}),
        of_widget(["AWS/ApiGateway", "5XXError", "ApiId", "a"]),
        of_widget([{"expression": "SEARCH('{Kallelse,service,kind} MetricName=\"Mails\"', 'Sum', 300)"}]),
    ],
)
def test_a_metric_that_nobody_tells_would_be_found(made_up: Shown) -> None:
    assert not is_told(made_up)


def told_by_the_code() -> set[str]:
    """Each name of a metric that stands in the code as a text, beside the list of them."""
    texts: set[str] = set()
    for path in (ROOT / "functions/kallelse").rglob("*.py"):
        if path.name != "observability.py":
            found = [each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Constant)]
            texts |= {each.value for each in found if isinstance(each.value, str)}
    return texts & METRICS


def test_each_metric_is_counted_somewhere_and_shown_somewhere() -> None:
    assert told_by_the_code() | {"Mails"} == METRICS
    assert {name for namespace, name, _ in shown() if namespace == NAMESPACE} == METRICS
    assert set(Measured.__args__) <= METRICS  # type: ignore[attr-defined]


def test_an_alarm_calls_somebody_and_news_only_tells() -> None:
    news = {name for name, each in ALARMS.items() if each["AlarmActions"] == ["News"]}
    assert news == {"SoldOut"}
    assert all(each["AlarmActions"] == ["Alarms"] for name, each in ALARMS.items() if name not in news)


def test_only_a_clock_that_stands_still_calls_by_saying_nothing() -> None:
    silent = {name for name, each in ALARMS.items() if each["TreatMissingData"] == "breaching"}
    assert silent == {"LateDispatch"}
    late = ALARMS["LateDispatch"]
    assert (late["Threshold"], late["Period"], late["EvaluationPeriods"]) == (300, 300, 1)


def test_the_rates_of_ses_are_parts_of_one() -> None:
    assert (ALARMS["Bounces"]["Threshold"], ALARMS["Complaints"]["Threshold"]) == (0.02, 0.0005)


def test_a_function_is_slow_at_half_of_its_time_limit_if_people_wait_for_it_and_else_at_four_fifths() -> None:
    functions = {
        name.removesuffix("Function"): each["Properties"]
        for name, each in TEMPLATE["Resources"].items()
        if each["Type"] == "AWS::Serverless::Function"
    }
    usual = TEMPLATE["Globals"]["Function"]["Timeout"]
    for name, function in functions.items():
        alarm, tenths = ALARMS[f"Slow{name}"], 5 if name in WAITED_FOR else 8
        assert alarm["Threshold"] == function.get("Timeout", usual) * 100 * tenths, name
        assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": f"{name}Function"}]
    assert {name for name in ALARMS if name.startswith("Slow")} == {f"Slow{name}" for name in functions}


def test_the_api_is_busy_at_four_fifths_of_the_requests_that_it_lets_in() -> None:
    limits = TEMPLATE["Resources"]["Api"]["Properties"]["DefaultRouteSettings"]
    busy = ALARMS["BusyApi"]
    assert busy["Threshold"] == limits["ThrottlingRateLimit"] * busy["Period"] * 4 // 5


def test_whoever_is_told_by_mail_is_told_of_everything_and_nobody_is_unless_an_address_is_given() -> None:
    mails = [each for each in RESOURCES.values() if each["Type"] == "AWS::SNS::Subscription"]
    assert sorted(each["Properties"]["TopicArn"] for each in mails) == ["Alarms", "News"]
    assert {each["Condition"] for each in mails} == {"SomebodyIsTold"}
    costs = [each for each in RESOURCES.values() if each["Type"].startswith("AWS::CE::")]
    assert {each["Condition"] for each in costs} == {"CostsAreWatched"}
    assert len(costs) == 2
    assert json.loads(RESOURCES["CostAnomaly"]["Properties"]["ThresholdExpression"])["Dimensions"]


def test_widgets_do_not_lie_on_each_other() -> None:
    places = [(each["x"], each["y"]) for each in WIDGETS]
    assert len(set(places)) == len(places)
    assert all(x % 8 == 0 and y % 6 == 0 for x, y in places)
    assert {(each["width"], each["height"]) for each in WIDGETS} == {(8, 6)}


def test_each_stack_of_an_account_looks_at_its_own_metrics() -> None:
    variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    given = TEMPLATE["Resources"]["Monitoring"]["Properties"]["Parameters"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == given["Service"] == "AWS::StackName"
    ours = [each for each in ALARMS.values() if each["Namespace"] == NAMESPACE]
    assert {each["Dimensions"][0]["Value"] for each in ours} == {"Service"}
    lines = [metric for widget in WIDGETS for metric in widget["properties"]["metrics"]]
    told = [json.dumps(metric) for metric in lines if "Kallelse" in json.dumps(metric)]
    assert told
    assert [each for each in told if "${Service}" not in each] == []
