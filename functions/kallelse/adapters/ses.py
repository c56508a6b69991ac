"""Amazon SES: one try per call, since it has no idempotency token and a retry may double a mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from ..errors import SendError, SendingPaused, SendOutcomeUnknown, SendRejected, SendThrottled

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# The errors of SendEmail in the SES API v2 reference, and what each says about the mail.
ERRORS: dict[str, type[SendError]] = {
    "TooManyRequestsException": SendThrottled,
    "ThrottlingException": SendThrottled,
    "LimitExceededException": SendingPaused,
    "AccountSuspendedException": SendingPaused,
    "SendingPausedException": SendingPaused,
    "MailFromDomainNotVerifiedException": SendingPaused,
    "AccessDeniedException": SendingPaused,
    "NotFoundException": SendingPaused,
    "MessageRejected": SendRejected,
    "BadRequestException": SendRejected,
}

DAILY_QUOTA = "Daily message quota exceeded"
"""What SES says of the quota of 24 hours, under the error code that also stands for too many a second.

https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html
"""

CONNECTIONS = 32
"""As many as a mailer has threads at most, so that none has to open a connection for each mail."""


@dataclass(frozen=True)
class SesPostman:
    """Keeps the promises of :class:`kallelse.ports.Postman` and :class:`kallelse.ports.Account`."""

    client: SESV2Client
    sender: str
    configuration_set: str

    def send(self, recipient: str, message: bytes, tags: dict[str, str]) -> str:
        try:
            answer = self.client.send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [recipient]},
                Content={"Raw": {"Data": message}},
                EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
                ConfigurationSetName=self.configuration_set,
            )
        except (EndpointConnectionError, ConnectTimeoutError) as error:
            raise SendThrottled("the mail service cannot be reached") from error
        except ClientError as error:
            raise _meaning(error) from error
        except BotoCoreError as error:
            raise SendOutcomeUnknown(type(error).__name__) from error
        return answer["MessageId"]

    def rate(self) -> float:
        try:
            return self.client.get_account()["SendQuota"]["MaxSendRate"]
        except (ClientError, BotoCoreError) as error:
            raise SendError(type(error).__name__) from error


def _meaning(error: ClientError) -> SendError:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if DAILY_QUOTA in message:
        return SendingPaused(code)
    return ERRORS.get(code, SendOutcomeUnknown)(code)


def connect(sender: str, configuration_set: str) -> SesPostman:
    """The account's SES; a call that takes longer than 10 seconds counts as unanswered."""
    config = Config(
        connect_timeout=3,
        read_timeout=10,
        retries={"total_max_attempts": 1},
        max_pool_connections=CONNECTIONS,
    )
    return SesPostman(boto3.client("sesv2", config=config), sender, configuration_set)
