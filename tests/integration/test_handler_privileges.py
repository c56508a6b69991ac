"""Whether a handler that does more than its function may is found in these tests."""

from __future__ import annotations

import pytest
from tests.privileges import calls, may
from tests.visiting import Ask

from kallelse.ports import Desk

CHECK = {"TransactItems": [{"ConditionCheck": {"Key": {"pk": {"S": "EVENT#a"}}}}]}


def test_a_handler_without_a_permission_is_refused(
    desk: Desk, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("GET", "/events/none/sv")["statusCode"] == 404
    monkeypatch.setattr("tests.privileges.may", lambda *call: call[1] != "GetItem")
    assert ask("GET", "/events/none/sv")["statusCode"] == 500


@pytest.mark.parametrize(
    ("name", "action", "index", "partitions", "allowed"),
    [
        ("organiser", "PutItem", "", {"SESSION#a"}, True),
        ("organiser", "PutItem", "", {"SESSION#a", "EVENT#a"}, False),
        ("organiser", "UpdateItem", "", {"SESSION#a"}, False),
        ("notifier", "Query", "due", {"webhook"}, True),
        ("notifier", "Query", "due", {"mail"}, False),
        ("notifier", "Query", "", {"EVENT#a"}, False),
    ],
)
def test_what_a_function_may_is_read_from_the_template(
    name: str, action: str, index: str, partitions: set[str], allowed: bool
) -> None:
    assert may(name, action, index, partitions) is allowed


def test_each_write_of_a_transaction_is_an_action_of_its_own() -> None:
    assert list(calls("TransactWriteItems", CHECK)) == [("ConditionCheckItem", {"EVENT#a"})]
