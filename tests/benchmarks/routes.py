"""A request of every route of the functions behind the API, by the route, from where routes are declared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.shared.version import VERSION
from tests.conftest import read_template
from tests.visiting import request

from kallelse.handlers.admin.routing import ROUTES
from kallelse.handlers.organiser import entrance
from kallelse.handlers.organiser.paging import PAGES
from kallelse.proving import issue, seal

from . import scenes, world

Requests = dict[str, dict[str, Any]]
"""A request by its route, which is called as API Gateway does: ``GET /events/{event_id}/{language}``."""

ELSEWHERE = "$default"
"""What API Gateway calls the route of every other address."""

EXPECTED: dict[str, tuple[int, str]] = {
    ELSEWHERE: (404, "its answer is the page that says so"),
    "POST /admin/events/{event_id}/webhooks/{webhook_id}/test": (
        404,
        "it tells of the delivery that it has just made, which the stub does not keep; all but that is timed",
    ),
}
"""What answers otherwise than that it is done, and why."""

NAMES: dict[str, dict[str, str]] = {
    "summaries": {"event_id": scenes.STOP, "wanted": "pdf"},
    "distribution": {"event_id": scenes.STOP},
    "compare": {"language": "en"},
    "translations": {"version": "2"},
    "diff": {"version": "3"},
    "state": {"version": "3"},
    "move": {"event_id": scenes.STOP},
    "promote": {"event_id": scenes.FULL},
    "publish": {"event_id": scenes.DRAFT},
    "archive": {"event_id": scenes.OVER},
    "survey": {"event_id": scenes.OVER},
    "groups": {"event_id": scenes.RUNNING},
    "notes": {"event_id": scenes.RUNNING},
    "today": {"event_id": scenes.RUNNING},
    "figures": {"event_id": scenes.RUNNING},
    "webhooks": {"event_id": scenes.RUNNING, "webhook_id": scenes.TOLD},
    "on": {"webhook_id": scenes.GONE},
    "preview": {"kind": "confirmed"},
    "api": {"version": VERSION, "name": "swagger-ui-bundle.min.js"},
}
"""What stands for the names in addresses that have this part, where it is not what it is elsewhere."""


def address(path: str) -> str:
    """The path of a route, with what is there in place of its names."""
    found, parts = world.world(), path.strip("/").split("/")
    names = {"event_id": found.record.event.id, "tour_id": scenes.TOUR, "language": "sv"}
    names |= {"version": "1", "number": "1", "group": "1"}
    names |= {"mail_id": found.names["mail"], "delivery_id": found.names["delivery"]}
    for part in parts:
        names |= NAMES.get(part, {})
    names["registration_id"] = found.names.get(names["event_id"], "")
    names["token"] = next((found.names[part] for part in reversed(parts) if part in found.names), "")
    return path.format_map(names)


def asking(path: str) -> str:
    """The address of a route with the query that it needs, if it does."""
    page = f"https://desk.example{address('/events/{event_id}/{language}')}"
    queries = {"oembed": {"url": page}, "export": {"what": "registrations"}}
    query = queries.get(path.rpartition("/")[2])
    return address(path) + (f"?{urlencode(query)}" if query else "")


def declared_in(template: Mapping[str, Any], function: str) -> list[str]:
    """The routes of a function of template.yaml."""
    events = template["Resources"][function]["Properties"]["Events"].values()
    told = [each["Properties"] for each in events]
    return [f"{each['Method']} {each['Path']}" if "Path" in each else ELSEWHERE for each in told]


def in_braces(routes: Iterable[tuple[str, str]]) -> list[str]:
    """Routes by methods and paths, whose names the code has in angle brackets."""
    return [f"{method} {path.replace('<', '{').replace('>', '}')}" for method, path in routes]


def of_public() -> Requests:
    """The pages of visitors."""
    template = read_template()
    sent, found = forms(), Requests()
    for route in declared_in(template, "PublicFunction"):
        method, _, path = ("GET /nowhere" if route == ELSEWHERE else route).partition(" ")
        found[route] = request(method, asking(path), sent.get(route, {}))
    return named(found)


def forms() -> dict[str, dict[str, Any]]:
    """What is sent to the routes of visitors; to the others, the press of a button."""
    found = world.world()
    event, tour = "POST /events/{event_id}/{language}", "POST /tours/{tour_id}/{language}"
    form = world.form(found.record, 0)
    form_of_tour = form | {
        "proof": issue(found.tour, world.a_minute_ago()),
        "stops": [scenes.STOP, scenes.NEXT_STOP],
    }
    told = {"state": "confirmed", "place": None, "until": None, "email": form["email"], "mode": "online"}
    told_of_tour = [[scenes.STOP, ["confirmed", None, None], None]]
    return {
        event: form,
        f"{event}/registrations": form,
        f"{event}/embed": form,
        f"{event}/told": {"told": seal(found.record, ["registered", 200, False, told])},
        f"{event}/lost-link": {"email": "bo@example.org"},
        f"{event}/survey": {
            "proof": issue(found.over, world.a_minute_ago()),
            "q-useful": "5",
            "q-take-home": "Mod.",
        },
        tour: form_of_tour,
        f"{tour}/registrations": form_of_tour,
        f"{tour}/told": {"told": seal(found.tour, [200, form["email"], told_of_tour])},
        "POST /manage/{token}/edit": {name: form[name] for name in form if name not in ("proof", "email")},
        "POST /manage/{token}/substitute": {"name": "Cia Ek", "email": "ek@example.org"},
        "POST /unsubscribe/{token}": {"List-Unsubscribe": "One-Click"},
    }


def of_admin() -> Requests:
    """The organisers' endpoint."""
    sent, found = bodies(), Requests()
    for route in in_braces((each.method, each.path) for each in ROUTES):
        method, _, path = route.partition(" ")
        body = sent.get(route, {})
        called = world.look_in(asking(path).removeprefix("/admin"), method)
        media_type = "text/markdown" if isinstance(body, str) else "application/json"
        called["headers"] = {"content-type": media_type} | ({} if method == "GET" else {"if-match": "*"})
        found[route] = called | {"body": body if isinstance(body, str) else json.dumps(body)}
    return named(found)


def bodies() -> dict[str, Any]:
    """What is sent to the organisers' endpoint: JSON, or Markdown; to the others, an empty object."""
    event = "/admin/events/{event_id}"
    registration, summary = (
        f"{event}/registrations/{{registration_id}}",
        f"{event}/summaries/{{language}}/{{version}}",
    )
    file = world.world().record.event.model_dump(mode="json") | {"seats": 60}
    series = world.a_tour().model_dump(mode="json")
    ada = {"name": "Ada Åberg", "email": "ada.1@example.org", "organisation": "Vasa stad"}
    ada |= {"organisation_kind": "municipality", "language": "sv"}
    bo = {"address": "bo@example.org"}
    return {
        f"PUT {event}": file,
        f"POST {event}/validate": file,
        f"POST {event}/duplicate": {"id": scenes.COPY, "starts": scenes.COPY_STARTS},
        f"POST {event}/registrations": {"participant": ada},
        f"PATCH {registration}": {"participant": {"name": "Bo Berg"}},
        f"POST {registration}/move": {"event": scenes.NEXT_STOP},
        f"PUT {event}/groups/pins": {world.world().names[scenes.RUNNING]: "1"},
        f"POST {event}/messages": scenes.GREETING | {"subject": {"sv": "Ny tid"}},
        f"POST {event}/mails/{{mail_id}}/decision": {"again": True},
        f"PUT {event}/notes/{{group}}": scenes.NOTES + "- Mod.\n",
        f"POST {event}/summaries": {"language": "sv", "markdown": scenes.SUMMARY + "Till sist.\n"},
        f"POST {summary}/state": {"to": "in-review"},
        f"POST {summary}/translations": {"to": ["en"]},
        "PUT /admin/tours/{tour_id}": series | {"title": {"sv": "Turnén"}},
        **{f"POST /admin/people/{what}": bo for what in ("find", "export", "erase")},
    }


def of_organiser() -> Requests:
    """The organisers' pages."""
    declared = [
        *(("GET", page.path) for page in PAGES),
        *((each.method, each.path) for each in entrance.router.routes),
    ]
    found = Requests()
    for route in in_braces(declared):
        method, _, path = route.partition(" ")
        found[route] = world.visit(world.world().cookie, address(path).removeprefix("/organiser"), method)
    return named(found)


FUNCTIONS = {"public": of_public, "admin": of_admin, "organiser": of_organiser}
"""What gives the requests of each function."""

STATUSES = {route: status for route, (status, _) in EXPECTED.items()}


def named(requests: Requests) -> Requests:
    """The requests with their routes, as API Gateway tells them."""
    return {route: each | {"routeKey": route} for route, each in requests.items()}


def repeated(requests: Requests, times: int) -> list[dict[str, Any]]:
    """Each request so many times, from a network of its own, so that nobody is told to come back later."""
    return [from_network(each, number) for each in requests.values() for number in range(times)]


def from_network(called: dict[str, Any], number: int) -> dict[str, Any]:
    """The request from a network of this number."""
    moved = deepcopy(called)
    moved["requestContext"]["http"]["sourceIp"] = f"10.0.{number // 256}.{number % 256}"
    return moved
