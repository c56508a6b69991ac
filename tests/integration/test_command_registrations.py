"""The command ``kallelse`` for participants: looking for them, and doing what they cannot do themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.commanding import Wire
from tests.people import TWO_MODES, registered, states
from tests.tours import toured
from tests.visiting import MINUTE, NOW, Time, opened

from kallelse import dispatching
from kallelse.models import MailState
from kallelse.ports import Desk

EVENT = "seminarium"


def names(found: Any) -> list[str]:
    return [each["participant"]["name"] for each in found["registrations"]]


def test_registrations_are_looked_for_page_by_page_or_all_at_once(wire: Wire, desk: Desk) -> None:
    record = opened(desk, seats=1, waiting_list=True)
    for number, name in enumerate(("Ada", "Bo", "Eva", "Ulf")):
        registered(desk, record, name, at=NOW + number * MINUTE)
    page = wire.json("registrations", "list", EVENT, "--waiting", "--limit", "2")
    assert (names(page), page["total"]) == (["Bo", "Eva"], 3)
    assert page["next"]
    everything = wire.json("registrations", "list", EVENT, "--waiting", "--limit", "2", "--all")
    assert (names(everything), everything["next"]) == (["Bo", "Eva", "Ulf"], None)
    assert names(wire.json("registrations", "list", EVENT, "--text", "ULF@example")) == ["Ulf"]
    assert names(wire.json("registrations", "list", EVENT, "--sort", "-name", "--state", "confirmed")) == [
        "Ada"
    ]
    assert names(wire.json("registrations", "list", EVENT, "--joined")) == []
    assert len(names(wire.json("registrations", "list", EVENT, "--no-joined"))) == 4
    assert "There are 4 in all" in wire.run("registrations", "list", EVENT, "--limit", "1").stderr


def test_a_condition_that_cannot_be_is_refused(wire: Wire, desk: Desk) -> None:
    opened(desk)
    assert wire.run("registrations", "list", EVENT, "--state", "asleep", code=3).stderr.startswith("state: ")


ADA = (
    "--set", "name=Ada Åberg", "--set", "email=ada@example.org", "--set", "organisation=Vasa",
    "--set", "organisation_kind=municipality", "--set", "language=sv",
)  # fmt: skip


def test_somebody_is_registered_edited_moved_and_cancelled(wire: Wire, desk: Desk) -> None:
    opened(desk, **TWO_MODES)
    ada = wire.json("registrations", "add", EVENT, *ADA, "--mode", "online")["id"]
    assert states(desk) == {"Ada Åberg": "confirmed"}
    wire.run("registrations", "edit", EVENT, ada, "--set", "organisation=Åbo")
    assert wire.json("registrations", "show", EVENT, ada)["participant"]["organisation"] == "Åbo"
    assert "(on-site)" in wire.run("registrations", "move", EVENT, ada, "--mode", "on-site").stderr
    wire.run("registrations", "cancel", EVENT, ada, code=1)
    assert states(desk) == {"Ada Åberg": "confirmed"}
    assert (
        wire.run("registrations", "cancel", EVENT, ada, "--yes").stderr == f"{ada} is cancelled (on-site).\n"
    )
    assert states(desk) == {"Ada Åberg": "cancelled"}


def test_what_is_wrong_or_lacking_is_named(wire: Wire, desk: Desk) -> None:
    opened(desk)
    refused = wire.run("registrations", "add", EVENT, "--set", "email=ada", code=3).stderr
    assert "participant.email: " in refused
    assert "participant.name: " in refused
    assert desk.registrations.of_event(EVENT) == []


def test_an_answer_that_is_lost_registers_nobody_twice(wire: Wire, desk: Desk) -> None:
    opened(desk)
    wire.fail("lost")
    assert "is confirmed" in wire.run("registrations", "add", EVENT, *ADA).stderr
    assert states(desk) == {"Ada Åberg": "confirmed"}


def test_one_who_waits_is_promoted(wire: Wire, desk: Desk) -> None:
    record = opened(desk, seats=1, waiting_list=True)
    _, waiting = (registered(desk, record, name) for name in ("Ada", "Bo"))
    promoted = wire.run("registrations", "promote", EVENT, waiting.id)
    assert promoted.stderr == f"{waiting.id} is waiting (online).\n"
    assert wire.run("registrations", "promote", EVENT, "nobody", code=4).stdout == ""


def test_whoever_changed_meanwhile_is_left_alone(wire: Wire, desk: Desk) -> None:
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    handler = wire.handler

    def changing(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if event["requestContext"]["http"]["method"] == "PATCH":
            wire.handler = handler
            wire.run("registrations", "edit", EVENT, ada.id, "--set", "organisation=Åbo")
        return handler(event, context)

    wire.handler = changing
    stale = wire.run("registrations", "edit", EVENT, ada.id, "--set", "organisation=Korsholm", code=6)
    assert "it was changed since you read it" in stale.stderr
    assert desk.registrations.of_event(EVENT)[0].participant.organisation == "Åbo"


def test_who_is_moved_to_another_stop_is_told_here_and_there(wire: Wire, desk: Desk) -> None:
    ada = registered(desk, toured(desk)["seminarium"], "Ada")
    here, there = wire.run("registrations", "move", EVENT, ada.id, "--stop", "abo").stderr.splitlines()
    assert here == f"{ada.id} is cancelled (online)."
    assert there.startswith("At abo, ")
    assert there.endswith(" is confirmed (online).")


def test_a_mail_is_sent_again(wire: Wire, desk: Desk, time: Time) -> None:
    registered(desk, opened(desk), "Ada")
    dispatching.tick(desk, time.now)
    [mail] = desk.mails.of_event(EVENT)
    delivered = mail.model_copy(update={"state": MailState.DELIVERED, "attempt": 1, "due_at": None})
    assert desk.mails.replace(mail, delivered)
    time.now += timedelta(hours=1)
    assert wire.run("mails", "resend", EVENT, mail.id).stderr == f"{mail.id} is pending.\n"
    wire.run("mails", "resend", EVENT, mail.id, code=3)
