"""Who gets which summary, the pages on which it is read, and what organisers see of both."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import boto3
import pytest
from tests.conftest import ROOT
from tests.letters import BASE, body
from tests.people import found, registered
from tests.summaries import TO_APPROVAL, a_draft, approved, moved, publish
from tests.tours import changed_stop, toured
from tests.visiting import NOW, Ask, Time, everything, opened, text

from kallelse import exporting, managing
from kallelse.adapters import s3
from kallelse.composing import SHORT, Composer
from kallelse.models import EventRecord, Format, SummaryState
from kallelse.ports import Desk, Documents
from kallelse.rendering import Renderer

BODIES: list[dict[str, Any]] = [
    {"id": "oecd", "name": {"sv": "OECD"}, "address": "oecd@example.org", "language": "en",
     "formats": ["html", "pdf", "markdown"]},
    {"id": "grupp", "name": {"sv": "Gruppen"}, "address": "grupp@example.org", "language": "sv"},
]  # fmt: skip
LATER = NOW + timedelta(days=1)


@pytest.fixture
def bucket(organise: Ask) -> Documents:
    return s3.connect("bucket")


@pytest.fixture
def record(desk: Desk, organise: Ask) -> EventRecord:
    record = opened(desk, recipients=BODIES, public_summaries=True)
    registered(desk, record, "Ada")
    registered(desk, record, "Bo", language="en")
    return record


def letters(desk: Desk, bucket: Documents) -> dict[str, str]:
    """The plain texts of the mails about summaries that make sense, by address."""
    composer = Composer(desk, bucket, Renderer(ROOT / "templates"), "k@desk.example", BASE)
    mails = [each for each in desk.mails.of_event("seminarium") if each.kind == "summary"]
    written = [letter for mail in mails if (letter := composer.compose(mail, NOW))]
    return {
        each.recipient: body(message_from_bytes(each.message, policy=default), "plain") for each in written
    }


def link_in(letter: str) -> str:
    found_link = re.search(rf"{BASE}(/summaries/[\w-]+)\n", letter)
    assert found_link
    return found_link[1]


def content(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


def test_each_gets_the_own_language_when_it_is_approved_and_once(
    desk: Desk, record: EventRecord, bucket: Documents
) -> None:
    approved(desk, bucket, "Svenska")
    draft = a_draft(desk, bucket, "English", "en")
    publish(desk, bucket)
    assert set(letters(desk, bucket)) == {"ada@example.org", "grupp@example.org"}
    moved(desk, draft, *TO_APPROVAL)
    assert len(publish(desk, bucket)) == 2
    assert publish(desk, bucket) == []
    told = letters(desk, bucket)
    assert {address for address, letter in told.items() if "English" in letter} == {
        "bo@example.org",
        "oecd@example.org",
    }
    assert re.findall(r"/summaries/[\w-]+/(\w+)", told["oecd@example.org"]) == ["pdf", "markdown"]
    assert re.findall(r"/summaries/[\w-]+/(\w+)", told["ada@example.org"]) == []


def test_a_long_summary_is_only_linked_to(desk: Desk, record: EventRecord, bucket: Documents) -> None:
    approved(desk, bucket, "Ord " * (SHORT // 4) + "slut")
    publish(desk, bucket)
    letter = letters(desk, bucket)["ada@example.org"]
    assert "slut" not in letter
    assert link_in(letter)


@pytest.mark.parametrize("address", ["ada@example.org", "grupp@example.org"])
def test_the_link_of_a_mail_leads_to_the_newest_published_version(
    desk: Desk, record: EventRecord, bucket: Documents, ask: Ask, address: str
) -> None:
    approved(desk, bucket, "# Resultat\n\n**Fel**")
    publish(desk, bucket)
    link = link_in(letters(desk, bucket)[address])
    page = ask("GET", link)
    assert (page["statusCode"], "<strong>Fel</strong>" in page["body"]) == (200, True)
    assert re.findall("<(h[1-6])", page["body"]) == ["h1", "h2", "h2", "h2"]
    approved(desk, bucket, "Rätt", at=LATER)
    assert "Rätt" not in ask("GET", link)["body"]
    publish(desk, bucket)
    page = ask("GET", link)
    assert "Rätt" in text(page)
    assert "Rättad. Den här sammanfattningen ersätter den från torsdag 20 augusti 2020" in text(page)
    moved(desk, desk.summaries.of_event("seminarium")[1], SummaryState.WITHDRAWN)
    assert "Fel" in text(ask("GET", link))
    moved(desk, desk.summaries.of_event("seminarium")[0], SummaryState.WITHDRAWN)
    gone = ask("GET", link)
    assert (gone["statusCode"], "har dragits tillbaka" in text(gone)) == (410, True)
    assert ask("GET", f"{link}/html")["statusCode"] == 404


def test_a_file_is_fetched_from_an_address_that_works_for_five_minutes(
    desk: Desk, record: EventRecord, bucket: Documents, ask: Ask
) -> None:
    summary = approved(desk, bucket, "Text")
    publish(desk, bucket)
    link = link_in(letters(desk, bucket)["ada@example.org"])
    for wanted in Format:
        key = summary.key_in(wanted)
        answer = ask("GET", f"{link}/{wanted}")
        assert answer["statusCode"] == 303
        address = answer["headers"]["Location"]
        assert address.startswith(f"https://bucket.s3.eu-north-1.amazonaws.com/{key}?")
        assert "X-Amz-Expires=300" in address
    # What was not made is told on a page, not by the bucket.
    assert ask("GET", f"{link}/docx")["statusCode"] == 404


def test_a_link_opens_nothing_once_its_reader_is_gone(
    desk: Desk, record: EventRecord, bucket: Documents, ask: Ask
) -> None:
    approved(desk, bucket, "Text")
    publish(desk, bucket)
    told = letters(desk, bucket)
    ada, group = link_in(told["ada@example.org"]), link_in(told["grupp@example.org"])
    managing.cancel(desk, record, found(desk, record, "ada@example.org"), NOW)
    opened(desk, recipients=[], public_summaries=True)
    for link in (ada, group, "/summaries/wrong", f"{ada}/html"):
        assert ask("GET", link)["statusCode"] == 404
    secret = group.split("/")[2]
    assert ask("GET", f"/manage/{secret}")["statusCode"] == 404


def test_an_organiser_sees_who_got_what_and_when_it_was_opened_first(
    desk: Desk, record: EventRecord, bucket: Documents, ask: Ask, organise: Ask, time: Time
) -> None:
    assert content(organise("GET", "/distribution")) == {"distribution": []}
    approved(desk, bucket, "Text")
    publish(desk, bucket)
    link = link_in(letters(desk, bucket)["grupp@example.org"])
    for time.now in (NOW, LATER):
        ask("GET", link)
    told = {each["recipient"]: each for each in content(organise("GET", "/distribution"))["distribution"]}
    ada = f"r-{found(desk, record, 'ada@example.org').id}"
    assert set(told) == {"b-grupp", ada}
    group = told["b-grupp"]
    assert (group["name"], group["language"], group["version"]) == ("Gruppen", "sv", 1)
    assert (group["state"], group["opened_at"]) == ("pending", NOW.isoformat())
    assert (told[ada]["address"], told[ada]["opened_at"]) == ("ada@example.org", None)


def test_what_is_published_is_shown_to_everybody_if_the_event_says_so(
    desk: Desk, record: EventRecord, bucket: Documents, ask: Ask
) -> None:
    path = "/events/seminarium/fi/summaries"
    assert "Yhteenvetoja ei ole vielä julkaistu" in text(ask("GET", path))
    approved(desk, bucket, "# Utfall\n\n*Svenska* <script>alert(1)</script>")
    a_draft(desk, bucket, "English", "en")
    publish(desk, bucket)
    page = ask("GET", path)
    assert page["statusCode"] == 200
    assert '<section lang="sv" aria-label="Svenska">' in page["body"]
    assert "<em>Svenska</em>" in page["body"]
    assert re.findall("<(h[1-6])", page["body"]) == ["h1", "h2", "h3", "h2"]
    assert "<script" not in page["body"]
    assert "English" not in text(page).split("Utfall")[1].split("Lisätietoja")[0]
    moved(desk, desk.summaries.of_event("seminarium")[1], SummaryState.WITHDRAWN)
    assert "Yhteenvetoja ei ole vielä julkaistu" in text(ask("GET", path))
    opened(desk, recipients=BODIES)
    assert ask("GET", path)["statusCode"] == 404
    assert ask("GET", "/events/seminarium/xx/summaries")["statusCode"] == 404


def test_an_event_that_was_stored_when_the_field_had_another_name_is_read(
    desk: Desk, record: EventRecord, ask: Ask
) -> None:
    [item] = [each for each in everything() if each["sk"]["S"] == "EVENT"]
    item["body"]["S"] = item["body"]["S"].replace('"public_summaries":true', '"archive":true')
    boto3.client("dynamodb").put_item(TableName="kallelse", Item=item)
    assert desk.events.get("seminarium") == record
    assert ask("GET", "/events/seminarium/fi/summaries")["statusCode"] == 200


def test_an_event_that_was_stored_before_there_was_a_rule_is_read(desk: Desk, record: EventRecord) -> None:
    [item] = [each for each in everything() if each["sk"]["S"] == "EVENT"]
    # A day after the event, which no file may have.
    late = record.event.model_copy(update={"last_day_to_register": record.event.ends.date() + timedelta(1)})
    item["body"]["S"] = late.model_dump_json()
    boto3.client("dynamodb").put_item(TableName="kallelse", Item=item)
    assert desk.events.get("seminarium").event == late


def test_the_summaries_of_a_tour_are_shown_for_the_stops_that_show_theirs_by_date(
    desk: Desk, bucket: Documents, ask: Ask
) -> None:
    toured(desk)
    path = "/tours/turne/fi/summaries"
    assert ask("GET", path)["statusCode"] == 404
    for event_id in ("seminarium", "vasa"):
        changed_stop(desk, event_id, public_summaries=True)
    approved(desk, bucket, "## Utfall\n\n*Svenska*\n\n#### Detalj")
    publish(desk, bucket)
    page = ask("GET", path)
    assert page["statusCode"] == 200
    told = text(page)
    assert told.index("Seminaari") < told.index("Utfall") < told.index("Vasa") < told.index("ei ole vielä")
    assert '<div class="written" lang="sv">' in page["body"]
    assert "<h3>Utfall</h3>" in page["body"], "a heading is one level below that of its stop"
    assert "<h4>Detalj</h4>" in page["body"]
    assert "Åbo" not in told


def test_reading_changes_nothing_but_the_first_opening(
    desk: Desk, record: EventRecord, bucket: Documents, ask: Ask
) -> None:
    approved(desk, bucket, "Text")
    publish(desk, bucket)
    link = link_in(letters(desk, bucket)["ada@example.org"])
    before = desk.mails.of_event("seminarium"), desk.summaries.of_event("seminarium")
    ask("GET", link)
    ask("GET", f"{link}/html")
    assert (desk.mails.of_event("seminarium"), desk.summaries.of_event("seminarium")) == before
    assert list(desk.summaries.opened("seminarium").values()) == [NOW]
    ada = found(desk, record, "ada@example.org")
    data = exporting.own_data(desk, record, ada)
    assert data["summaries_opened"] == [{"version": 1, "at": NOW.isoformat()}]
