"""The description of the endpoint: OpenAPI 3.1, made from the declarations of the routes."""

from __future__ import annotations

from typing import Any

from ...models import Role
from .routing import route


@route("GET", "/admin/openapi.json", needs=Role.VIEWER, somewhere=True)
def get_openapi() -> dict[str, Any]:
    """What this endpoint can do, as OpenAPI 3.1."""
    from .openapi import description

    return description()
