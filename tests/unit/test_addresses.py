"""Addresses that look mistyped."""

from __future__ import annotations

import pytest
from tests.conftest import an_event

from kallelse.addresses import near_miss

EVENT = an_event(admission={"mail_domains": ["vasa.fi", "pedersore.fi"]})


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("OUTLOK.com", "outlook.com"),
        ("vsa.fi", "vasa.fi"),
        ("pedresore.fi", "pedersore.fi"),
    ],
)
def test_a_domain_that_nearly_matches_is_a_likely_slip(domain: str, meant: str) -> None:
    assert near_miss(EVENT, f"ada@{domain}") == meant


COMMON = "gmail.com hotmail.se om.fi vm.fi gov.fi edu.gov.fi vasa.fi utbildning.vasa.fi sipoo.fi"
RARER = "hel.fi helsinki.fi abo.fi utu.fi aalto.fi ouka.fi yle.fi example.org"


@pytest.mark.parametrize("domain", f"{COMMON} {RARER}".split())
def test_a_domain_that_people_have_is_no_slip(domain: str) -> None:
    assert near_miss(EVENT, f"ada@{domain}") is None
