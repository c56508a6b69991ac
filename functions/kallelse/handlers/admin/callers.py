"""Who calls: whom API Gateway vouches for, by IAM or by a token, or the local cloud's own token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ...config import AdminSettings, WayIn
from ...errors import Unauthorised
from ...models import Caller, Grant, Role

if TYPE_CHECKING:
    from ...gateway import Request


def caller(request: Request, settings: AdminSettings) -> Caller:
    """Who calls, and what was granted. Raises Unauthorised when nobody vouches for anybody."""
    if settings.local:
        return _local(request, settings)
    authorizer = request.raw_event["requestContext"].get("authorizer") or {}
    if settings.organiser_auth is WayIn.JWT:
        return _by_token((authorizer.get("jwt") or {}).get("claims") or {}, settings.roles_claim)
    return _by_iam((authorizer.get("iam") or {}).get("userArn"), settings)


def granted_until(request: Request) -> datetime:
    """When the token of the request ends. Raises Unauthorised."""
    claims = request.raw_event["requestContext"]["authorizer"]["jwt"]["claims"]
    if "exp" not in claims:
        raise Unauthorised("send a token that has an end (exp)")
    return datetime.fromtimestamp(float(claims["exp"]), UTC)


def _local(request: Request, settings: AdminSettings) -> Caller:
    given = request.headers.get("authorization") or ""
    if settings.local_token and compare_digest(given.encode(), f"Bearer {settings.local_token}".encode()):
        return Caller(name="local organiser", grants=(Grant(role=Role.ADMINISTRATOR),))
    raise Unauthorised("no credentials that are known here")


def _by_iam(arn: str | None, settings: AdminSettings) -> Caller:
    """The principal of a signature, such as ``arn:aws:sts::123456789012:assumed-role/Organisers/ada``."""
    if not arn:
        raise Unauthorised("sign the request with SigV4 for execute-api")
    return Caller(name=arn, grants=settings.granted_to(arn))


def _by_token(claims: dict[str, Any], roles_claim: str) -> Caller:
    """The subject of a token that API Gateway checked: signature, issuer, audience and time."""
    subject = claims.get("sub")
    if not subject:
        raise Unauthorised("send a token of the issuer that is configured")
    return Caller(name=str(subject), grants=tuple(_grants(claims.get(roles_claim))))


def _grants(claim: object) -> Iterator[Grant]:
    # API Gateway hands a list on as the text "[a b]"; other claims than ours are none of our business.
    texts = claim if isinstance(claim, list) else str(claim or "").strip("[]").replace(",", " ").split()
    for text in texts:
        try:
            yield Grant.parse(str(text))
        except (ValueError, ValidationError):
            continue
