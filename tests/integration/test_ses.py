"""What the answers of Amazon SES mean."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from kallelse.adapters.ses import SesPostman
from kallelse.errors import SendError, SendingPaused, SendOutcomeUnknown, SendRejected, SendThrottled

URL = "https://email.eu-north-1.amazonaws.com"


class Answering:
    """A client that answers every call alike."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return call


def a_postman(answer: dict[str, Any] | Exception) -> SesPostman:
    return SesPostman(cast("Any", Answering(answer)), "kallelse@desk.example", "kallelse")


def refusal(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SendEmail")


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (refusal("TooManyRequestsException", "Maximum sending rate exceeded."), SendThrottled),
        (refusal("TooManyRequestsException", "Daily message quota exceeded."), SendingPaused),
        (refusal("SendingPausedException"), SendingPaused),
        (refusal("MessageRejected"), SendRejected),
        (refusal("InternalFailure"), SendOutcomeUnknown),
        (EndpointConnectionError(endpoint_url=URL), SendThrottled),
        (ReadTimeoutError(endpoint_url=URL), SendOutcomeUnknown),
    ],
)
def test_an_answer_tells_whether_the_mail_was_sent(answer: Exception, meaning: type[SendError]) -> None:
    with pytest.raises(SendError) as caught:
        a_postman(answer).send("ada@example.org", b"", {})
    assert type(caught.value) is meaning


def test_the_account_tells_its_rate() -> None:
    answer = {"SendingEnabled": True, "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0}}
    assert a_postman(answer).rate() == 14


def test_an_account_that_does_not_tell_its_rate_is_an_error_of_sending() -> None:
    for answer in (refusal("TooManyRequestsException"), ReadTimeoutError(endpoint_url=URL)):
        with pytest.raises(SendError):
            a_postman(answer).rate()
