"""The seed event's file against the invitation that it transcribes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT, an_event

from kallelse import editing
from kallelse.errors import InvalidInput
from kallelse.models import Event

FILE = (ROOT / "templates/events/fortroendebygge.yaml").read_text()
INVITATION = (ROOT / "tests/data/fortroendebygge.txt").read_text()

IN_FIELDS = {
    "Nyhet",  # a heading of the page that it was published on
    "16 september 2020 kl. 13.00–15.45.",  # starts and ends
    "Inbjudan",
    "Finansministeriet och Kommunförbundet",  # hosts
    "Dela på sociala nätverk",
}


def plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def swedish(event: Event) -> str:
    texts = [event.title["sv"] + " –", event.short_description["sv"], event.description["sv"]]
    texts += [event.audience["sv"], (event.closing_words or {})["sv"]]
    for item in event.programme:
        speakers = " och ".join(f"{each.name}, {each.role['sv']}" for each in item.speakers)
        texts.append(f"{item.starts:%H.%M} {item.title['sv']} – {speakers}")
        texts += [f"{item.starts:%H.%M} {item.title['sv']}", speakers]
    return "\n".join(plain(text) for text in texts)


def test_every_line_of_the_invitation_is_in_the_event_file_word_for_word() -> None:
    event = editing.read(FILE)
    found = swedish(event)
    parts = [part for line in INVITATION.splitlines() for part in line.split(" Mer information: ")]
    missing = [part for part in parts if plain(part) and plain(part) not in found and part not in IN_FIELDS]
    contacts = "Niklas Wilhelmsson, justitieministeriet, niklas.wilhelmsson@om.fi tfn 0295 150 348 och "
    contacts += "Thomas Sund, finansministeriet, thomas.sund@vm.fi, 0295 530 516 eller avoinhallinto@vm.fi."
    assert [plain(part) for part in missing] == [plain(contacts)]


def test_what_the_invitation_says_in_figures_is_in_the_fields() -> None:
    event = editing.read(FILE)
    assert event.starts_at == datetime(2020, 9, 16, 10, 0, tzinfo=UTC)  # Helsinki is at UTC+3 in summer
    assert event.ends_at - event.starts_at == timedelta(hours=2, minutes=45)
    assert event.closes_at == datetime(2020, 9, 9, 21, 0, tzinfo=UTC)
    assert (event.seats, event.tour and event.tour.stops) == (50, 8)
    assert [host["sv"] for host in event.hosts] == ["Finansministeriet", "Kommunförbundet"]
    assert [item.starts for item in event.programme] == [time(13), time(13, 10), time(14), time(15, 45)]
    assert [(each.email, each.phone) for each in event.contacts] == [
        ("niklas.wilhelmsson@om.fi", "0295 150 348"),
        ("thomas.sund@vm.fi", "0295 530 516"),
        ("avoinhallinto@vm.fi", None),
    ]
    assert [body.language for body in event.recipients] == ["sv", "sv", "sv", "sv", "en", "en"]


def test_titles_and_the_short_description_are_in_three_languages() -> None:
    event = editing.read(FILE)
    assert event.tour
    titles = [event.title, event.tour.title, *(item.title for item in event.programme)]
    assert [set(text) for text in (*titles, event.short_description)] == [{"sv", "fi", "en"}] * 7


def test_the_survey_asks_in_three_languages() -> None:
    event = editing.read(FILE)
    assert event.survey
    assert event.thanks
    questions = event.survey.questions
    assert [each.id for each in questions] == ["useful", "take-home", "another-stop"]
    asked = [text for each in questions for text in (each.label, each.help) if text]
    assert [set(text) for text in asked] == [{"sv", "fi", "en"}] * 4
    assert event.survey_closes_at == datetime(2020, 9, 30, 12, 45, tzinfo=UTC)


ASKED = [{"id": "useful", "kind": "scale", "label": {"sv": "Nyttigt?"}}]
ELSEWHERE = "https://enkat.example"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seats": 0}, "seats"),
        ({"ends": "2020-09-16T12:00"}, "ends must be after starts"),
        ({"timezone": "Helsinki"}, "timezone"),
        ({"starts": "2020-09-16T13:00+03:00"}, "starts"),
        ({"starts": "0001-01-01T00:00"}, "starts"),
        ({"ends": "9999-12-31T23:59"}, "ends"),
        ({"meeting": {"address": "http://webbseminarium.example"}}, "meeting.address"),
        ({"title": {"fi": "Seminaari"}}, "text is missing in 'sv': title"),
        ({"seets": 50}, "seets"),
        ({"last_day_to_register": "2020-09-17"}, "last_day_to_register"),
        ({"survey": {"questions": []}}, "survey.questions"),
        ({"survey": {"questions": ASKED * 2}}, "two questions have the id 'useful'"),
        ({"survey": {"questions": ASKED, "closes_after": "PT0S"}}, "survey.closes_after"),
        ({"survey": {"questions": [ASKED[0] | {"label": {"fi": "?"}}]}}, "survey.questions.useful.label"),
        ({"survey": {"questions": ASKED}, "thanks": {"feedback": ELSEWHERE}}, "either survey or thanks.feed"),
        (
            {"survey": {"questions": ASKED, "closes_after": "P1D"}, "thanks": {"after": "P1D"}},
            "survey.closes_after must be longer than thanks.after",
        ),
    ],
)
def test_a_wrong_field_of_an_event_file_is_named(changes: dict[str, Any], field: str) -> None:
    content = an_event().model_dump_json(exclude_none=True)
    assert editing.read(content).id == "seminarium"
    with pytest.raises(InvalidInput, match=field):
        editing.read(json.dumps(json.loads(content) | changes))


def test_what_the_readme_shows_of_an_event_file_is_one() -> None:
    found = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found
    shown = yaml.safe_load(found[1])
    seed = {name: value for name, value in yaml.safe_load(FILE).items() if name not in ("seats", "survey")}
    event = editing.read(yaml.safe_dump(seed | shown, allow_unicode=True))
    assert event.meeting.join_link == (timedelta(days=1), timedelta(hours=1))
    assert event.reminders == (timedelta(days=7), datetime(2020, 9, 14, 9))


@pytest.mark.parametrize("text", ["", "- a list", "a: [", "\x00"])
def test_what_is_no_event_file_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        editing.read(text)
