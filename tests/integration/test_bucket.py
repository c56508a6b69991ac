"""The bucket when S3 does not keep up: whoever asked is told to try again, and nothing is lost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from tests.simulation.faults import Fault, Faults

from kallelse.adapters import s3
from kallelse.errors import SummaryNotFound, Unavailable

KEY = "events/seminarium/summaries/v0001/sv.md"


@pytest.fixture
def bucket(cloud: None, monkeypatch: pytest.MonkeyPatch) -> s3.BucketDocuments:
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    boto3.client("s3").create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    return s3.connect("bucket")


@pytest.mark.parametrize("fault", [Fault.THROTTLE, Fault.TIMEOUT, Fault.LOST_FOR_GOOD])
def test_a_bucket_that_does_not_keep_up_is_told_as_unavailable(
    bucket: s3.BucketDocuments, fault: Fault
) -> None:
    faults = Faults()
    faults.attach(bucket.client)
    faults.strike(0, fault)
    with pytest.raises(Unavailable):
        bucket.put(KEY, "Text", "text/markdown", "sv")
    faults.spare()
    bucket.put(KEY, "Text", "text/markdown", "sv")
    faults.strike(0, fault)
    with pytest.raises(Unavailable):
        bucket.get(KEY)
    faults.spare()
    assert bucket.get(KEY) == "Text"


def test_a_document_whose_bytes_stop_coming_is_told_as_unavailable(bucket: s3.BucketDocuments) -> None:
    class Stopping:
        def read(self) -> bytes:
            raise ReadTimeoutError(endpoint_url="https://s3.eu-north-1.amazonaws.com")

    client: Any = SimpleNamespace(
        get_object=lambda **_: {"Body": Stopping()}, exceptions=bucket.client.exceptions
    )
    with pytest.raises(Unavailable):
        s3.BucketDocuments(client, "bucket").get(KEY)


def test_a_document_that_is_not_there_is_told_as_such(bucket: s3.BucketDocuments) -> None:
    with pytest.raises(SummaryNotFound):
        bucket.get(KEY)


@pytest.mark.parametrize("code", ["NoSuchKey", "AccessDenied"])
def test_a_picture_that_is_not_there_is_none_also_to_who_may_not_list_the_bucket(
    bucket: s3.BucketDocuments, code: str
) -> None:
    def missing(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code}}, "GetObject")

    client: Any = SimpleNamespace(get_object=missing)
    assert s3.BucketDocuments(client, "bucket").find(KEY) is None


def test_a_picture_takes_the_place_of_the_one_before(bucket: s3.BucketDocuments) -> None:
    for content in (b"old", b"new"):
        bucket.replace("events/seminarium/card/a-sv.png", content, "image/png", "sv")
    assert bucket.find("events/seminarium/card/a-sv.png") == b"new"
    assert bucket.find("events/seminarium/card/b-sv.png") is None
