"""The HTML of every mail, as the browser of a mail program shows it."""

from __future__ import annotations

from functools import cache

from tests.fakes import fake_desk
from tests.letters import body, written
from tests.mails import TO_PARTICIPANTS, in_the_state_for


@cache
def letters(language: str) -> dict[str, str]:
    """The HTML of a mail of each kind that participants get, by the kind."""
    return {
        f"mail, {kind}": body(written(fake_desk(), kind, in_the_state_for(kind, language)), "html")
        for kind in TO_PARTICIPANTS
    }
