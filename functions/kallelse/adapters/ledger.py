"""The ledger of erasures: an empty object in the bucket for each, under a key that is never overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from .s3 import call
from .s3 import connect as connect_bucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDER = "erasures/"


@dataclass(frozen=True)
class BucketLedger:
    """Keeps the promises of :class:`kallelse.ports.Ledger`."""

    client: S3Client
    bucket: str

    def enter(self, digest: str, serial: int) -> None:
        key = f"{FOLDER}{digest}/{serial:06}"
        try:
            call(self.client, self.bucket, "put_object", Key=key, Body=b"", IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise

    def serials(self) -> dict[str, int]:
        found: dict[str, int] = {}
        more = {"Prefix": FOLDER}
        while more:
            answer = call(self.client, self.bucket, "list_objects_v2", **more)
            for each in answer.get("Contents", []):
                digest, serial = each["Key"].removeprefix(FOLDER).split("/")
                found[digest] = max(found.get(digest, 0), int(serial))
            token = answer.get("NextContinuationToken")
            more = {"Prefix": FOLDER, "ContinuationToken": token} if token else {}
        return found


def connect(bucket: str) -> BucketLedger:
    """The ledger in the bucket of this name."""
    return BucketLedger(connect_bucket(bucket).client, bucket)
