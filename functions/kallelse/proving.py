"""The stamp that a form carries: when it was shown, by us, and which one it is.

A form that is sent sooner than a person can fill it in, or long after it was shown, comes back to be
sent again. The stamp is signed with a key of the event, or of the tour if the form is for several
stops, so that nobody can make one or move it elsewhere, and nothing has to be stored for a form that is
merely shown.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from .errors import FormTooFast, FormTooOld, UnreadableRequest
from .models import EventRecord, TourRecord

FASTEST = timedelta(seconds=3)
"""What the quickest person with a filled-in clipboard needs."""

OLDEST = timedelta(hours=24)
"""A form that is left open over the working day is still good."""


def issue(record: EventRecord | TourRecord, now: datetime) -> str:
    """The stamp of a form that is shown at this instant."""
    milliseconds = round(now.timestamp() * 1000)
    return str(_serializer(record).dumps([milliseconds, secrets.token_urlsafe(12)]))


def check(record: EventRecord | TourRecord, proof: str, now: datetime) -> str:
    """The nonce of the form that carries the stamp. Raises FormTooFast or FormTooOld."""
    try:
        milliseconds, nonce = _serializer(record).loads(proof)
    except BadData as error:
        raise FormTooOld("the stamp of the form is not one of ours") from error
    age = timedelta(milliseconds=round(now.timestamp() * 1000) - milliseconds)
    if age < FASTEST:
        raise FormTooFast("the form was sent sooner than a person can fill it in")
    if age > OLDEST:
        raise FormTooOld("the form was shown too long ago")
    return str(nonce)


def seal(record: EventRecord | TourRecord, told: Any) -> str:
    """What a page told, signed. Whoever has it can read it."""
    return str(_serializer(record, b"kallelse told").dumps(told))


def unseal(record: EventRecord | TourRecord, sealed: str) -> Any:
    """What was sealed for this event or tour. Raises UnreadableRequest."""
    try:
        return _serializer(record, b"kallelse told").loads(sealed)
    except BadData as error:
        raise UnreadableRequest("what the page told is not signed by us") from error


def _serializer(record: EventRecord | TourRecord, salt: bytes = b"kallelse form") -> URLSafeSerializer:
    # The salt derives a key of its own from the event's, which the registration ids use as it is.
    options = {"key_derivation": "hmac", "digest_method": sha256}
    return URLSafeSerializer(bytes.fromhex(record.key), salt=salt, signer_kwargs=options)
