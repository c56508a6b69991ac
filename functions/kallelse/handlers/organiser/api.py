"""The description of the admin endpoint, to be read in a browser. This page alone uses JavaScript."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from importlib.resources import files

from aws_lambda_powertools.shared.version import VERSION

from ...errors import NotFound
from ...gateway import Response
from ...http import SECURITY, answer
from ...models import Caller
from .paging import showing
from .visiting import Visit
from .wiring import wiring

SWAGGER_UI = "aws_lambda_powertools.event_handler.openapi.swagger_ui"
OURS = "api.js"
FILES = {
    OURS: "text/javascript",
    "swagger-ui-bundle.min.js": "text/javascript",
    "swagger-ui.min.css": "text/css",
}
"""What the page loads, and the media types."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Swagger UI runs its own script, reads the description, and has pictures in its style sheet."""

YEAR = "private, max-age=31536000, immutable"


@showing("/organiser/api")
def show_api(visit: Visit, caller: Caller) -> Response[str]:
    """What the endpoint can do."""
    from ..admin.routing import ROUTES

    response = visit.page("api", version=VERSION, routes=ROUTES)
    response.headers["Content-Security-Policy"] = POLICY
    return response


@showing("/organiser/api/openapi.json")
def show_description(visit: Visit, caller: Caller) -> Response[str]:
    """What the endpoint can do, as OpenAPI 3.1."""
    from ..admin.openapi import description

    return answer(description())


@showing("/organiser/api/<version>/<name>")
def show_file(visit: Visit, caller: Caller, version: str, name: str) -> Response[str]:
    """A file that the page loads. Browsers may keep those of the library: a new version is elsewhere."""
    if name not in FILES:
        raise NotFound("there is nothing at this address")
    headers = SECURITY if name == OURS else SECURITY | {"Cache-Control": YEAR}
    return Response(HTTPStatus.OK, f"{FILES[name]}; charset=utf-8", _text(name), headers=dict(headers))


@cache
def _text(name: str) -> str:
    folder = wiring()[0].templates / "organiser" if name == OURS else files(SWAGGER_UI)
    return (folder / name).read_text(encoding="utf-8")
