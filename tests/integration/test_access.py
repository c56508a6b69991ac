"""Who may call what: every route of the admin endpoint, with every role, in both ways in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.visiting import make_bucket, opened, request, set_up_admin

from kallelse.handlers import admin
from kallelse.handlers.admin.routing import ROUTES, Route
from kallelse.handlers.admin.wiring import wiring
from kallelse.models import Caller, Grant, Role
from kallelse.ports import Desk

ARN = "arn:aws:sts::123456789012:assumed-role/Organisers/ada"
TOUR = {"id": "turne", "title": {"sv": "Turnén"}, "stops": 2}
SCOPES = ("", ":event:seminarium", ":tour:turne", ":event:annat", ":tour:annan")
Send = Callable[[Route, dict[str, Any]], int]


@pytest.fixture
def deployed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Sets the admin function up as it is on AWS, with a way in and the grant of a principal."""
    make_bucket()
    set_up_admin(monkeypatch)
    monkeypatch.delenv("KALLELSE_LOCAL")
    monkeypatch.delenv("KALLELSE_LOCAL_TOKEN")
    opened(desk, tour=TOUR)

    def set_up(way_in: str, grant: str = "") -> None:
        monkeypatch.setenv("KALLELSE_ORGANISER_AUTH", way_in)
        monkeypatch.setenv("KALLELSE_GRANTS", f"{ARN[:-3]}*={grant}" if grant else "")
        wiring.cache_clear()

    return set_up


def authorizer(way_in: str, grant: str) -> dict[str, Any]:
    """What API Gateway tells of a caller whom it let in."""
    claims = {"sub": "ada", "exp": "1600000000", "roles": f"[{grant} something.else]"}
    return {"jwt": {"claims": claims}} if way_in == "jwt" else {"iam": {"userArn": ARN}}


def call(route: Route, authorizer: dict[str, Any] | None, **headers: str) -> int:
    names = {"event_id": "seminarium", "tour_id": "turne"}
    path = re.sub(r"<(\w+)>", lambda name: names.get(name[1], "1"), route.path)
    called = request(route.method, path, {})
    called["headers"] = {"content-type": "application/json", "if-match": "*", **headers}
    called["body"] = "{}"
    called["requestContext"] |= {"domainName": "api.example"}
    if authorizer:
        called["requestContext"]["authorizer"] = authorizer
    return int(admin.handler(called, None)["statusCode"])


def admits(route: Route, role: Role, scope: str) -> bool:
    """Whether a role is enough, said once more in the plainest way."""
    enough = list(Role).index(role) >= list(Role).index(route.needs)
    if "<event_id>" in route.path:
        return enough and scope in ("", ":event:seminarium", ":tour:turne")
    if "<tour_id>" in route.path:
        return enough and scope in ("", ":tour:turne")
    return enough and (scope == "" or route.somewhere)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("way_in", ["iam", "jwt"])
def test_a_route_lets_in_whom_its_role_admits_where_it_was_granted_and_nobody_else(
    deployed: Callable[[str, str], None], way_in: str, role: Role, scope: str
) -> None:
    deployed(way_in, f"{role}{scope}")
    for route in ROUTES:
        status = call(route, authorizer(way_in, f"{role}{scope}"))
        assert (status != 403) == admits(route, role, scope), (route.method, route.path, status)
        assert status != 401


@pytest.mark.parametrize("way_in", ["iam", "jwt"])
def test_without_credentials_every_route_refuses_and_so_it_does_with_those_of_the_other_way_in(
    deployed: Callable[[str, str], None], way_in: str
) -> None:
    deployed(way_in, "administrator")
    other = authorizer("iam" if way_in == "jwt" else "jwt", "administrator")
    assert {call(route, each) for route in ROUTES for each in (None, {}, other)} == {401}


@pytest.mark.parametrize("way_in", ["iam", "jwt"])
def test_one_whom_the_gateway_lets_in_may_do_nothing_without_a_grant(
    deployed: Callable[[str, str], None], way_in: str
) -> None:
    deployed(way_in, "")
    assert {call(route, authorizer(way_in, "")) for route in ROUTES} == {403}


def test_the_token_of_the_local_cloud_opens_nothing_that_is_deployed(
    deployed: Callable[[str, str], None],
) -> None:
    deployed("iam", "administrator")
    assert {call(route, None, authorization="Bearer right") for route in ROUTES} == {401}


@pytest.mark.parametrize(
    ("principal", "known"),
    [
        (ARN, True),
        (ARN + "m", False),
        (ARN[:-1], False),
        (ARN.replace("Organisers", "OrganisersToo"), False),
        (ARN.replace("123456789012", "123456789013"), False),
    ],
)
def test_a_principal_is_known_by_the_whole_arn_or_by_its_beginning_before_a_star(
    deployed: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, principal: str, known: bool
) -> None:
    deployed("iam", "")
    monkeypatch.setenv("KALLELSE_GRANTS", f"{ARN}=viewer")
    wiring.cache_clear()
    [route] = [each for each in ROUTES if each.function.__name__ == "get_figures"]
    assert (call(route, {"iam": {"userArn": principal}}) == 200) == known


@pytest.mark.parametrize(
    "text", ["owner", "viewer:event", "viewer:event:", "viewer:stop:x", "", "viewer:event:a b"]
)
def test_a_grant_that_is_misspelt_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"grant|valid"):
        Grant.parse(text)


def test_each_role_may_do_what_those_before_it_may() -> None:
    told = [[role.covers(needed) for needed in Role] for role in Role]
    assert told == [[True, False, False], [True, True, False], [True, True, True]]
    caller = Caller(name="ada", grants=(Grant.parse("viewer"), Grant.parse("organiser:event:a")))
    assert caller.may(Role.ORGANISER, "a")
    assert not caller.may(Role.ORGANISER, "b")
    assert caller.may(Role.VIEWER, "b")
