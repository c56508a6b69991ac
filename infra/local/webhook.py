"""The part of the demo in which another system is told of registrations and summaries by a webhook."""

from __future__ import annotations

import time
from collections import Counter

from .cloud import WEBHOOKS
from .life import EVENT, Life

HOOK = "diariet"


def in_file(life: Life) -> bytes:
    """The lines of the event file that describe the webhook."""
    events = "registration-confirmed, registration-cancelled, summary-published"
    url = f"{life.cloud.url}{WEBHOOKS}"
    return f"\nwebhooks: [{{ id: {HOOK}, url: '{url}', events: [{events}] }}]\n".encode()


def connect(life: Life) -> None:
    """An administrator makes a secret, and hands it to whoever runs the receiver."""
    life.cloud.receiver.secret = life.ask("POST", f"/webhooks/{HOOK}/secret", {})["secret"]


def told(life: Life) -> None:
    """The receiver was told of everything, each verified; what it failed to take came again."""
    hook = _settled(life)
    receiver = life.cloud.receiver
    registrations = life.admin("GET", "/registrations?limit=200")["registrations"]
    by_state = {
        state: {each["id"] for each in registrations if each["state"] == state}
        for state in ("confirmed", "cancelled")
    }
    happened = by_state["confirmed"] | by_state["cancelled"]
    life.check(
        "webhook: registrations confirmed",
        happened,
        receiver.told_of("registration.confirmed", "registration_id"),
    )
    life.check(
        "webhook: registrations cancelled",
        by_state["cancelled"],
        receiver.told_of("registration.cancelled", "registration_id"),
    )
    published = {
        str(each["version"])
        for each in life.admin("GET", "/summaries")["summaries"]
        if each["state"] == "published"
    }
    life.check("webhook: summaries published", published, receiver.told_of("summary.published", "version"))
    again = [each for each, times in Counter(receiver.asked).items() if times > 1]
    life.check(
        "webhook: refused, failed and brought again, delivered",
        (0, receiver.asked[:1], {"delivered": len(receiver.received)}),
        (receiver.refused, again, hook["deliveries"]),
    )
    life.say(f"Another system was told of {len(receiver.received)} occasions at {EVENT}, each signed")


def _settled(life: Life) -> dict[str, object]:
    """The webhook once all deliveries have come to an end."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        life.cloud.tick()
        [hook] = life.admin("GET", "/webhooks")["webhooks"]
        if set(hook["deliveries"]) <= {"delivered", "failed"}:
            return dict(hook)
        time.sleep(0.2)
    raise TimeoutError(f"deliveries are still under way: {hook['deliveries']}")
