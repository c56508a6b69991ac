"""Checking a deployment from outside, as a visitor would use it: registering, and cancelling again."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Annotated, NoReturn
from urllib.parse import urlencode, urljoin

import typer

from .client import Answer, Endpoint, checked
from .credentials import Request
from .exiting import ExitCode, exit_code, fail
from .showing import Context

PARTICIPANT = {"name": "Kallelse check", "email": "success@simulator.amazonses.com"}
"""Whom an event with ``canary: true`` answers with a link; the address is SES's, which writes to nobody."""

FILLING_IN = 4.0
"""Seconds; forms that come back within three are taken for those of a program."""

URLENCODED = "application/x-www-form-urlencoded"


class _Form(HTMLParser):
    """Reads the form of the page of an event: where it is sent, and its hidden fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", dict[str, str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and found.get("action", "").split("#")[0].endswith("/registrations"):
            self.action = found["action"].split("#")[0]
        if tag == "input" and found.get("type") == "hidden" and self.action:
            self.fields[found["name"]] = found.get("value", "")


def check(
    ctx: Context,
    page: Annotated[str, typer.Argument(metavar="URL", help="The page of an event with canary: true.")],
) -> None:
    """Register a marked participant at an event that is there for it, and cancel: a line for each step.

    For cron and CI: ends with 0 if every step went well, and else at the first that did not. Needs no
    credentials. One at a time, as every check is the same participant.
    """
    address = checked(page)
    form = _Form(_step(ctx.obj, "page", "GET", address).body.decode(errors="replace"))
    if not form.action:
        _failed("page", ExitCode.UNEXPECTED, "there is no form; is registration open?")
    ctx.obj.pause(FILLING_IN)
    sent = urljoin(address, form.action)
    link = _link(sent, _step(ctx.obj, "register", "POST", sent, form.fields | PARTICIPANT))
    _step(ctx.obj, "link", "GET", link)
    _step(ctx.obj, "cancel", "POST", f"{link}/cancel")
    _step(ctx.obj, "revoked", "GET", link, wanted=HTTPStatus.NOT_FOUND)


def _link(sent: str, answer: Answer) -> str:
    """The personal link that came with the answer (RFC 8288)."""
    found = re.fullmatch(r'<(/[^>]+)>; rel="edit"', answer.headers.get("link", ""))
    if not found:
        _failed("register", ExitCode.UNEXPECTED, "no link came; does the event say canary: true?")
    return urljoin(sent, str(found[1]))


def _step(
    endpoint: Endpoint,
    name: str,
    method: str,
    address: str,
    fields: dict[str, str] | None = None,
    wanted: int = HTTPStatus.OK,
) -> Answer:
    """Do a step, and print how it went. Ends the command when it went wrong."""
    headers = {"Accept": "text/html"} | ({"Content-Type": URLENCODED} if method == "POST" else {})
    began = time.monotonic()
    try:
        answer = endpoint.send(Request(method, address, headers, urlencode(fields or {}).encode()))
    except ConnectionError:
        _failed(name, ExitCode.UNAVAILABLE, "no answer came")
    milliseconds = round(1000 * (time.monotonic() - began))
    if answer.status != wanted:
        code = exit_code(answer.status) if answer.status >= 300 else ExitCode.UNEXPECTED
        request_id = answer.headers.get("apigw-requestid", "unknown")
        _failed(name, code, f"the answer was {answer.status} after {milliseconds} ms, request {request_id}")
    typer.echo(f"{name}\tok\t{milliseconds} ms")
    return answer


def _failed(name: str, code: ExitCode, why: str) -> NoReturn:
    typer.echo(f"{name}\tfailed")
    fail(code, f"{name}: {why}")
