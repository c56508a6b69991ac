"""The command ``kallelse`` for webhooks."""

from __future__ import annotations

from tests.commanding import Wire, rows
from tests.conftest import an_event
from tests.guarantees import HOSTS
from tests.hooks import WEBHOOK_HOSTS, a_hook
from tests.visiting import NOW

from kallelse import editing
from kallelse.ports import Desk

EVENT = "seminarium"


def test_a_webhook_gets_a_secret_and_is_listed(wire: Wire, desk: Desk) -> None:
    editing.apply(desk, an_event(webhooks=[a_hook()]), HOSTS, NOW, webhook_hosts=WEBHOOK_HOSTS)
    secret = wire.run("webhooks", "secret", EVENT, "diariet", "--yes").stdout
    assert secret.startswith("whsec_")
    assert wire.run("webhooks", "secret", EVENT, "diariet", "--yes").stdout != secret
    [_, [name, _, _, state, *_]] = rows(wire.run("webhooks", "list", EVENT).stdout)
    assert (name, state) == ("diariet", "ready")
