"""Showing who asks: a signature of AWS (SigV4), or a token.

Nothing of it is written anywhere.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from .exiting import ExitCode, fail


@dataclass(frozen=True)
class Request:
    """A request as it is sent. ``url``: with its query, percent-encoded as RFC 3986 has it."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""


Sign = Callable[[Request], Request]


@dataclass
class Credentials:
    """What the options say of who asks. ``profile``: of the AWS configuration; None is the usual one."""

    token: str | None = None
    token_command: str | None = None
    profile: str | None = None

    @cached_property
    def sign(self) -> Sign:
        """What shows who asks. Ends the command when nothing does."""
        if self.token:
            return bearer(self.token)
        if self.token_command:
            return bearer(_printed_by(self.token_command))
        return sigv4(self.profile)


def bearer(token: str) -> Sign:
    """Send a token (RFC 6750)."""
    return lambda request: replace(request, headers=request.headers | {"Authorization": f"Bearer {token}"})


def _printed_by(command: str) -> str:
    # No shell: what is needed of one can be written into a script.
    try:
        ran = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True)  # noqa: S603 # nosec B603
    except (OSError, ValueError, subprocess.CalledProcessError):
        fail(ExitCode.NOT_ALLOWED, "the token command failed")
    return ran.stdout.strip() or fail(ExitCode.NOT_ALLOWED, "the token command printed no token")


def sigv4(profile: str | None) -> Sign:
    """Sign for execute-api, with credentials and region by the usual chain of AWS."""
    # Only who signs pays for importing it.
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        session = Session(profile=profile)
        credentials = session.get_credentials()
        usual_region = session.get_config_variable("region")
    except BotoCoreError as error:
        fail(ExitCode.NOT_ALLOWED, str(error))
    if credentials is None:
        fail(
            ExitCode.NOT_ALLOWED, "no AWS credentials were found: name a --profile, or send a token (--token)"
        )

    def sign(request: Request) -> Request:
        region = _region(request.url) or usual_region
        if region is None:
            fail(ExitCode.NOT_ALLOWED, "no AWS region was found: set AWS_DEFAULT_REGION")
        signed = AWSRequest(request.method, request.url, request.headers, request.body)
        SigV4Auth(credentials.get_frozen_credentials(), "execute-api", region).add_auth(signed)
        return replace(request, headers=dict(signed.headers.items()))

    return sign


def _region(url: str) -> str | None:
    """The region that the own address of an API tells."""
    found = re.match(r"https://[^./]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com", url)
    return found[1] if found else None
