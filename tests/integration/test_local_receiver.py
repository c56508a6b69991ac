"""The receiver of the local cloud, behind its front: as strict as one of another system should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from infra.local import cloud as local
from infra.local.cloud import LocalCloud, free_port
from infra.local.front import front
from pydantic import SecretStr
from tests.conftest import utc

from kallelse.adapters.webhooks import HttpsCourier
from kallelse.delivering import signed

NOW = utc("2020-09-16T10:00")
SECRET = "whsec_a2V5"  # noqa: S105 # pragma: allowlist secret: of this test
BODY = '{"type": "ping"}'
COURIER = HttpsCourier(frozenset({"localhost"}))


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCloud]:
    """The front alone, at an instant of 2020, with a receiver that has failed once already."""
    monkeypatch.setattr(local, "CLOCK", tmp_path / "clock")
    cloud = LocalCloud("http://localhost:1", f"http://localhost:{free_port()}")
    cloud.set_now(NOW)
    cloud.receiver.secret = SECRET
    with front(cloud, "seminarium"):
        assert send(cloud, "1") == 503
        yield cloud


def send(cloud: LocalCloud, name: str, body: str = BODY, secret: str = SECRET, late: int = 0) -> int:
    """Sends a ping that was signed so many minutes ago; the body may be another by now."""
    headers = signed(name, BODY, [SecretStr(secret)], NOW - timedelta(minutes=late))
    return COURIER.post(f"{cloud.url}/local/webhooks", body.encode(), headers)


def test_what_it_failed_to_take_it_takes_when_it_comes_again(cloud: LocalCloud) -> None:
    assert send(cloud, "1") == 204
    assert (cloud.receiver.asked, list(cloud.receiver.received)) == (["1", "1"], ["1"])


def test_what_is_forged_changed_or_old_is_refused(cloud: LocalCloud) -> None:
    other = "whsec_b3RoZXI="
    assert send(cloud, "2", secret=other) == 401
    assert send(cloud, "2", body='{"type": "pong"}') == 401
    assert send(cloud, "2", late=6) == 401
    assert COURIER.post(f"{cloud.url}/local/webhooks", BODY.encode(), {}) == 401
    assert (cloud.receiver.refused, cloud.receiver.received) == (4, {})


def test_one_of_several_signatures_is_enough(cloud: LocalCloud) -> None:
    headers = signed("3", BODY, [SecretStr("whsec_b3RoZXI="), SecretStr(SECRET)], NOW)
    assert COURIER.post(f"{cloud.url}/local/webhooks", BODY.encode(), headers) == 204
