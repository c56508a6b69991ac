"""The second half of the demo: what organisers see, and what follows the meeting."""

from __future__ import annotations

import json
from collections import Counter

from .before import state_of_people
from .life import EVENT, OUTPUT, Life, kind_of, text_of

SUMMARIES = {
    "sv": "# Förtroendet byggs tillsammans\n\nDeltagarna lyfte fram *öppenhet* och lyssnande ledning.\n",
    "en": "# Trust is built together\n\nThe participants stressed *openness* and leadership that listens.\n",
}


def organiser_asks(life: Life) -> None:
    """The organiser looks at the figures; a stranger gets nothing."""
    figures = life.admin("GET", "/figures")
    life.check("seats: taken, total", (50, 50), (figures["seats"]["taken"], figures["seats"]["total"]))
    states = {"confirmed": 50, "waiting": 8, "cancelled": 2}
    life.check("registrations by state", states, figures["registrations"])
    life.check("joined", 1, figures["joined"])
    headers = {"Authorization": "Bearer wrong"}
    refused = life.request("GET", f"/admin/events/{EVENT}/figures", headers=headers)
    life.check("the admin endpoint with a wrong token", 401, refused.status)
    life.say("The organiser reads the list and the figures")


def summaries(life: Life, people: list[dict[str, str]]) -> None:
    """The summary in two languages reaches participants and named bodies, each in theirs."""
    life.at("2020-09-23T09:00")
    for language, markdown in SUMMARIES.items():
        body = json.dumps({"language": language, "markdown": markdown}).encode()
        life.admin("POST", "/summaries", body)
    sent = [mail for mail in life.deliver() if kind_of(mail) == "summary"]
    english = {str(mail["To"]) for mail in sent if "Trust is built together" in text_of(mail)}
    swedish = {str(mail["To"]) for mail in sent if "Förtroendet byggs" in text_of(mail)}
    states = state_of_people(life)
    wish = {
        person["email"]: person["language"] for person in people if states[person["email"]] == "confirmed"
    }
    bodies = {language: named_bodies(life, language) for language in ("sv", "en")}
    life.check("summary mails", len(wish) + 6, len(sent))
    life.check("in English", {who for who in wish if wish[who] == "en"} | bodies["en"], english)
    life.check("in Swedish", {who for who in wish if wish[who] != "en"} | bodies["sv"], swedish)
    stored = store_documents(life)
    life.check(
        "documents stored",
        ["v0001/en.html", "v0001/sv.html"],
        [each for each in stored if each.endswith(".html")],
    )
    life.say(f"The summaries are stored and sent: {len(swedish)} in Swedish, {len(english)} in English")


def named_bodies(life: Life, language: str) -> set[str]:
    """The addresses of the bodies that get this language."""
    recipients = life.admin("GET", "")["event"]["recipients"]
    return {body["address"] for body in recipients if body["language"] == language}


def store_documents(life: Life) -> list[str]:
    """Copy the stored summaries to the output folder, and give their keys."""
    s3, bucket = life.cloud.client("s3"), life.cloud.outputs["BucketName"]
    prefix = f"events/{EVENT}/summaries/"
    names = []
    for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        name = each["Key"].removeprefix(prefix)
        s3.download_file(bucket, each["Key"], str(OUTPUT / "summaries" / name.replace("/", "-")))
        names.append(name)
    return sorted(names)


def totals(life: Life) -> None:
    """The mails of the whole life by kind, kept as .eml."""
    promised = {
        "confirmed": 50,
        "waiting": 10,
        "promoted": 2,
        "cancelled": 2,
        "message": 9,
        "join-link": 51,
        "summary": 56,
    }
    life.check("mails by kind", promised, dict(Counter(map(kind_of, life.cloud.mails()))))
    for number, mail in enumerate(life.cloud.sent, 1):
        (OUTPUT / "mails" / f"{number:03}.eml").write_bytes(mail.message)
