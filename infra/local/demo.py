"""The whole life of the seed event on the local cloud, and whether what was promised happened."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import urllib3
from rich.console import Console
from rich.table import Table

from .cloud import LocalCloud, deploy, emulator, free_port
from .front import front
from .package import LOCAL, ROOT
from .people import participants

EVENT = "fortroendebygge"
OUTPUT = LOCAL / "demo"
SUMMARIES = {
    "sv": "# Förtroendet byggs tillsammans\n\nDeltagarna lyfte fram *öppenhet* och lyssnande ledning.\n",
    "en": "# Trust is built together\n\nThe participants stressed *openness* and leadership that listens.\n",
}

console = Console(highlight=False)


@dataclass
class Life:
    """One run: the cloud, the pages seen, and what was promised beside what happened."""

    cloud: LocalCloud
    http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)
    outcome: list[tuple[str, object, object]] = field(default_factory=list)
    now: str = ""

    def say(self, text: str) -> None:
        """One line of the timeline."""
        console.print(f"[dim]{self.now:16}[/dim]  {text}")

    def at(self, instant: str) -> None:
        """Move the clock, given in UTC."""
        self.now = instant.replace("T", " ")
        self.cloud.set_now(datetime.fromisoformat(f"{instant}+00:00"))

    def check(self, what: str, promised: object, happened: object) -> None:
        """Note what was promised and what happened."""
        self.outcome.append((what, promised, happened))

    def request(self, method: str, path: str, **options: Any) -> urllib3.BaseHTTPResponse:
        """One request to the address that people see; redirects are not followed."""
        return self.http.request(method, self.cloud.url + path, redirect=False, retries=False, **options)

    def page(self, name: str, method: str, path: str, **options: Any) -> tuple[int, str]:
        """A page as a person sees it, kept under the name."""
        answer = self.request(method, path, **options)
        text = answer.data.decode()
        (OUTPUT / "pages" / f"{name}.html").write_text(text)
        return answer.status, text

    def admin(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        """What the admin endpoint answers. Raises RuntimeError when it refuses."""
        headers = {"Authorization": f"Bearer {self.cloud.token}", "Content-Type": kind}
        answer = self.request(method, f"/admin/events/{EVENT}{path}", body=body, headers=headers)
        if answer.status >= 400:
            raise RuntimeError(answer.data.decode())
        return json.loads(answer.data)

    def open_form(self) -> str:
        """Open the page with the form, and give the stamp that the form carries."""
        text = self.request("GET", f"/events/{EVENT}/sv").data.decode()
        found = re.search(r'name="proof" value="([^"]+)"', text)
        return found[1] if found else ""

    def register(self, person: dict[str, str], proof: str, name: str) -> tuple[int, str]:
        """Submit the form."""
        address = f"/events/{EVENT}/sv/registrations"
        fields = person | {"proof": proof}
        return self.page(name, "POST", address, fields=fields, encode_multipart=False)

    def deliver(self) -> list[EmailMessage]:
        """Let the clock tick until no mail is under way, and give all mails sent so far."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            self.cloud.tick()
            states = Counter[str]()
            for kind in self.admin("GET", "/figures")["mails"].values():
                states += Counter(kind)
            if set(states) <= {"delivered", "suppressed"}:
                return self.cloud.mails()
            time.sleep(0.2)
        raise TimeoutError(f"mails are still under way: {dict(states)}")

    def link(self, person: dict[str, str], word: str) -> str:
        """The path of the newest link of this kind in the person's mails."""
        mails = [mail for mail in self.cloud.mails() if mail["To"] == person["email"]]
        found = [link for mail in mails for link in re.findall(rf"/{word}/[\w-]+", text_of(mail))]
        return str(found[-1])


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def kind_of(mail: EmailMessage) -> str:
    """Which kind of mail it is."""
    return str(mail["X-Kallelse-Mail"]).split("_")[1]


def live(life: Life) -> None:
    """Everything from the invitation to the summaries."""
    people = participants()
    registration(life, people)
    a_place_changes_hands(life, people)
    too_late(life)
    join_links(life, people)
    meeting(life, people)
    organiser_asks(life)
    summaries(life, people)


def registration(life: Life, people: list[dict[str, str]]) -> None:
    """Sixty people want fifty seats."""
    life.at("2020-08-17T09:00")
    source = (ROOT / f"templates/events/{EVENT}.yaml").read_bytes()
    life.admin("PUT", "", source, "application/yaml")
    status, _ = life.page("event", "GET", f"/events/{EVENT}/sv")
    life.check("the event page is there", 200, status)
    life.say("The event is loaded: Förtroendebygge, 50 seats")
    forms = [life.open_form() for _ in people]
    life.at("2020-08-17T09:05")
    answers = Counter[str]()
    for number, (person, form) in enumerate(zip(people, forms, strict=True), 1):
        _, text = life.register(person, form, f"registered-{number:02}")
        answers["seat"] += "Du är anmäld" in text
        answers["waiting"] += "Du står i kö" in text
    life.register(people[0], forms[0], "registered-twice")
    life.check("answers: seat, waiting", (50, 10), (answers["seat"], answers["waiting"]))
    life.check(
        "registrations after one was sent twice",
        60,
        len(life.admin("GET", "/registrations")["registrations"]),
    )
    kinds = Counter(map(kind_of, life.deliver()))
    life.check("mails after registration", {"confirmed": 50, "waiting": 10}, dict(kinds))
    life.say("60 people registered, one of them twice: 50 have a seat, 10 wait")


def a_place_changes_hands(life: Life, people: list[dict[str, str]]) -> None:
    """One cancels through the link in the mail, and the first in line gets the seat."""
    manage = life.link(people[6], "manage")
    life.page("manage", "GET", manage)
    status, _ = life.page("cancelled", "POST", f"{manage}/cancel")
    life.deliver()
    states = state_of_people(life)
    life.check("cancelling by the link in the mail", (200, "cancelled"), (status, states[people[6]["email"]]))
    first, second = states[people[50]["email"]], states[people[51]["email"]]
    life.check("the first in line, the second in line", ("confirmed", "waiting"), (first, second))
    life.say("One cancels; the first in line gets the seat and is told")


def state_of_people(life: Life) -> dict[str, str]:
    """The state of each address."""
    registrations = life.admin("GET", "/registrations")["registrations"]
    return {each["participant"]["email"]: each["state"] for each in registrations}


def too_late(life: Life) -> None:
    """One tries the day after the last day."""
    life.at("2020-09-09T20:58")
    form = life.open_form()
    life.at("2020-09-10T08:00")
    late = participants()[0] | {"name": "Gun Sent", "email": "sent@example.org"}
    status, text = life.register(late, form, "too-late")
    told = "Anmälan stängde onsdag 9 september 2020" in text
    life.check("on 10 September: refused and told why", (409, True), (status, told))
    life.check("the late one is not registered", False, "sent@example.org" in state_of_people(life))
    life.say("One comes too late and is told that registration closed on the 9th")


def join_links(life: Life, people: list[dict[str, str]]) -> None:
    """A day before the start everybody with a seat gets a link; one promoted afterwards at once."""
    life.at("2020-09-15T10:00")
    sent = Counter(str(mail["To"]) for mail in life.deliver() if kind_of(mail) == "join-link")
    confirmed = {address for address, state in state_of_people(life).items() if state == "confirmed"}
    life.check("join links: everybody with a seat, once", dict.fromkeys(confirmed, 1), dict(sent))
    life.say(f"{len(sent)} join links are sent")
    life.page("cancelled-late", "POST", f"{life.link(people[10], 'manage')}/cancel")
    mails = [mail for mail in life.deliver() if mail["To"] == people[51]["email"]]
    kinds = [kind_of(mail) for mail in mails]
    life.check("the one promoted afterwards", ["join-link", "promoted", "waiting"], sorted(kinds))
    life.say("Another cancels; the next in line gets the seat and the join link at once")
    status, text = life.page("join-early", "POST", life.link(people[0], "join"))
    told = "onsdag 16 september 2020 kl. 12.30" in text
    life.check("too early for the meeting: told when", (200, True), (status, told))


def meeting(life: Life, people: list[dict[str, str]]) -> None:
    """Inside the window the link leads to the meeting, afterwards no more."""
    life.at("2020-09-16T10:05")
    path = life.link(people[0], "join")
    shown, _ = life.page("join-open", "GET", path)
    answer = life.request("POST", path)
    address = "https://webbseminarium.example/fortroendebygge"
    life.check(
        "in time: the meeting address",
        (200, 303, address),
        (shown, answer.status, answer.headers["location"]),
    )
    cancelled, _ = life.page("join-cancelled", "GET", life.link(people[10], "join"))
    life.check("the link of one who cancelled", 404, cancelled)
    life.say("The join link leads to the meeting")
    life.at("2020-09-16T13:00")
    status, text = life.page("join-over", "POST", path)
    life.check("after the end: told so", (200, True), (status, "Mötet slutade" in text))


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
    files = [f"v0001/{language}.{suffix}" for language in ("en", "sv") for suffix in ("html", "md")]
    life.check("summaries stored", files, stored)
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
    promised = {"confirmed": 50, "waiting": 10, "promoted": 2, "cancelled": 2, "join-link": 51, "summary": 56}
    life.check("mails by kind", promised, dict(Counter(map(kind_of, life.cloud.mails()))))
    for number, mail in enumerate(life.cloud.sent, 1):
        (OUTPUT / "mails" / f"{number:03}.eml").write_bytes(mail.message)


@contextmanager
def local_cloud(port: int = 0) -> Iterator[LocalCloud]:
    """A local cloud with Kallelse on it, at an address of its own."""
    with emulator() as endpoint:
        cloud = LocalCloud(endpoint, f"http://localhost:{free_port(port)}")
        deploy(cloud, "webbseminarium.example")
        with front(cloud, EVENT):
            yield cloud


def run() -> list[tuple[str, object, object]]:
    """Live the life; gives each promise beside what happened."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    for folder in ("mails", "pages", "summaries"):
        (OUTPUT / folder).mkdir(parents=True)
    console.print("Starting the local cloud and deploying template.yaml ...")
    with local_cloud() as cloud:
        life = Life(cloud)
        live(life)
        totals(life)
        return life.outcome


def main() -> int:
    """Run, print the table, and give 1 when a promise was not kept."""
    outcome = run()
    table = Table("What", "Promised", "Happened", "")
    for what, promised, happened in outcome:
        table.add_row(
            what, short(promised), short(happened), "kept" if promised == happened else "[red]BROKEN[/red]"
        )
    console.print(table)
    console.print(f"Mails, pages and summaries: {OUTPUT.relative_to(ROOT)}")
    return int(any(promised != happened for _, promised, happened in outcome))


def short(value: object) -> str:
    """A value for the table: long collections by their size, counts in the order of their names."""
    if isinstance(value, set | dict) and len(value) > 6:
        return f"{len(value)} recipients"
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in sorted(value.items()))
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
