"""The command signs its requests, or sends a token, and says neither."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as AwsCredentials
from tests.commanding import RETRIED, Wire, told

from kallelse.cli.credentials import Request, sigv4

AWS = AwsCredentials("AKIDEXAMPLE", "a-secret-of-nobody")


@pytest.fixture
def signing(wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The credentials of AWS in the environment, and nothing else of it."""
    monkeypatch.delenv("KALLELSE_TOKEN")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", AWS.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", AWS.secret_key)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")


def test_a_token_is_sent_or_printed_by_a_command(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    wire.run("--token", "a", "events", "show", "a")
    monkeypatch.delenv("KALLELSE_TOKEN")
    printing = f"{sys.executable} -c 'print(\"b\")'"
    wire.run("--token-command", printing, "events", "show", "a")
    assert [each.headers["Authorization"] for each in wire.sent] == ["Bearer a", "Bearer b"]
    for failing in ("no-such-command", f"{sys.executable} -c 'raise SystemExit(1)'", "'", "true"):
        assert "token command" in wire.run("--token-command", failing, "events", "show", "a", code=5).stderr


def test_a_token_is_never_said(wire: Wire) -> None:
    wire.fail(told(401, {"detail": "no"}))
    for arguments in (("events", "show", "a"), ("--help",), ("events", "list", "--help")):
        result = wire.run("--token", "geheim", *arguments, code=5 if "a" in arguments else 0)
        assert "geheim" not in result.output


@pytest.mark.usefixtures("signing")
@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (
            ("registrations", "list", "a", "--text", "Åsa & Örn +1/2~x", "--answer", "diet:a,b=c%20"),
            {"text": "Åsa & Örn +1/2~x", "answer": "diet:a,b=c%20"},
        ),
        (
            ("export", "a", "--text", "Åbo, Vasa", "--bom"),
            {"text": "Åbo, Vasa", "bom": "true"},
        ),
        (("events", "show", "å ä/ö"), {}),
        (RETRIED, {}),
    ],
)
def test_a_signature_is_the_one_that_the_receiver_computes(
    wire: Wire, arguments: tuple[str, ...], query: dict[str, str]
) -> None:
    wire.run(*arguments, "--json")
    [sent] = wire.sent
    assert query.items() <= dict(parse_qsl(urlsplit(sent.url).query, strict_parsing=bool(query))).items()
    assert as_received(sent) == sent.headers["Authorization"]
    changed = Request(sent.method, sent.url + ("&" if query else "?") + "x=1", sent.headers, sent.body)
    assert as_received(changed) != sent.headers["Authorization"]


def as_received(request: Request) -> str:
    """The Authorization that the receiver computes, from what it reads and not from how that was written."""
    address = urlsplit(request.url)
    named = re.search("SignedHeaders=([^,]+)", request.headers["Authorization"])
    assert named
    signed = {name: value for name, value in request.headers.items() if name.lower() in named[1].split(";")}
    received = AWSRequest(
        request.method,
        f"{address.scheme}://{address.netloc}{address.path}",
        signed,
        request.body,
        params=dict(parse_qsl(address.query)),
    )
    received.context["timestamp"] = request.headers["X-Amz-Date"]
    auth = SigV4Auth(AWS, "execute-api", "eu-north-1")
    canonical = auth.canonical_request(received)
    signature = auth.signature(auth.string_to_sign(received, canonical), received)
    scope = auth.scope(received)
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={named[1]}, Signature={signature}"


@pytest.mark.usefixtures("signing")
def test_the_key_for_repeats_and_the_state_are_signed_too(wire: Wire) -> None:
    wire.run("events", "publish", "a")
    assert "idempotency-key;if-match" in wire.sent[-1].headers["Authorization"]
    assert wire.sent[-1].headers["Authorization"] == as_received(wire.sent[-1])


@pytest.mark.usefixtures("signing")
def test_each_attempt_is_signed_anew(wire: Wire) -> None:
    wire.fail("lost")
    wire.run(*RETRIED)
    assert all(each.headers["Authorization"] == as_received(each) for each in wire.sent)
    assert len(wire.sent) == 2


@pytest.mark.usefixtures("signing")
def test_the_own_address_of_an_api_tells_its_region(monkeypatch: pytest.MonkeyPatch) -> None:
    def region(url: str) -> str:
        signed = sigv4(None)(Request("GET", url, {})).headers["Authorization"]
        return signed.split("/")[2]

    own = "https://abc.execute-api.eu-west-1.amazonaws.com/admin/events"
    assert [region(own), region("https://anmalan.example/admin/events")] == ["eu-west-1", "eu-north-1"]
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert region(own) == "eu-west-1"


@pytest.mark.usefixtures("signing")
def test_without_credentials_or_region_it_says_what_is_missing(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "nowhere" in wire.run("--profile", "nowhere", "events", "show", "a", code=5).stderr
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "region" in wire.run("events", "show", "a", code=5).stderr
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert "--token" in wire.run("events", "show", "a", code=5).stderr
    assert wire.sent == []
