"""Limits against abuse: mails that others can cause to one address, registrations from one network.

A network is an IPv4 address or the /56 of an IPv6 one, which is about what one office or home has.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address, ip_network

from .errors import TooManyRequests
from .models import Registration
from .ports import Desk

MAILS_PER_ADDRESS = 3
"""How many mails a day others can cause by typing an address that is registered."""

PER_NETWORK = 200
"""Registrations an hour: a large office behind one address gets in, a flood does not."""

STRIDE = 10
"""How many registrations from a network are counted with one write, so that none costs a write."""

NETWORKS = 1_000
"""How many networks a process remembers. Of one that it forgets, fewer than STRIDE stay uncounted."""


def may_write_to(desk: Desk, registration: Registration, now: datetime) -> bool:
    """Whether one more mail that others caused may go to the registration; counts it if so."""
    name = f"mail#{registration.event_id}#{registration.id}"
    return desk.limits.take(name, MAILS_PER_ADDRESS, now + timedelta(days=1), now)


@lru_cache(maxsize=16)  # of one request, which asks several times
def network_of(address: str) -> str:
    """The network that an IP address belongs to. Raises ValueError when it is none."""
    prefix = 32 if ip_address(address).version == 4 else 56
    return str(ip_network(f"{address}/{prefix}", strict=False))


@dataclass
class Tally:
    """Registrations by network that this process has not written down yet."""

    counts: Counter[str] = field(default_factory=Counter)

    def check(self, desk: Desk, event_id: str, address: str, now: datetime) -> None:
        """Raise TooManyRequests when the network of the address has reached its limit; writes nothing."""
        name = name_of(event_id, address)
        if desk.limits.taken(name, now) + self.counts[name] >= PER_NETWORK:
            raise TooManyRequests("too many registrations from this network")

    def add(self, desk: Desk, event_id: str, address: str, now: datetime) -> None:
        """Count a registration; every tenth of a network is written down for the other processes."""
        name = name_of(event_id, address)
        self.counts[name] += 1
        if self.counts[name] >= STRIDE:
            desk.limits.take(name, PER_NETWORK + STRIDE, now + timedelta(hours=1), now, STRIDE)
            del self.counts[name]
        elif len(self.counts) > NETWORKS:
            del self.counts[next(iter(self.counts))]


def name_of(event_id: str, address: str) -> str:
    """The name of the limit for the network of an address at an event. Raises ValueError when it is none."""
    return f"network#{event_id}#{network_of(address)}"
