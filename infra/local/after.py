"""The second half of the demo: what organisers see, and what follows the meeting."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from urllib.parse import urlsplit

import urllib3

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
    life.check("joined", 12, figures["joined"])
    headers = {"Authorization": "Bearer wrong"}
    refused = life.request("GET", f"/admin/events/{EVENT}/figures", headers=headers)
    life.check("the admin endpoint with a wrong token", 401, refused.status)
    life.say("The organiser reads the list and the figures")
    organiser_looks(life)


def organiser_looks(life: Life) -> None:
    """The organiser gets in at the pages by an address that works once, and sees who has joined."""
    address = urlsplit(life.ask("POST", "/admin/sessions", {})["address"]).path
    entered, again = (life.request("POST", address) for _ in "12")
    life.check("the organiser's address lets in once", (303, 404), (entered.status, again.status))
    cookie = entered.headers["set-cookie"].split(";")[0]
    today = life.request("GET", f"/organiser/events/{EVENT}/today", headers={"Cookie": cookie})
    (OUTPUT / "pages" / "organiser-today.html").write_text(today.data.decode())
    life.check("the page of the day, for the organiser", 200, today.status)
    life.say("The organiser sees on a page who has joined")


def summaries(life: Life, people: list[dict[str, str]]) -> None:
    """The summary in two languages reaches participants and named bodies, each in theirs, once approved."""
    life.at("2020-09-23T09:00")
    life.ask("POST", "/summaries", {"language": "sv", "markdown": SUMMARIES["sv"]})
    before = len(life.deliver())
    approve(life, "sv", 1)
    swedish = recipients(life, before, "Förtroendet byggs")
    wish = wishes(life, people)
    told = {who for who in wish if wish[who] != "en"} | named_bodies(life, "sv")
    life.check("the approved summary in Swedish reaches", told, swedish)
    before = len(life.cloud.sent)
    translated(life)
    english = recipients(life, before, "Trust is built together")
    told = {who for who in wish if wish[who] == "en"} | named_bodies(life, "en")
    life.check("the approved translation reaches", told, english)
    life.say(f"The summary is sent: {len(swedish)} in Swedish, {len(english)} in English")


def approve(life: Life, language: str, version: int) -> None:
    """An organiser reviews a version and approves it."""
    for state in ("in-review", "approved"):
        life.ask("POST", f"/summaries/{language}/{version}/state", {"to": state})


def recipients(life: Life, before: int, words: str) -> set[str]:
    """Whom a summary with these words was sent to, since there were so many mails."""
    sent = life.deliver()[before:]
    return {str(mail["To"]) for mail in sent if kind_of(mail) == "summary" and words in text_of(mail)}


def wishes(life: Life, people: list[dict[str, str]]) -> dict[str, str]:
    """The language of each who has a seat."""
    states = state_of_people(life)
    return {each["email"]: each["language"] for each in people if states[each["email"]] == "confirmed"}


def translated(life: Life) -> None:
    """A machine drafts the English text; only what a person made of it, and approved, is sent."""
    before = len(life.cloud.sent)
    life.ask("POST", "/summaries/sv/1/translations", {"to": ["en"]})
    draft = life.admin("GET", "/summaries/en/1")
    sent = len(life.deliver()) - before
    life.check(
        "a machine's draft: marked, sent to", (True, "draft", 0), (draft["machine"], draft["state"], sent)
    )
    source = {"language": "sv", "version": 1}
    life.ask("POST", "/summaries", {"language": "en", "markdown": SUMMARIES["en"], "source": source})
    beside = life.admin("GET", "/summaries/en/2/compare")
    life.check("source and translation side by side: paragraphs", 2, len(beside["paragraphs"]))
    approve(life, "en", 2)


def corrected(life: Life) -> None:
    """A corrected version says so, and reaches the same readers."""
    life.at("2020-09-24T09:00")
    before = len(life.cloud.sent)
    text = SUMMARIES["en"].replace("stressed", "underlined")
    source = {"language": "sv", "version": 1}
    life.ask("POST", "/summaries", {"language": "en", "markdown": text, "source": source})
    approve(life, "en", 3)
    subjects = Counter(str(mail["Subject"]) for mail in life.deliver()[before:])
    life.check("the corrected summary", {"Corrected summary: Building trust": 7}, dict(subjects))


def reading(life: Life) -> None:
    """A reader opens the page behind the link of a mail, and takes the PDF along."""
    mail = next(each for each in life.cloud.mails() if kind_of(each) == "summary")
    [link] = set(re.findall(r"/summaries/[\w-]+", text_of(mail)))
    status, text = life.page("summary", "GET", link)
    life.check("the page of the summary", (200, True), (status, "Förtroendet byggs tillsammans" in text))
    file = life.request("GET", f"{link}/pdf")
    pdf = urllib3.request("GET", file.headers["location"])
    life.check("the address of the PDF", (303, 200, b"%PDF-"), (file.status, pdf.status, pdf.data[:5]))
    rows = life.admin("GET", "/distribution")["distribution"]
    opened = sum(each["opened_at"] is not None for each in rows)
    states = {each["state"] for each in rows}
    life.check("distribution: mails, opened, states", (63, 1, {"delivered"}), (len(rows), opened, states))
    stored = store_documents(life)
    names = ("v0001/sv", "v0002/en", "v0003/en")
    promised = [f"{name}.{form}" for name, form in product(names, ("html", "md", "pdf"))]
    life.check("documents stored", promised, documents_in(stored))
    life.say("The summary is read, and the report tells who got it")


def documents_in(stored: list[str]) -> list[str]:
    """The published documents, without the texts as they were handed in."""
    return [each for each in stored if re.search(r"/\w\w\.\w+$", each)]


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
        "registered-elsewhere": 1,
        "join-link": 51,
        "thanks": 12,
        "summary": 63,
    }
    life.check("mails by kind", promised, dict(Counter(map(kind_of, life.cloud.mails()))))
    for number, mail in enumerate(life.cloud.sent, 1):
        (OUTPUT / "mails" / f"{number:03}.eml").write_bytes(mail.message)
