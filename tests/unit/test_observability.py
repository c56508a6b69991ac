"""Logs and metrics: what is not listed does not go out, whoever wrote it."""

from __future__ import annotations

import ast
import json
import logging
import re
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel
from tests.conftest import ROOT, utc

from kallelse import observability
from kallelse.errors import Unavailable, Unexpected
from kallelse.models import Mail, MailKind, MailState
from kallelse.observability import (
    INCIDENTS,
    KEYS,
    LEFT_OUT,
    Incident,
    Metric,
    count,
    count_mails,
    measure,
    observed,
    report,
)

PERSON = "anna.ahlback@example.org"


class Written(logging.StreamHandler[Any]):
    """A handler of the process, as Lambda installs one, which keeps what it writes."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """What goes out, of Kallelse and of libraries."""
    handler, root = Written(), logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    own = logging.getLogger("kallelse")
    monkeypatch.setattr(own, "handlers", [handler])
    monkeypatch.setattr(own, "propagate", False)
    observability.guard_root()
    yield handler
    logging.captureWarnings(False)


class Named(BaseModel):
    number: int


def failing() -> Exception:
    try:
        Named.model_validate({"number": PERSON})
    except ValueError as error:
        return error
    raise AssertionError


def test_of_a_foreign_exception_its_type_goes_out_and_not_its_text(written: Written) -> None:
    error = failing()
    assert PERSON in str(error)  # else there would be nothing to leave out
    report("feedback failed", error)
    [line] = map(json.loads, written.lines)
    assert line["message"] == "feedback failed"
    assert line["error"] == "ValidationError"
    assert "detail" not in line
    assert PERSON not in written.lines[0]


def test_the_text_of_our_own_exceptions_goes_out_with_the_lines_that_they_passed(written: Written) -> None:
    from kallelse.http import body_of

    try:
        body_of(cast(Any, None), (), 0)
    except AttributeError as error:
        report("unexpected error", error)
    report("unexpected error", Unavailable("the table does not keep up"))
    foreign, own = map(json.loads, written.lines)
    assert [place.split(":")[0] for place in foreign["at"]] == ["kallelse.http"]
    assert own["detail"] == "the table does not keep up"


def test_a_key_that_is_not_listed_is_dropped(written: Written) -> None:
    logging.getLogger("kallelse").error("feedback failed", extra={"email": PERSON, "error": "ValueError"})
    [line] = map(json.loads, written.lines)
    assert line["error"] == "ValueError"
    assert set(line) <= set(KEYS)
    assert PERSON not in written.lines[0]


@pytest.mark.parametrize(
    "message", [f"a mail to {PERSON} failed", f'{{"to": "{PERSON}"}}', {"to": PERSON}, 7]
)
def test_a_text_that_is_not_listed_is_left_out(written: Written, message: Any) -> None:
    logging.getLogger("kallelse").error(message)
    assert [json.loads(line)["message"] for line in written.lines] == [LEFT_OUT]
    assert PERSON not in written.lines[0]


def test_what_libraries_and_warnings_say_is_left_out_but_not_that_they_said_it(written: Written) -> None:
    logging.getLogger("urllib3.connectionpool").warning("retrying %s", PERSON)
    try:
        raise KeyError(PERSON)
    except KeyError:
        logging.getLogger("botocore").exception("request of %s failed", PERSON)
    logging.captureWarnings(True)
    warnings.warn(PERSON, stacklevel=1)
    names = [json.loads(line)["name"] for line in written.lines]
    assert names == ["urllib3.connectionpool", "botocore", "py.warnings"]
    assert not [line for line in written.lines if PERSON in line]


def test_the_same_lines_would_hold_the_secret_if_nothing_were_left_out(written: Written) -> None:
    written.setFormatter(logging.Formatter())
    logging.getLogger("urllib3.connectionpool").warning("retrying %s", PERSON)
    assert written.lines == [f"retrying {PERSON}"]


def test_a_foreign_exception_leaves_a_handler_with_its_type_and_place_only() -> None:
    def handler(event: dict[str, Any], context: object) -> None:
        raise failing()

    with pytest.raises(Unexpected) as caught:
        observed(handler)({}, None)
    told = "".join(traceback.format_exception(caught.value))
    assert str(caught.value) == "ValidationError"
    assert "in failing" in told
    assert PERSON not in told


def test_an_exception_of_ours_leaves_a_handler_as_it_is_without_what_caused_it() -> None:
    def handler(event: dict[str, Any], context: object) -> None:
        raise Unavailable("the table does not keep up") from failing()

    with pytest.raises(Unavailable, match="keep up") as caught:
        observed(handler)({}, None)
    assert PERSON not in "".join(traceback.format_exception(caught.value))


def test_metrics_go_out_with_no_dimension_but_the_service_also_when_the_handler_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def handler(event: dict[str, Any], context: object) -> None:
        count("MailsPosted", 2)
        count("MailsStuck", 0)
        raise failing()

    with pytest.raises(Unexpected):
        observed(handler)({}, None)
    blob = json.loads(capsys.readouterr().out)
    assert blob.pop("_aws")["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    assert blob == {"service": "kallelse", "MailsPosted": [2.0]}


def test_that_nothing_is_late_is_told_too_and_in_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    observed(lambda event, context: measure("DispatchLateness", 0))({}, None)
    blob = json.loads(capsys.readouterr().out)
    [told] = blob["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    assert (told["Name"], told["Unit"], blob["DispatchLateness"]) == ("DispatchLateness", "Seconds", [0.0])


def test_mails_are_counted_by_kind_and_state_and_by_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    states = (MailState.ACCEPTED, MailState.FAILED, MailState.ACCEPTED)
    count_mails([a_mail(state, recipient=f"r-{number}") for number, state in enumerate(states)])
    blobs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["kind"], each["state"], each["Mails"]) for each in blobs] == [
        ("confirmed", "accepted", [2.0]),
        ("confirmed", "failed", [1.0]),
    ]
    for blob in blobs:
        [told] = blob.pop("_aws")["CloudWatchMetrics"]
        assert told["Dimensions"] == [["service", "kind", "state"]]
        assert set(blob) == {"service", "kind", "state", "Mails"}


def a_mail(state: MailState, recipient: str) -> Mail:
    return Mail(
        event_id="seminarium",
        kind=MailKind.CONFIRMED,
        recipient=recipient,
        version=1,
        state=state,
        created_at=utc("2020-08-20T09:00"),
    )


def test_a_run_that_counts_nothing_writes_no_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    assert observed(lambda event, context: event)({"as": "it was"}, None) == {"as": "it was"}
    assert capsys.readouterr().out == ""


def test_each_line_tells_the_request_that_it_belongs_to(written: Written) -> None:
    class Context:
        aws_request_id = "r-1"

    def handler(event: dict[str, Any], context: object) -> None:
        report("feedback failed", failing())

    observed(handler)({}, Context())
    observed(handler)({"requestContext": {"requestId": "at the gateway"}}, Context())
    lines = [json.loads(line) for line in written.lines]
    assert [each["function_request_id"] for each in lines] == ["r-1", "r-1"]
    assert [each["request_id"] for each in lines] == ["r-1", "at the gateway"]


def test_what_can_be_told_and_counted_is_short_and_holds_no_place_for_data() -> None:
    for each in (*Incident.__args__, *Metric.__args__):  # type: ignore[attr-defined]
        assert "{" not in each
        assert "%" not in each


def sources() -> list[Path]:
    return [path for path in (ROOT / "functions/kallelse").rglob("*.py") if path.name != "observability.py"]


def lines_of_logs(source: str) -> list[tuple[str, set[str]]]:
    """The text and the keys of each line that the source writes to the log of the domain."""
    found = []
    for call in ast.walk(ast.parse(source)):
        match call:
            case ast.Call(ast.Attribute(ast.Name("log")), [ast.Constant(str(text))], keywords):
                given = [each.value for each in keywords if each.arg == "extra"]
                keys = [key for each in given if isinstance(each, ast.Dict) for key in each.keys]
                found.append((text, {str(key.value) for key in keys if isinstance(key, ast.Constant)}))
            case ast.Call(ast.Attribute(ast.Name("log"))):
                found.append((ast.unparse(call), set()))
    return found


def test_every_line_that_the_domain_writes_is_listed_and_so_are_its_keys() -> None:
    lines = [line for path in sources() for line in lines_of_logs(path.read_text())]
    assert len(lines) >= 2
    assert {text for text, _ in lines} <= INCIDENTS
    assert {key for _, keys in lines for key in keys} <= set(KEYS)
    [(made_up, _)] = lines_of_logs('log.error(f"{name} failed")')
    assert made_up not in INCIDENTS


def test_only_the_log_of_the_domain_and_observability_write_logs_or_metrics() -> None:
    aws = [path.name for path in sources() if re.search(r"\b(Logger|Metrics|Tracer)\b", path.read_text())]
    assert aws == []
    made = [call for path in sources() for call in re.findall(r"\w+ = logging\..*", path.read_text())]
    assert set(made) == {'log = logging.getLogger("kallelse")'}
    assert not [path for path in sources() if re.search(r"^(import|from) warnings", path.read_text(), re.M)]
