"""The command ``kallelse``: how it ends, asks again, shows who asks, and what it prints where."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.credentials import Credentials as AwsCredentials
from tests.commanding import OK, RETRIED, Wire, told
from tests.conftest import ROOT

from kallelse.cli import EXIT_CODES
from kallelse.cli.client import Answer, over_http
from kallelse.cli.credentials import Request
from kallelse.cli.exiting import ExitCode
from kallelse.cli.figures import WIDTH, bar

AWS = AwsCredentials("AKIDEXAMPLE", "a-secret-of-nobody")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, 3), (401, 5), (403, 5), (404, 4), (405, 3), (409, 3), (410, 3), (412, 6), (413, 3), (415, 3),
        (422, 3), (428, 6), (429, 3), (500, 1), (502, 7), (503, 7), (504, 7), (302, 1),
    ],
)  # fmt: skip
def test_each_status_ends_the_command_with_the_exit_code_of_the_table(
    wire: Wire, status: int, code: int
) -> None:
    wire.handler = lambda event, context: {"statusCode": status, "body": '{"detail": "so it is"}'}
    result = wire.run("events", "show", "a", "--json", code=code)
    assert (result.stdout, result.stderr.splitlines()[-1]) == ("", "so it is")


def test_the_help_says_what_each_exit_code_means(wire: Wire) -> None:
    told_in_help = re.findall(r"^  (\d)  \w", EXIT_CODES, re.MULTILINE)
    assert [int(each) for each in told_in_help] == list(ExitCode)
    shown = wire.run("--help").stdout
    assert all(line.strip() in shown for line in EXIT_CODES.splitlines()[1:])


def test_what_is_written_wrongly_ends_with_2_and_asks_nothing(wire: Wire) -> None:
    for arguments in (
        ("events", "shew", "a"),
        ("events", "show"),
        ("events", "apply", "no-such-file.yaml"),
        ("mails", "decide", "a", "b"),
        ("summary", "approve", "a", "sv", "0", "--yes"),
        ("registrations", "add", "a", "--set", "name"),
        ("registrations", "move", "a", "b"),
    ):
        assert wire.run(*arguments, code=2).stdout == ""
    assert wire.sent == []


def test_the_fields_that_are_wrong_are_named_with_their_remedies(wire: Wire) -> None:
    wire.fail(
        told(422, {"detail": "a: b; c: d", "errors": [{"field": "seats", "detail": "must be 1 or more"}]})
    )
    assert wire.run("events", "show", "a", code=3).stderr == "seats: must be 1 or more\n"


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b"\xff"])
def test_an_answer_that_is_not_of_kallelse_is_told_by_its_status(wire: Wire, body: bytes) -> None:
    wire.fail(Answer(403, {}, body))
    assert wire.run("events", "show", "a", code=5).stderr == "the answer was 403\n"


def test_what_api_gateway_says_by_itself_is_said(wire: Wire) -> None:
    wire.fail(told(403, {"message": "Forbidden"}))
    assert wire.run("events", "show", "a", code=5).stderr == "Forbidden\n"


def test_json_is_the_body_of_the_answer_byte_for_byte_and_the_rest_goes_to_stderr(wire: Wire) -> None:
    wire.fail(told(503, {}))
    result = wire.run("events", "show", "a", "--json")
    assert result.stdout_bytes == OK["body"].encode() + b"\n"  # type: ignore[attr-defined]
    assert result.stderr == "No answer yet; asking again in 1 s.\n"


def test_a_page_that_is_not_json_is_no_answer(wire: Wire) -> None:
    wire.fail(Answer(200, {}, b"<!doctype html>"))
    assert "check --url" in wire.run("events", "show", "a", code=1).stderr


def test_pages_are_followed_to_the_end_if_asked_for(wire: Wire) -> None:
    pages = [
        told(200, {"registrations": [{"id": "1"}], "next": "ö,1", "total": 3}),
        told(200, {"registrations": [{"id": "2"}], "next": "ö,2", "total": 3}),
        told(200, {"registrations": [{"id": "3"}], "next": None, "total": 3}),
    ]
    wire.fail(*pages)
    whole = wire.json("registrations", "list", "a", "--waiting", "--all")
    assert whole == {"registrations": [{"id": "1"}, {"id": "2"}, {"id": "3"}], "next": None, "total": 3}
    assert [urlsplit(each.url).query for each in wire.sent] == [
        "state=waiting",
        "state=waiting&cursor=%C3%B6%2C1",
        "state=waiting&cursor=%C3%B6%2C2",
    ]
    wire.fail(*pages)
    result = wire.run("registrations", "list", "a")
    assert len(result.stdout.splitlines()) == 2
    assert "--all" in result.stderr


@pytest.mark.parametrize(("typed", "code", "asked"), [("y\n", 0, 3), ("\n", 1, 2), ("", 1, 2)])
def test_in_a_terminal_a_file_is_applied_after_telling_what_it_would_change(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, typed: str, code: int, asked: int
) -> None:
    monkeypatch.setattr("kallelse.cli.events.in_terminal", lambda: True)
    (tmp_path / "a.yaml").write_text("id: a")
    wire.fail(None, told(200, {"revision": 2, "changes": ["seats"], "notices": ["2 would be told."]}))
    result = wire.run("events", "apply", str(tmp_path / "a.yaml"), typed=typed, code=code)
    assert result.stderr.startswith("changes: seats\n2 would be told.\nApply a.yaml to a? [y/N]")
    assert len(wire.sent) == asked
    sent = wire.sent[-1]
    assert (sent.method == "PUT" and sent.headers["If-Match"] == '"1"') == (code == 0)


def test_a_dry_run_tells_what_would_change_and_applies_nothing(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("id: a")
    trial = {"revision": 1, "changes": [], "notices": []}
    wire.fail(None, told(200, trial), None, told(200, trial))
    arguments = ("events", "apply", str(tmp_path / "a.yaml"), "--dry-run")
    assert wire.run(*arguments).stderr == "Nothing would change.\n"
    assert wire.json(*arguments) == trial
    assert [urlsplit(each.url).path[-11:] for each in wire.sent] == ["in/events/a", "/a/validate"] * 2
    assert wire.sent[-1].headers["Content-Type"] == "application/yaml"


@pytest.mark.parametrize(
    ("faults", "pauses"),
    [
        (["lost"], [1]),
        (["lost", "lost", "lost"], [1, 3, 9]),
        ([told(503, {}, **{"Retry-After": "5"})], [5]),
        ([told(429, {}), "lost"], [1, 3]),
        (["lost", told(409, {"detail": "the same request is being answered"})], [1, 3]),
        ([told(504, {"message": "Endpoint request timed out"})], [1]),
    ],
)
def test_a_post_is_sent_again_with_the_same_key(wire: Wire, faults: list[Any], pauses: list[float]) -> None:
    wire.fail(*faults)
    wire.run(*RETRIED)
    assert wire.pauses == pauses
    assert len({each.headers["Idempotency-Key"] for each in wire.sent}) == 1
    assert len(wire.sent) == len(faults) + 1


def test_each_post_has_a_key_of_its_own(wire: Wire) -> None:
    wire.run(*RETRIED)
    wire.run(*RETRIED)
    assert len({each.headers["Idempotency-Key"] for each in wire.sent}) == 2


@pytest.mark.parametrize(
    ("faults", "code", "times"),
    [
        (["lost"] * 4, 7, 4),
        ([told(503, {"detail": "later"})] * 4, 7, 4),
        ([told(429, {"detail": "later"}, **{"Retry-After": "3600"})], 3, 1),
        ([told(409, {"detail": "no"})], 3, 1),
        ([told(422, {"detail": "no"})], 3, 1),
    ],
)
def test_asking_again_has_an_end(wire: Wire, faults: list[Any], code: int, times: int) -> None:
    wire.fail(*faults)
    wire.run(*RETRIED, code=code)
    assert len(wire.sent) == times


def test_a_change_without_a_key_is_not_sent_again(wire: Wire) -> None:
    wire.fail(None, "lost")
    result = wire.run("registrations", "edit", "a", "b", "--set", "name=Ada", code=7)
    assert [each.method for each in wire.sent] == ["GET", "PATCH"]
    assert "no answer came from api.example" in result.stderr


def test_a_change_is_meant_for_the_state_that_was_read(wire: Wire) -> None:
    wire.run("events", "publish", "a")
    assert [each.headers.get("If-Match") for each in wire.sent] == [None, '"1"']


def test_what_is_told_of_a_participant_is_what_the_endpoint_reads(wire: Wire) -> None:
    wire.run(
        "registrations", "edit", "a", "b", "--mode", "online", "--set", "name=Ada = Åberg", "--set", "role=",
        "--set", "answers.diet=vegetarian,gluten-free", "--set", "answers.lunch=", "--json",
    )  # fmt: skip
    assert json.loads(wire.sent[-1].body) == {
        "participant": {
            "name": "Ada = Åberg",
            "role": None,
            "answers": {"diet": ["vegetarian", "gluten-free"], "lunch": None},
        },
        "mode": "online",
    }


@pytest.mark.parametrize("url", ["http://api.example", "ftp://api.example", "api.example", ""])
def test_nothing_is_sent_where_others_could_read_it(wire: Wire, url: str) -> None:
    wire.run("--url", url, "events", "show", "a", code=2)
    assert wire.sent == []


@pytest.mark.parametrize("url", ["http://localhost:8080/", "http://127.0.0.1:8080", "https://api.example/"])
def test_the_local_cloud_needs_no_https(wire: Wire, url: str) -> None:
    wire.run("--url", url, "events", "show", "a b/..")
    assert wire.sent[0].url == url.rstrip("/") + "/admin/events/a%20b%2F.."


def test_what_is_kept_elsewhere_is_fetched_without_showing_who_asks(wire: Wire, tmp_path: Path) -> None:
    wire.fail(told(303, "", Location="https://bucket.example/file?X-Amz-Signature=1"), told(200, [1]))
    wire.run("export", "a", "--format", "json", "-o", str(tmp_path / "file.json"))
    assert (tmp_path / "file.json").read_bytes() == b"[1]"
    assert (wire.sent[1].url, wire.sent[1].headers) == ("https://bucket.example/file?X-Amz-Signature=1", {})
    wire.fail(told(303, "", Location="http://bucket.example/file"))
    wire.run("export", "a", code=1)


def test_what_cannot_be_undone_is_asked_about(wire: Wire) -> None:
    for arguments in (
        ("erase", "ada@example.org"),
        ("person", "export", "ada@example.org"),
        ("events", "cancel", "a"),
        ("events", "archive", "a"),
        ("registrations", "cancel", "a", "b"),
        ("webhooks", "secret", "a", "b"),
    ):
        asked = wire.run(*arguments, typed="n\n", code=1)
        assert (asked.stdout, asked.stderr.splitlines()[-1][-20:]) == ("", "Nothing was changed.")
    assert {urlsplit(each.url).path for each in wire.sent} == {"/admin/people/find"}
    wire.run("erase", "ada@example.org", typed="yes\n", code=0)
    assert json.loads(wire.sent[-1].body) == {"address": "ada@example.org"}
    assert urlsplit(wire.sent[-1].url).path == "/admin/people/erase"


def test_what_is_sent_is_what_was_signed() -> None:
    lines: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lines.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        path = "/admin/events/a%20b%2F../registrations?text=%C3%85sa%20%2B~x&answer=diet%3Aa%2Cb"
        answer = over_http(Request("GET", f"http://127.0.0.1:{server.server_port}{path}", {}))
        server.shutdown()
    assert (answer.status, answer.headers["location"], lines) == (302, "/elsewhere", [path])


def test_a_closed_port_is_no_answer() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    with pytest.raises(ConnectionError):
        over_http(Request("GET", f"http://127.0.0.1:{port}/admin/events", {}))


def test_it_runs_as_a_module_and_imports_nothing_of_kallelse_beside_itself() -> None:
    told_by = "import kallelse.cli, sys; print(sorted(each for each in sys.modules if 'kallelse' in each))"
    environment = {"PYTHONPATH": str(ROOT / "functions"), "PATH": ""}
    imported = subprocess.run(  # noqa: S603
        [sys.executable, "-c", told_by], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert re.findall(r"'kallelse\.(\w+)'", imported) == ["cli"]
    ran = subprocess.run(
        [sys.executable, "-m", "kallelse.cli", "events", "list"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "KALLELSE_URL" in ran.stderr


@pytest.mark.parametrize(
    ("number", "most", "length"), [(0, 0, 0), (0, 9, 0), (1, 1000, 1), (5, 10, WIDTH // 2), (9, 9, WIDTH)]
)
def test_a_bar_is_in_proportion_and_whoever_is_there_shows(number: int, most: int, length: int) -> None:
    assert bar(number, most) == "█" * length


def test_the_chart_tells_its_numbers_without_colour_and_without_bars(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [
        {"day": "2020-08-20", "arrived": 12, "cancelled": 0, "confirmed": 12},
        {"day": "2020-08-21", "arrived": 3, "cancelled": 1, "confirmed": 14},
    ]
    seats = {"total": 28, "taken": 14, "free": 14, "waiting": 0}
    content = {
        "seats": seats | {"modes": {"online": seats}},
        "joined": 0,
        "registrations": {"confirmed": 14},
        "days": days,
    }
    wire.fail(told(200, content), told(200, content))
    plain = wire.run("figures", "a").stdout
    assert "2020-08-21\t3\t1\t14" in plain.splitlines()
    assert "█" not in plain
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    shown = wire.run("figures", "a").stdout
    [line] = [each for each in shown.splitlines() if "2020-08-21" in each]
    assert re.findall(r"\d+|█+", line)[3:] == ["3", "█" * 4, "14", "█" * (WIDTH // 2)]
