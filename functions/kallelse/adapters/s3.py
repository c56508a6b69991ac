"""Amazon S3: documents under keys that are never overwritten."""

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

    def put(self, key: str, content: str | bytes, media_type: str, language: str) -> str:
        body, charset = (content, "") if isinstance(content, bytes) else (content.encode(), "; charset=utf-8")
        digest = sha256(body)
        try:
            self.client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType=media_type + charset,
                ContentLanguage=language,
                ChecksumSHA256=b64encode(digest.digest()).decode(),
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            return sha256(self._read(key)).hexdigest()
        return digest.hexdigest()

    def get(self, key: str) -> str:
        try:
            return self._read(key).decode()
        except self.client.exceptions.NoSuchKey as error:
            raise SummaryNotFound("the text of the summary is gone") from error

    def _read(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()


def connect(bucket: str) -> BucketDocuments:
    """The bucket of this name."""
    return BucketDocuments(boto3.client("s3"), bucket)
