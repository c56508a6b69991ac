"""The bill of AWS by a model: what the whole life of an event uses, counted, times the prices there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from tests.conftest import ROOT, CloudFormation, an_event
from tests.dynamodb_local import running_table

from kallelse import dispatching, editing, joining, links, managing, registering
from kallelse.adapters.dynamodb import open_desk
from kallelse.models import Purpose, RegistrationState

from .flows import HOSTS, NOW, Desktop, submitted
from .report import Section
from .seats import metered

PRICES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("prices.yaml").read_text())

GOAL = 0.02

VIEWS = 4
"""How often each participant looks at a page, beside sending the form and following links."""

MEMORY, WHOLE_PROCESSOR = 512, 1769
"""Megabytes: of a function in template.yaml, and with which Lambda gives a whole processor (its quotas)."""

CALL = 0.005
"""Seconds that a request to DynamoDB takes."""

COLD = 0.3
"""Which part of the requests finds no warm function: assumed, as few come at a small event, but in bursts."""

LOG_BYTES = 400
"""Of a run of a function: the lines START, END and REPORT."""

MINUTES = 60 * 24 * 30
CLOCKED = 4
"""Functions that the clock starts each minute."""

BATCH = 10
"""What the queue brings the feedback function at once, if so much comes within its window (template.yaml)."""

POLLS = 15
"""A minute: Lambda's five pollers of a queue, each waiting for twenty seconds."""


@dataclass(frozen=True)
class Speed:
    """Seconds of the processor here: of a start with its request, and of one without."""

    cold: float
    warm: float

    def on_lambda(self, calls: float, cold: float = COLD) -> float:
        """Gigabyte-seconds of a request there, which has a part of a processor."""
        processor = (cold * self.cold + (1 - cold) * self.warm) * WHOLE_PROCESSOR / MEMORY
        return (processor + calls * CALL) * MEMORY / 1024


def life(seats: int, speed: Speed) -> Counter[str]:
    """What an event uses from its first form to its erasure: one in ten more come than there are seats."""
    with running_table() as table, metered(table) as meter:
        at = Desktop(table, open_desk(table), meter)
        desk = at.desk
        event = an_event(id="life", seats=seats, thanks={})
        record = editing.apply(desk, event, HOSTS, NOW)
        for number in range(seats + seats // 10):
            registering.register(desk, record, submitted(f"Person{number}"), NOW)
        _minute(at, NOW + timedelta(hours=2))
        one_by_one = len(at.postman.sent)
        _minute(at, NOW + timedelta(days=26, hours=2))
        people = desk.registrations.of_event("life")
        seated = [each for each in people if each.state is RegistrationState.CONFIRMED]
        managing.cancel(desk, record, seated[0], NOW + timedelta(days=26, hours=3))
        _minute(at, NOW + timedelta(days=26, hours=3))
        for each in seated[1:]:
            joining.join(desk, links.issue(desk, each, Purpose.JOIN), record.event.starts_at)
        for at_last in (
            record.event.ends_at + timedelta(hours=2),
            record.event.erased_at + timedelta(minutes=1),
        ):
            _minute(at, at_last)
        written, read, calls = meter.taken()
        sent = at.postman.sent
    requests = len(people) * (VIEWS + 1) + 2 * len(seated)
    used = Counter[str](write_units=round(written), read_units=round(read) + len(people) * VIEWS * 3)
    used |= Counter(http_requests=requests, mails=len(sent), notifications=2 * len(sent))
    # What is told of the mails to those who registered comes whenever they did, of the others in batches.
    batches = one_by_one + -(-2 * (len(sent) - one_by_one) // BATCH)
    runs = requests + len(sent) + batches  # the mailer once for each mail at most
    total = (calls + 3 * VIEWS * len(people)) / runs
    extra: dict[str, Any] = {
        "lambda_requests": runs,
        "lambda_gb_seconds": runs * speed.on_lambda(total),
        "mail_gigabytes": sum(size for size, _ in sent) / 1e9,
        "queue_requests": 2 * len(sent) + 2 * batches,  # sent; received and deleted together
        "log_gigabytes": runs * LOG_BYTES / 1e9,
    }
    used.update(extra)
    return used


def _minute(at: Desktop, now: Any) -> None:
    for _ in range(3):  # what comes of what came
        since = len(at.postman.sent)
        dispatching.tick(at.desk, now)
        at.mail(now)
        at.hear(now, since)


def idle(speed: Speed) -> Counter[str]:
    """What a month uses in which nothing happens."""
    runs = CLOCKED * MINUTES
    alarms = yaml.load((ROOT / "infra/monitoring.yaml").read_text(), CloudFormation)["Resources"]  # noqa: S506
    used: dict[str, Any] = {
        "scheduled": runs,
        "lambda_requests": runs,
        "lambda_gb_seconds": runs * speed.on_lambda(1, cold=0.01),
        "read_units": runs / 2,
        "queue_requests": POLLS * MINUTES,
        "log_gigabytes": runs * LOG_BYTES / 1e9,
        "alarms": sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in alarms.values()),
    }
    return Counter(used)


def cost(used: Counter[str], *, free: bool) -> float:
    """In dollars. ``free``: whether what each month gives for ever is taken off."""
    return sum(_one(PRICES["prices"][name], amount, free) for name, amount in used.items())


def _one(price: dict[str, Any], amount: float, free: bool) -> float:
    billed = max(0, amount - price["free"]) if free else amount
    return float(billed * price["usd"] / price["per"])


def _times(used: Counter[str], factor: float) -> Counter[str]:
    return Counter({name: amount * factor for name, amount in used.items()})


def section(request: Speed, tick: Speed, seats: int = 50) -> Section:
    """The table."""
    event, month = life(seats, request), idle(tick)
    columns = {
        f"{seats} seats": event,
        "a tour of 8": _times(event, 8),
        "1,000,000 registrations": _times(event, 1_000_000 / (seats + seats // 10)),
        "a month, idle": month,
    }
    names = [name for name in PRICES["prices"] if event[name] or month[name]]
    rows = [[name.replace("_", " "), *(_amount(used[name]) for used in columns.values())] for name in names]
    for told, free in (
        ("**dollars, free tier used up**", False),
        ("**dollars, within the free tier**", True),
    ):
        rows.append([told, *(f"**{cost(used, free=free):,.4f}**" for used in columns.values())])
    reached = cost(event, free=True) <= GOAL
    unseen = [name for name, price in PRICES["prices"].items() if price["status"] != "seen"]
    about = (
        f"Modelled, not billed. The life of an event of {seats} seats, with a tenth more people, was lived on"
        " DynamoDB Local, from the forms through confirmation, join link, thanks and feedback to"
        " the"
        f" erasure, and counted; {VIEWS} looks at a page by each are assumed. A tour is eight such lives, a"
        f" million"
        " registrations as many as that takes. Prices of"
        f" {PRICES['region']} as of {PRICES['dated']}: `tests/benchmarks/prices.yaml`, which tells their"
        f" sources;"
        f" not looked up: {', '.join(unseen)}. The life without the clock's runs, which are in the idle"
        f" month."
        f"\n\nWith mail, {seats} seats cost ${cost(event, free=False):.4f}, within the free tier"
        f" ${cost(event, free=True):.4f} ({'goal' if reached else 'goal not reached:'} ≤ ${GOAL})."
        f" Idle costs ${cost(month, free=True):.2f} a month within the free tier (the rest are reads of the"
        f" clock's queries) and ${cost(month, free=False):.2f} without it. Not in it: storage, backups"
        f" (PITR) and"
        " keys of KMS, a domain, WAF and CloudFront, and metrics of one's own beyond ten."
    )
    return Section("Modelled bill", about, ("", *columns), rows)


def _amount(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:.4g}"
