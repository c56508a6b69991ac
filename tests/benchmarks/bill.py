"""The bill of AWS by a model: what the whole life of an event uses, counted, times the prices there are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import yaml
from tests.conftest import an_event, read_template
from tests.dynamodb_local import running_table
from tests.guarantees import HOSTS

from kallelse import dispatching, editing, joining, managing, registering
from kallelse.adapters.dynamodb import open_desk
from kallelse.models import RegistrationState

from .flows import NOW, Desktop, submitted
from .report import Section
from .seats import metered

PRICES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("prices.yaml").read_text())

GOAL = 0.02

VIEWS = 4
"""How often each participant looks at a page, beside sending the form and following links."""

TEMPLATE = read_template()
MEMORY: int = TEMPLATE["Globals"]["Function"]["MemorySize"]
MAILERS_MEMORY: int = TEMPLATE["Resources"]["MailerFunction"]["Properties"]["MemorySize"]
WHOLE_PROCESSOR = 1769
"""Megabytes: of most functions, of the mailer, and those with which Lambda gives a whole processor."""

CALL = 0.005
"""Seconds that a request to DynamoDB takes."""

COLD = 0.3
"""Which part of the requests finds no warm function: assumed, as few come at a small event, but in bursts.

What the clock starts each minute is warm.
"""

LOG_BYTES = 400
"""Of a run of a function: the lines START, END and REPORT."""

MINUTES = 60 * 24 * 30
CLOCKED = 4
"""Functions that the clock starts each minute."""

BATCH = 10
"""What the queue brings the feedback function at once, if so much comes within its window (template.yaml)."""

POLLS = 15
"""A minute: Lambda's five pollers of a queue, each waiting for twenty seconds."""


def gigabyte_seconds(processor: float, calls: float, memory: int = MEMORY) -> float:
    """What Lambda charges for so many seconds of the processor, of which it gives a part, and calls."""
    return (processor * WHOLE_PROCESSOR / memory + calls * CALL) * memory / 1024


@dataclass(frozen=True)
class Speed:
    """Seconds of the processor here: of a start with its request, and of one without."""

    cold: float
    warm: float

    def each(self, cold: float = COLD) -> float:
        """Seconds of a request, when such a part of them starts the function."""
        return cold * self.cold + (1 - cold) * self.warm


@dataclass
class Lived:
    """What a life used so far: units, and of each function the calls and the seconds of the processor."""

    at: Desktop
    units: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def does(self, function: str, act: Callable[[], Any]) -> None:
        """Do it, and note what it used."""
        began = process_time()
        act()
        self.seconds[function] += process_time() - began
        written, read, calls = self.at.meter.taken()
        self.units.update(write_units=round(written), read_units=round(read))
        self.calls[function] += calls

    def minute(self, now: datetime) -> None:
        """What the clock starts, and what comes of it."""
        at = self.at
        for _ in range(3):
            since = len(at.postman.sent)
            self.does("dispatcher", partial(dispatching.tick, at.desk, now))
            self.does("mailer", partial(at.mail, now))
            self.does("feedback", partial(at.hear, now, since))


def life(seats: int, request: Speed, feedback: Speed) -> Counter[str]:
    """What an event uses from its first form to its erasure: one in ten more come than there are seats."""
    with running_table() as table, metered(table) as meter:
        lived = Lived(Desktop(table, open_desk(table), meter))
        desk, sent = lived.at.desk, lived.at.postman.sent
        event = an_event(id="life", seats=seats, thanks={})
        record = editing.apply(desk, event, HOSTS, NOW)
        for number in range(seats + seats // 10):
            form = submitted(f"Person{number}")
            lived.does("public", partial(registering.register, desk, record, form, NOW))
        lived.minute(NOW + timedelta(hours=2))
        one_by_one = len(sent)
        lived.minute(NOW + timedelta(days=26, hours=2))
        people = desk.registrations.of_event("life")
        first, *others = [each for each in people if each.state is RegistrationState.CONFIRMED]
        later = NOW + timedelta(days=26, hours=3)
        lived.does("public", partial(managing.cancel, desk, record, first, later))
        lived.minute(later)
        links = _join_links(sent)
        for each in others:
            lived.does("public", partial(joining.join, desk, links[each.id], record.event.starts_at))
        lived.minute(record.event.ends_at + timedelta(hours=2))
        lived.minute(record.event.erased_at + timedelta(minutes=1))
    requests = len(people) * (VIEWS + 1) + 2 * len(others)
    looked = len(people) * VIEWS * 3
    # What is told of the mails to those who registered comes whenever they did, of the others in batches.
    batches = one_by_one + -(-2 * (len(sent) - one_by_one) // BATCH)
    runs = requests + one_by_one + batches  # the stream starts the mailer for whoever registers
    taken = gigabyte_seconds(requests * request.each(), lived.calls["public"] + looked)
    taken += gigabyte_seconds(batches * feedback.each(), lived.calls["feedback"])
    taken += gigabyte_seconds(lived.seconds["mailer"], lived.calls["mailer"], MAILERS_MEMORY)
    taken += gigabyte_seconds(lived.seconds["dispatcher"], lived.calls["dispatcher"])
    used: dict[str, Any] = {
        "http_requests": requests,
        "lambda_requests": runs,
        "lambda_gb_seconds": taken,
        "read_units": looked,
        "mails": len(sent),
        "mail_gigabytes": sum(len(message) for message, _ in sent) / 1e9,
        "notifications": 2 * len(sent),
        "queue_requests": 2 * len(sent) + 2 * batches,  # sent; received and deleted together
        "log_gigabytes": runs * LOG_BYTES / 1e9,
    }
    return lived.units + Counter(used)


def _join_links(sent: list[tuple[bytes, dict[str, str]]]) -> dict[str, str]:
    """The secret of each registration's last join link."""
    links = {}
    for message, tags in sent:
        body = message_from_bytes(message, policy=policy.default).get_body(("plain",))
        found = re.search(r"/join/([\w-]+)", body.get_content() if body else "")
        if found:
            links[tags["mail_id"].split("_")[2].removeprefix("r-")] = found[1]
    return links


def idle(speed: Speed) -> Counter[str]:
    """What a month uses in which nothing happens."""
    runs = CLOCKED * MINUTES
    alarms = read_template("infra/monitoring.yaml")["Resources"]
    used: dict[str, Any] = {
        "scheduled": runs,
        "lambda_requests": runs,
        "lambda_gb_seconds": gigabyte_seconds(runs * speed.each(cold=0.01), runs),
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


def section(request: Speed, feedback: Speed, tick: Speed, seats: int = 50) -> Section:
    """The table."""
    event, month = life(seats, request, feedback), idle(tick)
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
    alarms = cost(Counter(alarms=month["alarms"]), free=True)
    about = (
        f"Modelled, not billed. The life of an event of {seats} seats, with a tenth more people, was lived on"
        " DynamoDB Local, from the forms through confirmation, join link, thanks and feedback to the"
        f" erasure, and counted; {VIEWS} looks at a page by each are assumed, and that {COLD:.0%} of the"
        " requests and of the feedback find no warm function. A tour is eight such lives, a million"
        f" registrations as many as that takes. Prices of {PRICES['region']} as of {PRICES['dated']}:"
        f" `tests/benchmarks/prices.yaml`, which tells their sources; not looked up: {', '.join(unseen)}."
        " The life without the clock's runs, which are in the idle month."
        f"\n\nWith mail, {seats} seats cost ${cost(event, free=False):.4f}, within what each month gives for"
        f" ever (the free tier) ${cost(event, free=True):.4f} ({'goal' if reached else 'goal not reached:'}"
        f" ≤ ${GOAL}). Idle costs ${cost(month, free=True):.2f} a month within it: ${alarms:.2f} of that are"
        f" the {month['alarms']} alarms, which cost the same whatever happens, and the rest the reads of the"
        f" clock's queries (goal not reached: $0); without it ${cost(month, free=False):.2f}. Not in it:"
        " storage, backups (PITR) and keys of KMS, a domain, WAF and CloudFront, and metrics of one's own"
        " beyond ten."
    )
    return Section("Modelled bill", about, ("", *columns), rows)


def _amount(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:.4g}"
