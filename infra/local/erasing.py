"""The last of the demo: one has everything erased, and a restored backup would erase it again."""

from __future__ import annotations

from .life import EVENT, Life


def erased(life: Life, person: dict[str, str], other: dict[str, str]) -> None:
    """One has the own data erased, an organiser another's; the ledger tells it, and exports go too."""
    s3, bucket = life.cloud.client("s3"), life.cloud.outputs["BucketName"]
    for name in ("one.csv", "two.csv"):
        s3.put_object(Bucket=bucket, Key=f"exports/{EVENT}/{name}", Body=person["email"].encode())
    before = len(life.admin("GET", "/registrations?limit=200")["registrations"])
    status, _ = life.page("erased", "POST", f"{life.link(person, 'manage')}/erase")
    told = life.ask("POST", "/admin/people/erase", {"address": other["email"]})
    life.check("erased at an organiser's word, at", [EVENT], told["events"])
    life.at("2020-09-24T10:00")
    life.deliver()
    life.deliver()  # the publisher enters what the dispatcher has finished
    after = len(life.admin("GET", "/registrations?limit=200")["registrations"])
    life.check(
        "erased at the person's word: the page, registrations of both", (200, -2), (status, after - before)
    )
    listed = s3.list_object_versions(Bucket=bucket)
    kept = [each["Key"].split("/")[0] for each in [*listed["Versions"], *listed.get("DeleteMarkers", [])]]
    life.check("entered in the ledger, exports left", (2, 0), (kept.count("erasures"), kept.count("exports")))
    life.check("erased again after a restore", {}, life.cloud.invoke("Dispatcher", b'{"replay": true}'))
    life.say("Two have everything erased, and the ledger remembers that")
