"""The last of the demo: one has everything erased, and a restored backup would erase it again."""

from __future__ import annotations

from .life import EVENT, Life


def erased(life: Life, person: dict[str, str]) -> None:
    """One has the own data erased; the ledger tells it, and what organisers took away goes too."""
    s3, bucket = life.cloud.client("s3"), life.cloud.outputs["BucketName"]
    s3.put_object(Bucket=bucket, Key=f"exports/{EVENT}/large.csv", Body=person["email"].encode())
    before = len(life.admin("GET", "/registrations?limit=200")["registrations"])
    status, _ = life.page("erased", "POST", f"{life.link(person, 'manage')}/erase")
    life.at("2020-09-24T10:00")
    life.deliver()
    life.deliver()  # the publisher enters what the dispatcher has finished
    after = len(life.admin("GET", "/registrations?limit=200")["registrations"])
    life.check("erased at the person's word: the page, registrations", (200, -1), (status, after - before))
    listed = s3.list_object_versions(Bucket=bucket)
    kept = [each["Key"].split("/")[0] for each in [*listed["Versions"], *listed.get("DeleteMarkers", [])]]
    life.check("entered in the ledger, exports left", (1, 0), (kept.count("erasures"), kept.count("exports")))
    life.check("erased again after a restore", {}, life.cloud.invoke("Dispatcher", b'{"replay": true}'))
    life.say("One has everything erased, and the ledger remembers that")
