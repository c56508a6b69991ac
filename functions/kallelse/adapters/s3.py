"""Amazon S3: documents under keys that are never overwritten."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from ..errors import SummaryNotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


BUSY = frozenset(
    {
        "SlowDown",
        "InternalError",
        "ServiceUnavailable",
        "RequestTimeout",
        "ConditionalRequestConflict",
        "500",  # an answer without a body, as to HEAD, has only its status
        "503",
    }
)
"""The errors of S3 that the same request may not meet again in a moment (its API reference)."""


def call(client: S3Client, bucket: str, operation: str, **request: Any) -> Any:
    """One request. Raises Unavailable when S3 does not keep up even after botocore's retries."""
    try:
        return getattr(client, operation)(Bucket=bucket, **request)
    except ClientError as error:
        if error.response["Error"]["Code"] in BUSY:
            raise Unavailable("the storage of documents does not keep up") from error
        raise
    except (NoConnection, HTTPClientError) as error:
        raise Unavailable("the storage of documents cannot be reached") from error


@dataclass(frozen=True)
class BucketDocuments:
    """Keeps the promises of :class:`kallelse.ports.Documents`."""

    client: S3Client
    bucket: str

    def put(self, key: str, content: str | bytes, media_type: str, language: str) -> str:
        body, charset = (content, "") if isinstance(content, bytes) else (content.encode(), "; charset=utf-8")
        digest = sha256(body)
        try:
            self._call(
                "put_object",
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

    def replace(self, key: str, content: bytes, media_type: str, language: str) -> None:
        """Keeps the promise of :class:`kallelse.ports.Pictures`."""
        request = {"Key": key, "Body": content, "ContentType": media_type, "ContentLanguage": language}
        self._call("put_object", **request)

    def find(self, key: str) -> bytes | None:
        """Keeps the promise of :class:`kallelse.ports.Pictures`."""
        try:
            return self._read(key)
        except ClientError as error:
            # Without the right to list the bucket, S3 calls forbidden what is not there.
            if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
                return None
            raise

    def _read(self, key: str) -> bytes:
        answer = self._call("get_object", Key=key)
        try:
            return bytes(answer["Body"].read())
        except HTTPClientError as error:
            raise Unavailable("the storage of documents broke off") from error

    def _call(self, operation: str, **request: Any) -> Any:
        return call(self.client, self.bucket, operation, **request)

    def address(self, key: str, valid: timedelta) -> str:
        """Keeps the promise of :class:`kallelse.ports.Downloads`."""
        where = {"Bucket": self.bucket, "Key": key}
        try:
            self._call("head_object", Key=key)
        except ClientError as error:
            # Without the right to list the bucket, S3 calls forbidden what is not there.
            if error.response["Error"]["Code"] in ("403", "404"):
                raise SummaryNotFound("the summary is not kept in this format") from error
            raise
        seconds = int(valid.total_seconds())
        return self.client.generate_presigned_url("get_object", Params=where, ExpiresIn=seconds)

    def upload(self, key: str, file: BinaryIO, media_type: str, name: str) -> None:
        """Keeps the promise of :class:`kallelse.ports.Exports`; in parts of 8 MB, one after another."""
        from boto3.s3.transfer import TransferConfig

        self._call(
            "upload_fileobj",
            Fileobj=file,
            Key=key,
            ExtraArgs={"ContentType": media_type, "ContentDisposition": f'attachment; filename="{name}"'},
            Config=TransferConfig(use_threads=False),
        )

    def forget(self, event_id: str) -> None:
        """Keeps the promise of :class:`kallelse.ports.Exports`; former versions, which S3 keeps, go too."""
        more: dict[str, str] = {"Prefix": f"exports/{event_id}/"}
        while more:
            page = self._call("list_object_versions", **more)
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            kept = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            if kept and self._call("delete_objects", Delete={"Objects": kept, "Quiet": True}).get("Errors"):
                raise Unavailable("the storage of documents could not delete what it should")
            marks = {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"}
            left = {name: page[next_] for name, next_ in marks.items() if page["IsTruncated"]}
            more = left and {"Prefix": more["Prefix"]} | left


def connect(bucket: str) -> BucketDocuments:
    """The bucket of this name."""
    # Signed addresses name the host of the region: that of all regions redirects where no signature holds.
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return BucketDocuments(boto3.client("s3", config=config), bucket)
