"""Personal links. A link carries a secret token; only the token's SHA-256 is stored.

The same participant gets a new token in every mail. A token dies with the registration it was
issued for: cancelling revokes all of them, and registering anew does not revive them. Only what is kept
about one who cancelled is still reached, by a link of its own.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

from .errors import LinkNotFound
from .models import EventRecord, Purpose, Recipient, Registration, RegistrationState, Token
from .ports import Desk

TOKEN_BYTES = 32
"""256 random bits: beyond guessing, and far above the 112 bits of NIST SP 800-63B §5.1.2."""


def digest(secret: str) -> str:
    """The SHA-256 of a token, in hexadecimal."""
    return sha256(secret.encode()).hexdigest()


def issue(desk: Desk, registration: Registration, purpose: Purpose) -> str:
    """Make a token for a registration and give the secret, which is kept nowhere."""
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    desk.tokens.put(
        Token(
            digest=digest(secret),
            purpose=purpose,
            event_id=registration.event_id,
            registration_id=registration.id,
            serial=registration.serial,
            erased_at=registration.erased_at,
        )
    )
    return secret


def issue_to_body(desk: Desk, event_id: str, body: Recipient) -> str:
    """Make a token by which a named body reads the summaries of an event, and give the secret."""
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    desk.tokens.put(
        Token(
            digest=digest(secret),
            purpose=Purpose.SUMMARIES,
            event_id=event_id,
            registration_id=f"b-{body.id}",
            serial=0,
        )
    )
    return secret


def follow(desk: Desk, secret: str, purpose: Purpose) -> tuple[EventRecord, Registration]:
    """What a token opens. Raises LinkNotFound when it is wrong or revoked."""
    token = desk.tokens.find(digest(secret), purpose)
    registration = token and desk.registrations.find(token.event_id, token.registration_id)
    if (
        not token
        or not registration
        or registration.serial != token.serial
        or (registration.state is RegistrationState.CANCELLED and purpose is not Purpose.DATA)
    ):
        raise LinkNotFound("this link is wrong or no longer valid")
    return desk.events.get(token.event_id), registration
