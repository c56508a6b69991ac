"""Amazon S3: texts under keys that are never overwritten."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from ..errors import SummaryNotFound

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class BucketDocuments:
    """Keeps the promises of :class:`kallelse.ports.Documents`."""

    client: S3Client
    bucket: str

    def put(self, key: str, text: str, media_type: str, language: str) -> None:
        body = text.encode()
        try:
            self.client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType=f"{media_type}; charset=utf-8",
                ContentLanguage=language,
                ChecksumSHA256=b64encode(sha256(body).digest()).decode(),
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise

    def get(self, key: str) -> str:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode()
        except self.client.exceptions.NoSuchKey as error:
            raise SummaryNotFound("the text of the summary is gone") from error


def connect(bucket: str) -> BucketDocuments:
    """The bucket of this name."""
    return BucketDocuments(boto3.client("s3"), bucket)
