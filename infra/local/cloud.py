"""Starts the emulator, deploys template.yaml on it, and tells where everything is."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import yaml

from ..build import LOCAL, ROOT, templates
from .package import functions_archive, templates_archive, typesetter_archive
from .receiver import Receiver

REGION = "eu-north-1"
STACK = "kallelse-local"
ARTEFACTS = "artefacts"
ROOT_KEY = "test"
"""The credentials by which the emulator knows the owner of the account, who may do anything."""

SES = "/v2/email/"
"""What the paths of SES begin with, which the front takes: the emulator forgets headers and tags."""

WEBHOOKS = "/local/webhooks"
"""Where the front has a receiver of webhooks."""

CLOCK = LOCAL / "clock"
"""The file that tells the functions the time; empty, they take the system's."""

FUNCTIONS = (
    "Public", "Admin", "Organiser", "Dispatcher", "Mailer", "Feedback", "Publisher", "Notifier",
)  # fmt: skip


@dataclass(frozen=True)
class SentMail:
    """A request that the emulated mail service took: the bytes, the tags, and its id."""

    message_id: str
    message: bytes
    tags: dict[str, str]
    at: datetime


@dataclass
class LocalCloud:
    """A running emulator with Kallelse deployed. ``url``: the address that people see."""

    endpoint: str
    url: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    outputs: dict[str, str] = field(default_factory=dict)
    sent: list[SentMail] = field(default_factory=list)
    fed_back: int = 0
    receiver: Receiver = field(default_factory=Receiver)

    def client(self, service: str) -> Any:
        """A client of an emulated service."""
        session = boto3.Session(ROOT_KEY, ROOT_KEY, region_name=REGION)
        return session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def set_now(self, now: datetime) -> None:
        """Let the clock of every function jump; it runs on from there."""
        # Replaced in one step, so that no function reads half of it.
        fresh = CLOCK.with_suffix(".new")
        fresh.write_text(f"{now.isoformat()} {datetime.now(UTC).isoformat()}")
        fresh.replace(CLOCK)

    def now(self) -> datetime:
        """What the clock of every function shows; see :func:`kallelse.clock.told_by`."""
        shown = [datetime.fromisoformat(word) for word in CLOCK.read_text().split()]
        return shown[0] + (datetime.now(UTC) - shown[1]) if shown else datetime.now(UTC)

    def configure(self) -> None:
        """Give every function the settings that only the local cloud has."""
        CLOCK.write_text("")
        client = self.client("lambda")
        for name in FUNCTIONS:
            function = self.outputs[f"{name}Function"]
            present = client.get_function_configuration(FunctionName=function)
            variables = present.get("Environment", {}).get("Variables", {})
            variables |= {
                "KALLELSE_LOCAL": "1",
                "KALLELSE_NOW": str(CLOCK),
                "KALLELSE_TEMPLATES": str(templates()),  # the emulator has no /opt
            }
            if name == "Mailer":
                variables["AWS_ENDPOINT_URL_SESV2"] = self.url
            if name == "Admin":
                variables["KALLELSE_LOCAL_TOKEN"] = self.token
            client.update_function_configuration(FunctionName=function, Environment={"Variables": variables})

    def tick(self) -> None:
        """What the schedule does each minute. Raises RuntimeError when a function fails."""
        for name in ("Publisher", "Dispatcher", "Mailer", "Notifier"):
            self.invoke(name)
        self.feed_back()

    def invoke(self, name: str, payload: bytes = b"{}") -> Any:
        """Run a function once, and give its answer. Raises RuntimeError when it fails."""
        answer = self.client("lambda").invoke(FunctionName=self.outputs[f"{name}Function"], Payload=payload)
        told = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise RuntimeError(f"{name}: {told}")
        return json.loads(told)

    def mails(self) -> list[EmailMessage]:
        """The sent messages, parsed, the oldest first."""
        return [parsed(mail) for mail in self.sent]

    def feed_back(self) -> None:
        """Publish for each new mail the events that SES would, which the emulator does not."""
        topic = self.client("sns")
        while self.fed_back < len(self.sent):
            for kind in ("Send", "Delivery"):
                event = json.dumps(_ses_event(kind, self.sent[self.fed_back]))
                topic.publish(TopicArn=self.outputs["FeedbackTopic"], Message=event)
            self.fed_back += 1


def parsed(mail: SentMail) -> EmailMessage:
    """A sent message, parsed."""
    message = message_from_bytes(mail.message, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the default policy makes # nosec B101
    return message


def _ses_event(kind: str, sent: SentMail) -> dict[str, Any]:
    tags = {name: [value] for name, value in sent.tags.items()}
    mail = {"messageId": sent.message_id, "timestamp": sent.at.isoformat(), "tags": tags}
    return {"eventType": kind, "mail": mail, kind.lower(): {}}


def free_port(wished: int = 0) -> int:
    """The wished port of the loopback interface if it is free, else any that is."""
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


@contextmanager
def emulator() -> Iterator[str]:
    """A running emulator of its own; gives its address, and stops it whatever happens."""
    LOCAL.mkdir(exist_ok=True)
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"GATEWAY_PORT": str(port), "MINISTACK_REGION": REGION}
    environment |= {"BIND_HOST": "127.0.0.1", "NO_PROXY": "*", "PERSIST_STATE": "0", "AUTH": "true"}
    python = LOCAL / "ministack/bin/python"
    # It unpacks each function there, and leaves that behind: 300 MB for the publisher alone.
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        (LOCAL / "ministack.log").open("wb") as log,
    ):
        process = subprocess.Popen(  # noqa: S603 # nosec B603
            [python, ROOT / "infra/local/emulator.py"],
            env=environment | {"TMPDIR": folder},
            stdout=log,
            stderr=log,
            cwd=LOCAL,
            start_new_session=True,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/_ministack/ready", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(address: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the emulator ended; see {LOCAL / 'ministack.log'}")
        try:
            urllib.request.urlopen(address).close()  # noqa: S310 # nosec B310
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the emulator did not become ready")


def deploy(cloud: LocalCloud, meeting_hosts: str) -> None:
    """Deploy the repository's template.yaml; only its references to files become addresses in S3."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=ARTEFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    archives = (functions_archive(), templates_archive(), typesetter_archive())
    for path in (*archives, *(ROOT / "infra").glob("*.yaml")):
        s3.upload_file(str(path), ARTEFACTS, path.name)
    template = (ROOT / "template.yaml").read_text()
    template = template.replace("CodeUri: functions/", f"CodeUri: s3://{ARTEFACTS}/functions.zip")
    template = template.replace("ContentUri: templates/", f"ContentUri: s3://{ARTEFACTS}/templates.zip")
    template = template.replace(
        "ContentUri: infra/typesetter/", f"ContentUri: s3://{ARTEFACTS}/typesetter.zip"
    )
    template = template.replace("TemplateURL: infra/", f"TemplateURL: {cloud.endpoint}/{ARTEFACTS}/")
    cloudformation = cloud.client("cloudformation")
    values = {"Sender": "anmalan@kallelse.example.org", "PublicUrl": cloud.url, "MeetingHosts": meeting_hosts}
    values["WebhookHosts"] = "localhost"
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=template,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    cloud.outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    _make_routes(cloud)
    cloud.configure()


def _make_routes(cloud: LocalCloud) -> None:
    """The emulator ignores the OpenAPI body that SAM makes of the events, so make its routes here."""
    template = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506 # nosec B506
    gateway, api = cloud.client("apigatewayv2"), cloud.outputs["ApiId"]
    for name, keys in _routes(template["Resources"]).items():
        function = cloud.client("lambda").get_function_configuration(FunctionName=cloud.outputs[name])
        integration = gateway.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function["FunctionArn"],
            PayloadFormatVersion="2.0",
        )
        for key in keys:
            target = f"integrations/{integration['IntegrationId']}"
            gateway.create_route(ApiId=api, RouteKey=key, Target=target)


def _routes(resources: dict[str, Any]) -> dict[str, list[str]]:
    """The routes of each function: the organisers' stand in the API itself, the others in its events."""
    organisers = resources["Api"]["Properties"]["DefinitionBody"]["paths"]
    found = {"AdminFunction": [f"ANY {path}" for path in organisers]}
    for name, resource in resources.items():
        events = resource["Properties"].get("Events", {}).values()
        keys = [_key(each["Properties"]) for each in events if each["Type"] == "HttpApi"]
        found |= {name: keys} if keys else {}
    return found


def _key(event: dict[str, str]) -> str:
    return f"{event['Method']} {event['Path']}" if "Path" in event else "$default"


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short functions as nothing: only the events are of interest."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
