"""The template against the rules that it must keep."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.conftest import ROOT, read_template
from tests.simulation.mailing import LIMIT

from kallelse.adapters.dynamodb import client
from kallelse.handlers import notifier
from kallelse.handlers.mailer import MARGIN
from kallelse.mailing import LEASE

TEMPLATE = read_template()
FUNCTIONS = {
    name.removesuffix("Function"): resource["Properties"]
    for name, resource in TEMPLATE["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-north-1"} | variables
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_import_rules_are_kept() -> None:
    result = run(str(Path(sys.executable).parent / "lint-imports"), PYTHONPATH="functions")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_handler_of_a_function_exists(name: str) -> None:
    module, function = FUNCTIONS[name]["Handler"].rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), function))


def test_a_mailer_has_ended_before_its_leases_do_and_after_the_next_one_has_started() -> None:
    limit = timedelta(seconds=FUNCTIONS["Mailer"]["Timeout"])
    assert limit == LIMIT
    assert limit < LEASE
    assert limit - MARGIN > timedelta(minutes=1)


@pytest.mark.parametrize("name", ["Public", "Organiser"])
def test_who_waits_while_the_table_answers_nothing_is_told_so_before_the_function_has_to_end(
    name: str,
) -> None:
    waits = sum(25 * 2**attempt / 1000 for attempt in range(1, client.ATTEMPTS))
    longest = client.ATTEMPTS * client.SECONDS + waits
    assert longest + 1 < FUNCTIONS[name]["Timeout"]


def test_the_bucket_forgets_exports_within_days_and_keeps_everything_else() -> None:
    data = read_template("infra/data.yaml")
    [others, rule] = data["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert "ExpirationInDays" not in others
    assert (rule["Prefix"], rule["Status"], rule["ExpirationInDays"]) == ("exports/", "Enabled", 1)
    # The bucket is versioned: what is deleted is kept as a version until that is deleted too.
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_a_notifier_has_ended_before_the_next_but_one_starts_and_has_a_minute_for_its_work() -> None:
    limit = timedelta(seconds=FUNCTIONS["Notifier"]["Timeout"])
    assert limit < timedelta(minutes=2)
    assert limit - notifier.MARGIN >= timedelta(minutes=1)


def test_the_gateway_leads_every_address_of_the_organisers_pages_to_their_function() -> None:
    deployed = {
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for event in FUNCTIONS["Organiser"]["Events"].values()
    }
    below = "/organiser/{proxy+}"
    assert deployed == {("GET", "/organiser"), ("GET", below), ("POST", below)}


def test_the_gateway_has_a_route_for_each_of_the_public_pages_and_no_other() -> None:
    from kallelse.handlers.public import app

    served = {(each.method, re.sub(r"<(\w+)>", r"{\1}", each.path)) for each in app.routes}
    deployed = {
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for event in FUNCTIONS["Public"]["Events"].values()
        if "Path" in event["Properties"]
    }
    assert served == deployed


def test_no_public_address_can_be_taken_for_an_admin_address() -> None:
    paths = [
        event["Properties"].get("Path", "$default")
        for event in FUNCTIONS["Public"]["Events"].values()
        if event["Type"] == "HttpApi"
    ]
    assert not [path for path in paths if path.startswith("/{")]


def test_the_commands_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert told
    assert told <= targets


def test_whatever_the_clock_or_the_stream_starts_leaves_what_it_cannot_do_in_the_dead_letters() -> None:
    for name in ("Dispatcher", "Mailer", "Publisher", "Notifier"):
        invoke = FUNCTIONS[name]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
        assert invoke == {"Type": "SQS", "Destination": "DeadLetters.Arn"}
    streams = [
        event["Properties"]
        for function in FUNCTIONS.values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "DynamoDB"
    ]
    assert len(streams) == 2
    assert all(each["DestinationConfig"]["OnFailure"]["Destination"] == "DeadLetters.Arn" for each in streams)


def source_files() -> list[Path]:
    return [path for folder in ("functions", "infra", "tests") for path in (ROOT / folder).rglob("*.py")]


def test_no_file_is_longer_than_400_lines() -> None:
    assert [path.name for path in source_files() if len(path.read_text().splitlines()) > 400] == []
