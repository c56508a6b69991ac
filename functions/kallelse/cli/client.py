"""Asking the admin endpoint: addresses, pages, states, and asking again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import typer
import urllib3

from .credentials import Credentials, Request
from .exiting import ExitCode, exit_code, fail, say, told

JSON = "application/json"
TIMEOUT = urllib3.Timeout(connect=10, read=35)
"""Seconds; API Gateway answers within 30."""

WAITS = (1.0, 3.0, 9.0)
"""Seconds before each further attempt, unless the answer tells how long."""

LONGEST_WAIT = 30
"""Seconds; who is told to wait longer is told so, rather than kept waiting."""

PASSING = {429, 502, 503, 504}
"""Statuses after which the same request may succeed."""

_pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT)


@dataclass(frozen=True)
class Answer:
    """What came back. ``headers``: their names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        """The JSON of the body. Ends the command when it is none, as behind a wrong address."""
        try:
            return json.loads(self.body)
        except ValueError:
            fail(ExitCode.UNEXPECTED, "this is no answer of Kallelse; check --url")

    @property
    def problem(self) -> list[str]:
        """What went wrong."""
        try:
            content = json.loads(self.body)
        except ValueError:
            content = None
        return told(content, self.status)


Send = Callable[[Request], Answer]


def over_http(request: Request) -> Answer:
    """Send the request as it is, once. Raises ConnectionError when no answer comes."""
    try:
        answer = _pool.request(
            request.method, request.url, body=request.body, headers=request.headers, redirect=False
        )
    except urllib3.exceptions.HTTPError as error:
        raise ConnectionError from error
    return Answer(answer.status, answer.headers, answer.data)


@dataclass
class Endpoint:
    """The admin endpoint at an address. ``send``, ``pause``: what tests replace."""

    url: str | None
    credentials: Credentials
    send: Send = over_http
    pause: Callable[[float], None] = time.sleep

    def attempt(
        self,
        method: str,
        *path: str,
        query: Mapping[str, Any] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask, whatever the answer is.

        A POST carries a key of its own, by which it is known again (Idempotency-Key), so that and a GET
        are sent up to three times more when the answer is lost or tells to come again.
        """
        sent = {"Accept": f"{JSON}, */*"} | ({"Content-Type": JSON} if body else {}) | dict(headers or {})
        if method == "POST":
            sent["Idempotency-Key"] = str(uuid4())
        request = Request(method, self._address(path, query or {}), sent, body)
        answer = self._insist(request) if method in ("GET", "POST") else self._once(request)
        return answer or fail(ExitCode.UNAVAILABLE, f"no answer came from {urlsplit(request.url).netloc}")

    def ask(self, method: str, *path: str, content: Any = None, **more: Any) -> Answer:
        """Ask for what has to succeed. ``content``: sent as JSON. Says what went wrong, and ends, if it does.

        What is kept elsewhere is fetched from there, without showing who asks.
        """
        if content is not None:
            more["body"] = json.dumps(content).encode()
        answer = self.attempt(method, *path, **more)
        if answer.status == 303:
            answer = self._elsewhere(answer.headers.get("location", ""))
        return self.succeeded(answer)

    def succeeded(self, answer: Answer) -> Answer:
        """The answer, if it is a success."""
        if answer.status >= 300:
            fail(exit_code(answer.status), *answer.problem)
        return answer

    def state(self, *thing: str) -> dict[str, str]:
        """The header that lets a thing be changed only if it stays as it is now: also if there is none."""
        answer = self.attempt("GET", *thing)
        if answer.status == 404:
            return {"If-None-Match": "*"}
        tag = self.succeeded(answer).headers.get("etag")
        return {"If-Match": tag} if tag else {"If-None-Match": "*"}

    def change(self, method: str, *thing: str, action: tuple[str, ...] = (), content: Any = None) -> Answer:
        """Change a thing, or do something with it, if it is still as it was just read."""
        return self.ask(method, *thing, *action, content=content, headers=self.state(*thing))

    def listing(self, *path: str, key: str, query: Mapping[str, Any], everything: bool) -> Answer:
        """A page of a list, or all pages as one."""
        answer = self.ask("GET", *path, query=query)
        if not everything:
            return answer
        whole = answer.content
        while following := whole.get("next"):
            page = self.ask("GET", *path, query={**query, "cursor": following}).content
            whole |= {key: whole[key] + page[key], "next": page.get("next")}
        return Answer(answer.status, answer.headers, json.dumps(whole).encode())

    def _address(self, path: tuple[str, ...], query: Mapping[str, Any]) -> str:
        segments = "/".join(quote(each, safe="") for each in ("admin", *path))
        given = {name: _text(query[name]) for name in query if query[name] not in (None, "", [])}
        # %20 for a space, not +, which a signature would not cover.
        parameters = urlencode(given, quote_via=quote, safe="")
        return f"{checked(self.url)}/{segments}" + (f"?{parameters}" if parameters else "")

    def _once(self, request: Request) -> Answer | None:
        """The answer, None if it was lost."""
        # Signed anew for each attempt, as a signature counts for five minutes.
        signed = self.credentials.sign(request)
        try:
            return self.send(signed)
        except ConnectionError:
            return None

    def _insist(self, request: Request) -> Answer | None:
        answer = self._once(request)
        for number, wait in enumerate(WAITS):
            pause = _pause(answer, wait, again=number > 0)
            if pause is None:
                break
            say(f"No answer yet; asking again in {pause:.0f} s.")
            self.pause(pause)
            answer = self._once(request)
        return answer

    def _elsewhere(self, address: str) -> Answer:
        if not address.startswith("https://") and not _is_near(address):
            fail(ExitCode.UNEXPECTED, "the answer leads to an address that is not safe")
        try:
            return self.send(Request("GET", address, {}))
        except ConnectionError:
            fail(ExitCode.UNAVAILABLE, f"no answer came from {urlsplit(address).netloc}")


def _pause(answer: Answer | None, wait: float, again: bool) -> float | None:
    """How long to wait before asking again; None when this is the answer.

    ``again``: whether an attempt went before; then a 409 may tell that it is still being answered.
    """
    if answer is None:
        return wait
    if answer.status not in PASSING and not (again and answer.status == 409):
        return None
    told_to = answer.headers.get("retry-after", "")
    pause = float(told_to) if told_to.isdecimal() else wait
    return pause if pause <= LONGEST_WAIT else None


def _text(value: Any) -> str:
    """A value of a query, as the endpoint reads it; several are joined with commas."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, (list, tuple)) else str(value)


def checked(url: str | None) -> str:
    """The address without a slash at the end. Ends the command when what is sent there could be read."""
    if not url:
        raise typer.BadParameter("tell the address of the endpoint: --url, or KALLELSE_URL")
    if not url.startswith("https://") and not _is_near(url):
        raise typer.BadParameter("--url must begin with https://")
    return url.rstrip("/")


def _is_near(url: str) -> bool:
    return urlsplit(url).scheme == "http" and urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
