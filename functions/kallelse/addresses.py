"""Addresses that look mistyped: a seat that is held by an address nobody has helps nobody."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

from .models import Event

COMMON = (
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.fi", "outlook.com", "live.com", "live.fi",
    "msn.com", "icloud.com", "me.com", "yahoo.com", "luukku.com", "saunalahti.fi", "kolumbus.fi",
    "elisanet.fi", "pp.inet.fi", "protonmail.com", "proton.me",
    "gov.fi", "om.fi", "vm.fi", "stm.fi", "okm.fi", "tem.fi", "lvm.fi", "mmm.fi", "ym.fi", "plm.fi",
    "oikeus.fi", "poliisi.fi", "vero.fi", "kela.fi", "dvv.fi", "thl.fi", "oph.fi", "kuntaliitto.fi",
    "espoo.fi", "vantaa.fi", "turku.fi", "tampere.fi", "vaasa.fi", "porvoo.fi", "sipoo.fi", "kokkola.fi",
    "pargas.fi", "jakobstad.fi", "korsholm.fi", "raseborg.fi", "mariehamn.ax", "regeringen.ax",
)  # fmt: skip
"""Domains that participants write from often, so that what nearly matches one is likely a slip."""

LIKENESS = 0.85
"""How alike two domains are, from 0 to 1, for one to be taken for a slip of the other: a letter in ten."""


def near_miss(event: Event, address: str) -> str | None:
    """The domain that was probably meant when the address has nearly, but not quite, a common one."""
    return _meant(address.rsplit("@", 1)[-1].lower(), event.admission.mail_domains)


@lru_cache(maxsize=1024)
def _meant(domain: str, admitted: tuple[str, ...]) -> str | None:
    # Many write from the same domain, and a comparison takes as long as the rest of reading a form.
    known = (*admitted, *COMMON)
    if any(f".{domain}".endswith(f".{each}") for each in known):
        return None
    found = get_close_matches(domain, known, n=1, cutoff=LIKENESS)
    return found[0] if found else None
