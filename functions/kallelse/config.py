"""The settings of each function, read from its environment variables and checked before first use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    FilePath,
    ValidationError,
    field_validator,
    model_validator,
)

from .clock import Clock, system_clock, told_by
from .errors import WrongSettings
from .models import Grant

PREFIX = "KALLELSE_"

Name = Annotated[str, Field(min_length=1)]
Address = Annotated[str, Field(pattern=r"^https?://[^/]+(/.*)?[^/]$")]
OwnAddress = Annotated[Address | None, BeforeValidator(lambda value: value or None)]
"""What links begin with; empty, and hence None, where the API's own address is meant."""


def _split(value: str) -> frozenset[str]:
    return frozenset(host.strip() for host in value.split(",") if host.strip())


Hosts = Annotated[frozenset[str], BeforeValidator(_split)]
"""Hosts, separated by commas."""


class Settings(BaseModel):
    """What every function needs.

    ``local``, ``now`` (the file that tells the time, see :func:`kallelse.clock.told_by`) and
    ``local_token`` exist for the local cloud. Lambda sets AWS_LAMBDA_RUNTIME_API: a function that
    runs there refuses them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    table: Name
    local: bool = False
    now: FilePath | None = None
    local_token: str | None = None
    deployed: bool = False

    @model_validator(mode="after")
    def _local_only(self) -> Self:
        if self.deployed and (self.local or self.now or self.local_token):
            raise ValueError("KALLELSE_LOCAL, KALLELSE_NOW and KALLELSE_LOCAL_TOKEN are for the local cloud")
        if not self.local and (self.now or self.local_token):
            raise ValueError("KALLELSE_NOW and KALLELSE_LOCAL_TOKEN need KALLELSE_LOCAL=1")
        return self

    @property
    def clock(self) -> Clock:
        """The clock of the system, or the one that the local cloud set."""
        return told_by(self.now) if self.now else system_clock


class PublicSettings(Settings):
    """The public function: pages and registrations, and the summaries and cards in the bucket.

    ``base_url``: what the addresses begin with that pages are known by elsewhere. ``edge_secret``: what
    requests carry that came through the edge; empty if there is none.
    """

    bucket: Name
    base_url: OwnAddress = None
    edge_secret: str = ""
    templates: Path = Path("/opt")


class WayIn(StrEnum):
    """How organisers are known: by IAM's signatures, or by the tokens of an OIDC issuer."""

    IAM = "iam"
    JWT = "jwt"


class NotifierSettings(Settings):
    """The notifier. ``webhook_hosts``: where webhooks may go; localhost only in the local cloud."""

    webhook_hosts: Hosts = frozenset()

    @model_validator(mode="after")
    def _local_host(self) -> Self:
        if "localhost" in self.webhook_hosts and not self.local:
            raise ValueError("localhost in KALLELSE_WEBHOOK_HOSTS is for the local cloud")
        return self


class OrganiserSettings(Settings):
    """The organisers' pages. ``grants``, for IAM: what each principal may do, as ``arn=grant`` separated by
    commas or blanks; an ARN may end in ``*``. How a grant is written tells
    :meth:`kallelse.models.Grant.parse`. ``edge_secret``: what requests carry that came through the edge;
    empty if there is none.
    """

    edge_secret: str = ""
    grants: tuple[tuple[str, Grant], ...] = ()
    templates: Path = Path("/opt")

    @field_validator("grants", mode="before")
    @classmethod
    def _pairs(cls, value: str) -> tuple[tuple[str, Grant], ...]:
        pairs = [each.rpartition("=") for each in value.replace(",", " ").split()]
        if any(not principal for principal, _, _ in pairs):
            raise ValueError("write each grant as arn=role, arn=role:event:id or arn=role:tour:id")
        return tuple((principal, Grant.parse(grant)) for principal, _, grant in pairs)

    def granted_to(self, arn: str) -> tuple[Grant, ...]:
        """What the settings grant to the principal of a signature."""
        return tuple(grant for principal, grant in self.grants if _is(arn, principal))


def _is(arn: str, principal: str) -> bool:
    if principal.endswith("*"):
        return arn.startswith(principal[:-1])
    return arn == principal


class AdminSettings(NotifierSettings, OrganiserSettings):
    """The admin function, which also checks where webhooks go. ``meeting_hosts``: where join links may lead.

    ``organiser_auth``: how organisers are known. ``roles_claim``, for JWT: the claim of a token that lists
    grants. ``sender`` is for previews. ``base_url``: what addresses begin with; without it, the API's own.
    """

    bucket: Name
    meeting_hosts: Hosts
    organiser_auth: WayIn = WayIn.IAM
    roles_claim: Name = "roles"
    sender: EmailStr
    base_url: OwnAddress = None


class DispatcherSettings(Settings):
    """The dispatcher, which an operator may have replay the ledger in the bucket."""

    bucket: Name


class MailerSettings(Settings):
    """The mailer. ``base_url``: what links in mails begin with."""

    bucket: Name
    sender: EmailStr
    configuration_set: Name
    base_url: Address
    templates: Path = Path("/opt")


class PublisherSettings(Settings):
    """The publisher of summaries."""

    bucket: Name
    templates: Path = Path("/opt")


S = TypeVar("S", bound=Settings)


def read(settings: type[S], environment: Mapping[str, str] = os.environ) -> S:
    """The settings of a function. Raises WrongSettings, which names what is wrong."""
    values: dict[str, object] = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX)
    }
    try:
        return settings.model_validate(values | {"deployed": "AWS_LAMBDA_RUNTIME_API" in environment})
    except ValidationError as error:
        found = [
            ([f"{PREFIX}{name}".upper() for name in each["loc"]], each["msg"]) for each in error.errors()
        ]
        raise WrongSettings("; ".join(": ".join([*names, told]) for names, told in found)) from None
