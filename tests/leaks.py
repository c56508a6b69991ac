"""Looking for what identifies a participant in what should not tell of any."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import quote, quote_plus

from infra.local.people import participants

LINK = re.compile(r"/(?:manage|join|unsubscribe|summaries)/([\w-]{43})")
GREETING = re.compile(r"^(?:Hej|Hei|Hello) (.+),")


def secrets_in(mails: Iterable[Path]) -> set[str]:
    """The names and addresses of all to whom the mails went, and the tokens of their links."""
    found = {person[each] for person in participants() for each in ("name", "email")}
    for path in mails:
        mail = message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        text = str(body.get_content()) if body else ""
        found |= {str(mail["To"]), *LINK.findall(text), *GREETING.findall(text)}
    return found


def leaks(text: str, secrets: Iterable[str]) -> set[str]:
    """Those of the secrets that are in the text, also as JSON or an address would write them."""
    text = text.casefold()
    return {secret for secret in secrets if any(form in text for form in _forms(secret.casefold()))}


def _forms(secret: str) -> set[str]:
    return {secret, json.dumps(secret)[1:-1], *(each(secret).casefold() for each in (quote, quote_plus))}
