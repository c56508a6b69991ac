"""An organiser's browser at the pages: keeps its cookie, and follows links as API Gateway hands them on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.visiting import Time, make_bucket, request, set_up_admin

from kallelse.handlers import admin, organiser
from kallelse.handlers.admin.wiring import wiring as admin_wiring
from kallelse.handlers.organiser.wiring import wiring

ARN = "arn:aws:sts::123456789012:assumed-role/Organisers/ada"


def _forget() -> None:
    for each in (admin_wiring, wiring):
        each.cache_clear()


class Browser:
    """A browser with at most one cookie. ``grant`` and ``way_in`` say as whom one gets in."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.cookie = ""

    def granted(self, *grants: str) -> None:
        """What the settings grant to the principal from now on."""
        self.patch.setenv("KALLELSE_GRANTS", ",".join(f"{ARN}={each}" for each in grants))
        _forget()

    def link(self, authorizer: dict[str, Any] | None = None) -> str:
        """The path of a new entrance, asked for with a signature or with ``authorizer``."""
        called = request("POST", "/admin/sessions", {})
        called["requestContext"] |= {"domainName": "api.example"}
        called["requestContext"]["authorizer"] = authorizer or {"iam": {"userArn": ARN}}
        answer = admin.handler(called, None)
        assert answer["statusCode"] == 201, answer
        address = json.loads(answer["body"])["address"]
        assert address.startswith("https://api.example/organiser/enter/")
        return str(address.removeprefix("https://api.example"))

    def ask(self, method: str, address: str, **headers: str) -> Any:
        """What a page answers."""
        parts = urlsplit(address)
        called = request(method, parts.path, {})
        called |= {"queryStringParameters": dict(parse_qsl(parts.query)), "headers": headers}
        called |= {"cookies": ["other=1", self.cookie] if self.cookie else []}
        answer = organiser.handler(called, None)
        for each in answer.get("cookies", ()):
            self.cookie = each.split(";")[0]
        return answer

    def get(self, address: str, language: str = "en") -> Any:
        """A page, by its address."""
        return self.ask("GET", address, **{"accept-language": language})

    def enter(self, authorizer: dict[str, Any] | None = None) -> Any:
        """Get in."""
        return self.ask("POST", self.link(authorizer))


@contextmanager
def browsing(patch: pytest.MonkeyPatch, time: Time) -> Iterator[Browser]:
    """A browser in front of both functions as they are deployed, with nobody signed in."""
    make_bucket()
    set_up_admin(patch)
    for name in ("LOCAL", "LOCAL_TOKEN"):
        patch.delenv(f"KALLELSE_{name}")
    patch.setattr("kallelse.config.system_clock", time)
    browser = Browser(patch)
    browser.granted("viewer")
    yield browser
    _forget()


def links(page: Any) -> list[str]:
    """Where the links of a page lead."""
    return [each.replace("&amp;", "&") for each in re.findall(r'<a [^>]*href="([^"]+)"', page["body"])]
