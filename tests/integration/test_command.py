"""The command ``kallelse`` against the admin endpoint itself."""

from __future__ import annotations

import codecs
import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import pytest
from tests.commanding import Wire, rows, told
from tests.conftest import an_event
from tests.people import registered
from tests.tours import a_series
from tests.visiting import MINUTE, NOW, opened

from kallelse.models import Mail, MailKind, MailState
from kallelse.ports import Desk

EVENT = "seminarium"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of the example event."""
    path = tmp_path / "seminarium.json"
    path.write_text(an_event().model_dump_json())
    return path


def test_a_file_creates_an_event_and_changes_it(wire: Wire, desk: Desk, file: Path) -> None:
    made = wire.run("events", "apply", str(file))
    assert (made.stdout, made.stderr) == ("", "seminarium is at revision 1.\n")
    file.write_text(an_event(seats=5).model_dump_json())
    assert wire.json("events", "apply", str(file))["revision"] == 2
    assert desk.events.get(EVENT).event.seats == 5


def test_a_new_event_is_only_created_if_nobody_else_did_so_meanwhile(
    wire: Wire, desk: Desk, file: Path
) -> None:
    wire.handler = _between(wire, "PUT", lambda: opened(desk, seats=9))
    result = wire.run("events", "apply", str(file), code=6)
    assert "it exists already" in result.stderr
    assert desk.events.get(EVENT).event.seats == 9


def test_an_event_that_was_changed_meanwhile_is_left_alone(wire: Wire, desk: Desk, file: Path) -> None:
    opened(desk, seats=1)
    wire.handler = _between(wire, "PUT", lambda: opened(desk, seats=9))
    result = wire.run("events", "apply", str(file), code=6)
    assert "it was changed since you read it" in result.stderr
    assert result.stdout == ""
    assert desk.events.get(EVENT).event.seats == 9


def _between(wire: Wire, method: str, happens: Any) -> Any:
    """The handler, with something that happens just before it gets a request of the method."""
    handler = wire.handler

    def called(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if event["requestContext"]["http"]["method"] == method:
            happens()
        return handler(event, context)

    return called


def test_a_file_that_is_wrong_is_refused_with_the_fields_and_their_remedies(wire: Wire, file: Path) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | {"seats": -1, "langage": "sv"}))
    result = wire.run("events", "apply", str(file), code=3)
    assert {line.split(":")[0] for line in result.stderr.splitlines()} == {"seats", "langage"}
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("seats: 2", "id: give it an id"),
        ("- a", "id: give it an id"),
        ("id: [", "not valid YAML at line 1"),
        ("id: \x00", "not valid YAML"),
    ],
)
def test_a_file_without_an_id_is_refused_before_anything_is_asked(
    wire: Wire, tmp_path: Path, text: str, remedy: str
) -> None:
    (tmp_path / "event.yaml").write_text(text)
    assert remedy in wire.run("events", "apply", str(tmp_path / "event.yaml"), code=3).stderr
    assert wire.sent == []


def test_an_event_is_shown_as_the_endpoint_tells_it(wire: Wire, desk: Desk) -> None:
    opened(desk)
    wire.run("events", "show", EVENT, "--json")
    shown = wire.run("events", "show", EVENT, "--json").stdout_bytes
    assert json.loads(shown)["event"]["id"] == EVENT
    assert shown.endswith(b"}\n")
    assert json.loads(wire.run("events", "show", EVENT).stdout) == json.loads(shown)


def test_a_series_file_creates_a_tour(wire: Wire, tmp_path: Path) -> None:
    series = tmp_path / "turne.json"
    series.write_text(a_series({"id": "vasa"}, {"id": "abo"}).model_dump_json())
    result = wire.run("tours", "apply", str(series))
    assert result.stderr.splitlines() == [
        "turne is at revision 1.",
        "vasa is at revision 1.",
        "abo is at revision 1.",
    ]
    assert wire.json("tours", "apply", str(series))["revision"] == 1
    assert [each["id"] for each in wire.json("tours", "show", "turne")["stops"]] == ["vasa", "abo"]


def test_registrations_are_lines_of_cells_where_stdout_is_no_terminal(wire: Wire, desk: Desk) -> None:
    record = opened(desk, seats=1, waiting_list=True)
    registered(desk, record, "Ada")
    registered(desk, record, "Bo", at=NOW + MINUTE)
    shown = wire.run("registrations", "list", EVENT).stdout
    names, *people = rows(shown)
    assert names[:5] == ["id", "state", "mode", "name", "organisation"]
    assert [each[1:5] for each in people] == [
        ["confirmed", "online", "Ada", "Vasa"],
        ["waiting", "online", "Bo", "Vasa"],
    ]
    assert not set(shown) & set("│┃─━┏\x1b")


def test_what_would_steer_the_terminal_is_not_printed(wire: Wire) -> None:
    odd = {"registrations": [{"id": "a\tb\nc\x1b[2Jd\u202ee", "participant": {"name": "[red]Ada"}}]}
    wire.fail(told(200, odd))
    [_, line] = rows(wire.run("registrations", "list", EVENT).stdout)
    assert (line[0], line[3]) == ("a b c [2Jd e", "[red]Ada")
    wire.fail(told(200, {"name": "a\x9b2Jb\u2028c"}))
    assert wire.run("registrations", "show", EVENT, "a").stdout == '{\n  "name": "a 2Jb c"\n}\n'


def a_stuck_mail(desk: Desk) -> str:
    """A mail of which nobody knows whether it was sent."""
    record = opened(desk)
    ada = registered(desk, record, "Ada")
    mail = Mail(
        event_id=EVENT, kind=MailKind.SUMMARY, recipient=ada.mailbox, version=1, created_at=NOW,
        state=MailState.UNKNOWN, stuck=True,
    )  # fmt: skip
    desk.mails.create(mail)
    return mail.id


def test_a_mail_that_is_stuck_is_decided_on(wire: Wire, desk: Desk) -> None:
    mail = a_stuck_mail(desk)
    [_, [shown, *_]] = rows(wire.run("mails", "list", EVENT, "--stuck").stdout)
    assert shown == mail
    wire.run("mails", "decide", EVENT, mail, "--leave")
    assert rows(wire.run("mails", "list", EVENT, "--stuck").stdout)[1:] == []


def brev(tmp_path: Path, text: str = "Vi ses i **salen**.") -> str:
    (tmp_path / "brev.md").write_text(text)
    return str(tmp_path / "brev.md")


def test_a_dry_run_of_a_message_counts_and_shows_and_sends_nothing(
    wire: Wire, desk: Desk, tmp_path: Path
) -> None:
    registered(desk, opened(desk), "Ada")
    arguments = ("message", EVENT, "--subject", "Ny sal", "--body", brev(tmp_path), "--dry-run")
    result = wire.run(*arguments)
    assert result.stderr == "It would go to 1.\n"
    assert result.stdout.startswith("Ny sal: Seminarium\n\n")
    assert "Vi ses i" in result.stdout
    assert wire.json(*arguments)["recipients"] == 1
    assert desk.messages.of_event(EVENT) == []


def test_a_message_asks_with_the_number_of_people_before_it_goes(
    wire: Wire, desk: Desk, tmp_path: Path
) -> None:
    record = opened(desk)
    for name in ("Ada", "Bo"):
        registered(desk, record, name)
    arguments = ("message", EVENT, "--subject", "sv=Ny sal", "--body", brev(tmp_path))
    refused = wire.run(*arguments, typed="n\n", code=1)
    assert "Send this to 2 people? [y/N]" in refused.stderr
    assert desk.messages.of_event(EVENT) == []
    wire.run(*arguments, typed="y\n")
    wire.run(*arguments[:-3], "sv=Nyare sal", *arguments[-2:], "--yes")
    assert [each.subject["sv"] for each in desk.messages.of_event(EVENT)] == ["Ny sal", "Nyare sal"]


def test_a_message_has_a_text_for_each_language_and_a_selection(
    wire: Wire, desk: Desk, tmp_path: Path
) -> None:
    opened(desk)
    text = brev(tmp_path)
    wire.run(
        "message", EVENT, "--subject", "Ny sal", "--subject", "fi=Uusi sali", "--body", text,
        "--body", f"fi={text}", "--state", "waiting", "--state", "confirmed", "--language", "fi", "--yes",
    )  # fmt: skip
    [message] = desk.messages.of_event(EVENT)
    assert message.subject == {"sv": "Ny sal", "fi": "Uusi sali"}
    assert sorted(message.selection.states) == ["confirmed", "waiting"]
    assert message.selection.languages == ("fi",)


def test_a_summary_is_handed_in_reviewed_and_approved(wire: Wire, desk: Desk, tmp_path: Path) -> None:
    opened(desk)
    wire.run("summary", "hand-in", EVENT, "sv", brev(tmp_path, "# Öppenhet\n\nDet vi sade."))
    wire.run("summary", "review", EVENT, "sv", "1")
    assert wire.run("summary", "approve", EVENT, "sv", "1", typed="\n", code=1).stderr.endswith(
        "Nothing was changed.\n"
    )
    wire.run("summary", "approve", EVENT, "sv", "1", "--yes")
    assert rows(wire.run("summary", "list", EVENT).stdout)[1:] == [["sv", "1", "approved", "no"]]
    refused = wire.run("summary", "review", EVENT, "sv", "1", code=3)
    assert "approved" in refused.stderr


def test_figures_are_names_and_numbers(wire: Wire, desk: Desk) -> None:
    record = opened(desk)
    registered(desk, record, "Ada")
    shown = rows(wire.run("figures", EVENT).stdout)
    assert shown[:4] == [
        ["seats total", "2"],
        ["seats taken", "1"],
        ["seats free", "1"],
        ["seats waiting", "0"],
    ]
    assert shown[-2:] == [["day", "arrived", "cancelled", "confirmed"], ["2020-08-20", "1", "0", "1"]]
    assert ["registrations confirmed", "1"] in shown


def test_registrations_are_taken_away_as_a_file(wire: Wire, desk: Desk, tmp_path: Path) -> None:
    record = opened(desk, seats=1, waiting_list=True)
    registered(desk, record, "Ada", organisation="Åbo")
    registered(desk, record, "Bo", at=NOW + MINUTE)
    text = wire.run("export", EVENT, "--waiting").stdout_bytes
    assert [each["name"] for each in csv.DictReader(StringIO(text.decode()))] == ["Bo"]
    marked = wire.run("export", EVENT, "--bom").stdout_bytes
    assert marked.startswith(codecs.BOM_UTF8)
    assert "Åbo".encode() in marked
    assert [each["participant"]["name"] for each in wire.json("export", EVENT)] == ["Ada", "Bo"]
    wire.run("export", EVENT, "--format", "xlsx", "-o", str(tmp_path / "file.xlsx"))
    assert is_zipfile(tmp_path / "file.xlsx")
    assert wire.run("export", EVENT, "--what", "mails", "--state", "waiting", code=3).stdout == ""


def test_the_audit_log_tells_what_the_command_changed(wire: Wire, file: Path) -> None:
    wire.run("events", "apply", str(file))
    [names, entry] = rows(wire.run("audit", EVENT).stdout)
    shown = dict(zip(names, entry, strict=True))
    assert (shown["by"], shown["action"], shown["done"]) == ("local organiser", "put_event", "yes")


def test_what_does_not_exist_and_who_is_not_known_have_exit_codes_of_their_own(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "there is no such event" in wire.run("events", "show", "ingenstans", code=4).stderr
    assert wire.run("summary", "review", "ingenstans", "sv", "1", code=4).stdout == ""
    monkeypatch.setenv("KALLELSE_TOKEN", "wrong")
    assert "no credentials" in wire.run("events", "show", EVENT, code=5).stderr


def test_a_post_whose_answer_is_lost_is_sent_again_with_the_same_key_and_done_once(
    wire: Wire, desk: Desk, tmp_path: Path
) -> None:
    opened(desk)
    wire.fail("lost", "lost")
    wire.run("summary", "hand-in", EVENT, "sv", brev(tmp_path))
    assert len({each.headers["Idempotency-Key"] for each in wire.sent}) == 1
    assert len(wire.sent) == 3
    assert [each.version for each in desk.summaries.of_event(EVENT)] == [1]
    wire.run("summary", "hand-in", EVENT, "sv", brev(tmp_path, "Nytt."))
    assert [each.version for each in desk.summaries.of_event(EVENT)] == [1, 2]
