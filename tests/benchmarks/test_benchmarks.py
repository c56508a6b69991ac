"""The benchmarks compare what does the same, notice what fails, and add up."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from tests.benchmarks import bill, cold, flows, load, routes, world
from tests.benchmarks.processes import Contender, raced
from tests.benchmarks.report import Section, ratio
from tests.benchmarks.stub import Stub, running

Ask = Callable[[str, dict[str, Any]], Any]
GUARD = {"proof", "subject", "switch"}
"""Fields that only ours has: the stamp, the trap, and the buttons of the languages."""

SHOWING = ["bare", "typical", "signed"]
REGISTERING = ["typical", "signed"]


class Context:
    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "test"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was written, as JSON."""
    found: list[str] = []
    answer = Stub.answer

    def noted(self: Stub, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation in ("PutItem", "TransactWriteItems"):
            found.append(json.dumps(request, ensure_ascii=False))
        return answer(self, operation, request)

    monkeypatch.setattr(Stub, "answer", noted)
    return found


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Asks ours, or a reference by its name."""
    with running(world.world().items) as stub:
        for name, value in world.SETTINGS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", stub.address)
        from kallelse.handlers import public
        from kallelse.handlers.public.wiring import wiring

        def answer(name: str, request: dict[str, Any]) -> Any:
            if name == "ours":
                return public.handler(request, None)
            module = import_module(f"tests.benchmarks.references.{name}")
            monkeypatch.delitem(sys.modules, module.__name__)  # its client is of this endpoint
            return module.handler(request, Context())

        wiring.cache_clear()
        yield answer
        wiring.cache_clear()


def fields(page: dict[str, Any]) -> set[str]:
    """The fields of the form on a page."""
    return set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page["body"])) - GUARD


@pytest.mark.parametrize("name", SHOWING)
def test_a_reference_shows_the_same_form(ask: Ask, name: str) -> None:
    request = world.show(world.world().record)
    ours, theirs = ask("ours", request), ask(name, request)
    assert ours["statusCode"] == theirs["statusCode"] == 200
    assert fields(ours) == fields(theirs) > {"name", "email", "organisation"}
    for text in ("Förtroendebygge", "Niklas Wilhelmsson", "13:00"):
        assert text in theirs["body"]


@pytest.mark.parametrize("name", [*REGISTERING, "ours"])
def test_a_registration_is_written(ask: Ask, written: list[str], name: str) -> None:
    answer = ask(name, world.register(world.world().record, 7, proof=name == "ours"))
    assert answer["statusCode"] == 200
    [told] = written
    for value in ("ada.7@example.org", "Ada Åberg 7", "Vasa stad", "municipality"):
        assert value in told


@pytest.mark.parametrize("name", routes.FUNCTIONS)
def test_no_route_that_a_function_serves_is_left_out(name: str) -> None:
    app = import_module(f"kallelse.handlers.{name}").app
    served = {f"{each.method} {re.sub('[<>]', '|', each.path)}" for each in app.routes}
    asked = {re.sub("[{}]", "|", route) for route in routes.FUNCTIONS[name]()}
    assert asked == served | ({routes.ELSEWHERE} if name == "public" else set())


@pytest.mark.parametrize("name", routes.FUNCTIONS)
def test_every_route_is_timed_and_answers_as_is_told(name: str) -> None:
    asked = routes.FUNCTIONS[name]()
    handler, twice = f"kallelse.handlers.{name}:handler", routes.repeated(asked, 2)
    [found] = raced([Contender(name, handler, twice, expected=routes.STATUSES)], 1).values()
    assert all(found[route] > 0 for route in asked)


def test_whatever_visitors_send_is_written_unless_it_only_asks_for_another_language(
    ask: Ask, written: list[str]
) -> None:
    unwritten = []
    for route, request in routes.of_public().items():
        written.clear()
        ask("ours", request)
        if route.startswith("POST") and not written:
            unwritten.append(route)
    assert unwritten == [
        f"POST /{what}/{{language}}{told}"
        for what in ("events/{event_id}", "tours/{tour_id}")
        for told in ("", "/told")
    ]


def test_what_answers_otherwise_than_is_told_is_noticed() -> None:
    request = world.show(world.world().record) | {"routeKey": "GET it"}
    with pytest.raises(RuntimeError, match="answered 200"):
        raced([Contender("ours", cold.PUBLIC, [request], expected={"GET it": 404})], 1)


def test_every_exception_is_of_a_route() -> None:
    assert set(routes.EXPECTED) < {route for asked in routes.FUNCTIONS.values() for route in asked()}


def test_the_stub_gives_the_items_of_a_query_in_their_order() -> None:
    keys = [("a", "x3"), ("a", "x1"), ("b", "x2"), ("a", "x2"), ("a", "y1")]
    values = {":pk": {"S": "a"}, ":prefix": {"S": "x"}}
    between = {":pk": {"S": "a"}, ":first": {"S": "x2"}, ":own": {"S": "y1"}}
    with running([{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys]) as stub:

        def found(**request: Any) -> list[str]:
            return [item["sk"]["S"] for item in stub.answer("Query", request)["Items"]]

        assert found(ExpressionAttributeValues=values) == ["x1", "x2", "x3"]
        assert found(ExpressionAttributeValues=values, ScanIndexForward=False, Limit=1) == ["x3"]
        assert found(ExpressionAttributeValues=between) == ["x2", "x3", "y1"]


def test_a_contender_tells_what_it_took_and_fails_if_it_is_refused() -> None:
    record = world.world().record
    [found] = raced([Contender("ours", cold.PUBLIC, [world.show(record)] * 3)], 1).values()
    assert 0 < found["imported"] < found["cold"] < 60
    assert 0 < found["warm_cpu"] < found["cold_cpu"] < 60
    assert 20 < found["peak"] < 200
    with pytest.raises(RuntimeError, match="answered 422"):
        raced([Contender("ours", cold.PUBLIC, [world.register(record, proof=False)])], 1)


def test_each_flow_costs_what_it_is_known_to_cost() -> None:
    found = flows.measured(people=3)
    assert found["register"][0] == 2
    assert found["refused when full"][0] == 0
    assert found["tick of the dispatcher with nothing due"][::2] == (0, 1)
    assert found["mail sent"][3] == 1


def test_clients_register_at_once() -> None:
    assert [row[0] for row in load.section(8).rows] == [1, 8, 32]


def test_a_life_is_billed_by_what_it_used() -> None:
    used = bill.life(10, bill.Speed(cold=0.4, warm=0.003), bill.Speed(cold=0.3, warm=0.003))
    # 10 are confirmed and 1 waits; one of the 10 cancels, and is told, as is who moves up; 10 get the join
    # link and 9 or 10 the thanks, for those who joined.
    assert 10 + 1 + 2 + 10 + 9 <= used["mails"] <= 10 + 1 + 2 + 11 + 10
    assert used["write_units"] > 2 * 11


def test_prices_are_taken_times_what_was_used_beyond_what_is_free() -> None:
    assert bill.cost(Counter(mails=1000), free=True) == pytest.approx(0.10)
    assert bill.cost(Counter(lambda_requests=3_000_000), free=True) == pytest.approx(0.40)
    assert bill.cost(Counter(lambda_requests=3_000_000), free=False) == pytest.approx(0.60)
    assert bill.cost(Counter(scheduled=10_000), free=True) == 0
    month = bill.idle(bill.Speed(cold=0.3, warm=0.002))
    assert month["scheduled"] == 4 * 30 * 24 * 60


def test_every_price_tells_where_it_is_from() -> None:
    for name, price in bill.PRICES["prices"].items():
        assert price["page"].startswith("https://aws.amazon.com/"), name
        assert price["status"] in ("seen", "memory"), name
        assert price["status"] == "memory" or price["seen"], name


def test_a_goal_that_is_not_reached_is_told() -> None:
    assert ratio(3, 4, 0.75) == "0.75 (goal ≤ 0.75)"
    assert ratio(4, 4, 0.75) == "1.00 (goal not reached: ≤ 0.75)"
    assert "| b | 2 |" in str(Section("T", "about", ("a", "x"), [["b", 2]]))
    assert "### P\n\nof it" in str(Section("T", "about", parts=[Section("P", "of it")]))
