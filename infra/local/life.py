"""One run of the demo: the local cloud, the pages and mails that were seen, and what was promised."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from http import HTTPStatus
from typing import Any

import urllib3
from rich.console import Console

from ..build import LOCAL
from .cloud import LocalCloud
from .privilege import stop_if_refused

EVENT = "fortroendebygge"
OUTPUT = LOCAL / "demo"

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
        """One request to the address that people see; redirects are not followed.

        Raises Denied when a function was refused something for want of a permission, here or behind.
        """
        answer = self.http.request(method, self.cloud.url + path, redirect=False, retries=False, **options)
        stop_if_refused()
        return answer

    def page(self, name: str, method: str, path: str, **options: Any) -> tuple[int, str]:
        """A page as a person sees it, kept under the name."""
        answer = self.request(method, path, **options)
        text = answer.data.decode()
        (OUTPUT / "pages" / f"{name}.html").write_text(text)
        return answer.status, text

    def admin(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        """What the admin endpoint answers. Raises RuntimeError when it refuses."""
        headers = {"Authorization": f"Bearer {self.cloud.token}", "Content-Type": kind}
        address = path if path.startswith("/admin/") else f"/admin/events/{EVENT}{path}"
        answer = self.request(method, address, body=body, headers=headers)
        if answer.status == HTTPStatus.PRECONDITION_REQUIRED:
            # Nobody else changes anything here, so whatever there is may be changed.
            answer = self.request(method, address, body=body, headers=headers | {"If-Match": "*"})
        if answer.status >= 400:
            raise RuntimeError(answer.data.decode())
        return json.loads(answer.data)

    def ask(self, method: str, path: str, content: dict[str, Any]) -> Any:
        """What the admin endpoint answers to JSON."""
        return self.admin(method, path, json.dumps(content).encode())

    def open_form(self, path: str = f"/events/{EVENT}/sv") -> str:
        """Open the page with the form, and give the stamp that the form carries."""
        text = self.request("GET", path).data.decode()
        found = re.search(r'name="proof" value="([^"]+)"', text)
        return found[1] if found else ""

    def register(self, person: dict[str, str], proof: str, name: str, event: str = EVENT) -> tuple[int, str]:
        """Submit the form."""
        address = f"/events/{event}/sv/registrations"
        fields = person | {"proof": proof}
        return self.page(name, "POST", address, fields=fields, encode_multipart=False)

    def deliver(self) -> list[EmailMessage]:
        """Let the clock tick until no mail is under way, and give all mails sent so far."""
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            self.cloud.tick()
            states = Counter[str]()
            for kind in self.admin("GET", "/figures")["mails"].values():
                states += Counter(kind)
            if set(states) <= {"delivered", "suppressed"}:
                return self.cloud.mails()
            time.sleep(0.2)
        raise TimeoutError(f"mails are still under way: {dict(states)}")

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Wait for what happens by itself. Raises TimeoutError."""
        deadline = time.monotonic() + 30
        while not happened():
            if time.monotonic() > deadline:
                raise TimeoutError("it did not happen")
            time.sleep(0.2)

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
