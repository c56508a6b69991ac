"""Amazon S3: documents under keys that are never overwritten."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
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

    def address(self, key: str, valid: timedelta) -> str:
        """Keeps the promise of :class:`kallelse.ports.Downloads`."""
        where = {"Bucket": self.bucket, "Key": key}
        try:
            self.client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            # Without the right to list the bucket, S3 calls forbidden what is not there.
            if error.response["Error"]["Code"] in ("403", "404"):
                raise SummaryNotFound("the summary is not kept in this format") from error
            raise
        seconds = int(valid.total_seconds())
        return self.client.generate_presigned_url("get_object", Params=where, ExpiresIn=seconds)


def connect(bucket: str) -> BucketDocuments:
    """The bucket of this name."""
    # Signed addresses name the host of the region: that of all regions redirects where no signature holds.
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return BucketDocuments(boto3.client("s3", config=config), bucket)
