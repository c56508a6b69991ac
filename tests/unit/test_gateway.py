"""Requests and answers of API Gateway, and which page answers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.visiting import request

from kallelse.gateway import Request, Response, Router


class Lost(LookupError):
    pass


@pytest.fixture
def app() -> Router:
    app, part = Router(), Router()

    @part.get("/events/<event>/<language>")
    def _show(event: str, language: str) -> Response[str]:
        return Response(200, "text/plain", f"{event} in {language}")

    @part.post("/events/<event>/<language>")
    def _send(event: str, language: str) -> Response[str]:
        return Response(200, "text/plain", str(part.current_event.decoded_body))

    @part.get("/events/new/form")
    def _new() -> Response[str]:
        raise Lost

    app.include_router(part)
    app.exception_handler(LookupError)(lambda error: Response(500, "text/plain", type(error).__name__))
    app.not_found(lambda: Response(404, None, "nowhere"))
    return app


def answer(app: Router, method: str, path: str, **changes: Any) -> tuple[int, str]:
    found = app.resolve(request(method, path, {}) | changes)
    return found["statusCode"], found["body"]


def test_a_page_is_called_with_the_parts_of_the_path_that_have_names(app: Router) -> None:
    assert answer(app, "GET", "/events/åbo-2020/sv") == (200, "åbo-2020 in sv")


@pytest.mark.parametrize(
    "path", ["/", "/events/a", "/events/a/", "/events//sv", "/events/a/sv/", "/other/a/sv", ""]
)
def test_a_path_with_more_fewer_other_or_empty_parts_is_nowhere(app: Router, path: str) -> None:
    assert answer(app, "GET", path) == (404, "nowhere")


def test_the_method_belongs_to_the_address(app: Router) -> None:
    assert answer(app, "PUT", "/events/a/sv") == (404, "nowhere")


def test_a_path_without_names_goes_before_those_whose_names_it_could_be(app: Router) -> None:
    assert answer(app, "GET", "/events/new/form") == (500, "Lost")


def test_a_body_in_base64_is_read(app: Router) -> None:
    assert answer(app, "POST", "/events/a/sv", body="w6U=", isBase64Encoded=True) == (200, "å")
    assert answer(app, "POST", "/events/a/sv", body="å") == (200, "å")


def test_the_name_of_a_stage_is_no_part_of_the_path() -> None:
    event = request("GET", "/prod/events", {})
    event["requestContext"]["stage"] = "prod"
    assert Request(event).path == "/events"


def test_what_nobody_explains_is_raised() -> None:
    app = Router()

    @app.get("/a")
    def _fail() -> Response[str]:
        raise Lost

    with pytest.raises(Lost):
        app.resolve(request("GET", "/a", {}))


def test_an_answer_is_handed_out_as_the_gateway_takes_it() -> None:
    answer = Response(201, "image/png", b"\x89PNG", {"ETag": "1"}, ["a=1; Secure"])
    assert answer.handed_out() == {
        "statusCode": 201,
        "headers": {"Content-Type": "image/png", "ETag": "1"},
        "body": "iVBORw==",
        "isBase64Encoded": True,
        "cookies": ["a=1; Secure"],
    }
