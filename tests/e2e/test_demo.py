"""The seed event's whole life on the local cloud, and what it leaves in logs."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from infra.local.before import registration
from infra.local.cloud import FUNCTIONS
from infra.local.demo import local_cloud, run
from infra.local.life import OUTPUT, Life
from infra.local.people import participants
from infra.local.privilege import Denied, grants, take_away, unused
from tests.leaks import leaks, secrets_in

from kallelse.observability import INCIDENTS, KEYS, METRICS

Outcome = list[tuple[str, object, object]]


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """One run for all tests."""
    return run()


@pytest.fixture
def traces(outcome: Outcome) -> dict[str, str]:
    """What the run left behind, by its kind."""
    return {path.stem: path.read_text() for path in (OUTPUT / "traces").iterdir()}


@pytest.fixture
def secrets(outcome: Outcome) -> set[str]:
    """What would tell of a participant."""
    return secrets_in((OUTPUT / "mails").glob("*.eml"))


def test_everything_that_is_promised_to_the_participants_of_the_seminar_happens(outcome: Outcome) -> None:
    assert [each for each in outcome if each[1] != each[2]] == []
    assert len(outcome) == 57
    assert len(list((OUTPUT / "mails").glob("*.eml"))) == 200  # 50 + 10 + 2 + 2 + 9 + 1 + 51 + 12 + 63


def test_no_log_metric_tag_message_or_schedule_tells_of_a_participant(
    traces: dict[str, str], secrets: set[str]
) -> None:
    assert len(secrets) > 300  # 60 names, 60 addresses, and the links of 200 mails
    assert {name: leaks(text, secrets) for name, text in traces.items() if leaks(text, secrets)} == {}


def test_the_same_search_finds_what_was_planted(traces: dict[str, str], secrets: set[str]) -> None:
    for secret in secrets:
        for form in (secret, secret.upper(), json.dumps(secret), quote(secret)):
            assert secret in leaks(f"{traces['log-Public']}\n{form}\n", secrets)


def test_each_function_wrote_its_log_and_those_that_failed_told_of_it(traces: dict[str, str]) -> None:
    for name in FUNCTIONS:
        assert "START RequestId" in traces[f"log-{name}"], name
    for name, incident in (("Public", "unexpected error"), ("Admin", "unexpected error")):
        assert f'"message":"{incident}"' in traces[f"log-{name}"], name
        assert '"error":"ValidationError"' in traces[f"log-{name}"], name
    assert '"message":"feedback failed"' in traces["log-Feedback"]
    assert '"MailsPosted"' in traces["log-Dispatcher"]
    assert '"MailsAccepted"' in traces["log-Mailer"]
    assert '"SummariesPosted"' in traces["log-Publisher"]
    assert traces["tags"].count("mail_id") == 200
    assert traces["messages"].count("published") >= 400  # each mail was sent, and delivered
    assert "AWS/Lambda" in traces["metrics"]  # those of ours are lines of the logs
    assert traces["schedules"].count("rate(1 minute)") == 4


def test_every_line_of_a_log_is_the_platform_s_or_holds_only_what_is_listed(traces: dict[str, str]) -> None:
    lines = [line for name in FUNCTIONS for line in traces[f"log-{name}"].splitlines()]
    told = [line for line in lines if not line.startswith(("START ", "END ", "REPORT "))]
    assert told
    for line in map(json.loads, told):
        if "_aws" in line:
            assert set(line) <= METRICS | {"_aws", "service", "kind", "state", "request_id"}
        else:
            assert set(line) <= set(KEYS)
            assert line["message"] in INCIDENTS


def test_the_demo_ends_at_the_first_thing_that_a_function_may_not_do_any_more(outcome: Outcome) -> None:
    with local_cloud() as cloud:
        [put] = [each for each in grants(cloud) if each[0] == "Admin" and each.action == "dynamodb:PutItem"]
        assert " ".join(put) in unused(cloud)  # nothing has been done yet
        take_away(cloud, put)
        with pytest.raises(Denied, match=r"AdminFunction.*: dynamodb:PutItem"):
            registration(Life(cloud), participants())
