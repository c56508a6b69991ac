"""Translations by machine: drafts that keep the Markdown, and go nowhere before a person approves."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tests.conftest import ROOT
from tests.fakes.translating import FakeTranslator
from tests.summaries import TO_APPROVAL, Bucket, a_draft, approved, moved, publish
from tests.visiting import NOW, Ask, opened

from kallelse import translating
from kallelse.adapters.translate import LIMIT, AmazonTranslator
from kallelse.errors import InvalidInput, Refused, Unavailable
from kallelse.models import Source, Summary, SummaryState
from kallelse.ports import Desk, Terminology

TERMS = Terminology("kallelse-turne", b"sv,en\nledning,leadership\n")
DIGEST = sha256(TERMS.csv).hexdigest()
TOUR = {"id": "regionturne-2020", "title": {"sv": "turné"}, "stops": 8}


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


def translate(desk: Desk, bucket: Bucket, source: Summary, *to: str) -> list[Summary]:
    record = desk.events.get("seminarium")
    templates = ROOT / "templates"
    return translating.translate(desk, bucket, FakeTranslator(), templates, record, source, to, NOW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# Rubrik\n\nEn text\növer två rader.\n", "# [en] Rubrik\n\n[en] En text över två rader.\n"),
        ("- ett\n  mer\n- två\n", "- [en] ett mer\n- [en] två\n"),
        ("1. ett\n   - under\n", "1. [en] ett\n   - [en] under\n"),
        ("> sagt\n> - punkt\n", "> [en] sagt\n> - [en] punkt\n"),
        ("| Ort | Antal |\n|---|--:|\n| Vasa | 12 |\n",
         "| [en] Ort | [en] Antal |\n|---|--:|\n| [en] Vasa | 12 |\n"),
        ("Text\n\n```\nkod - rad\n```\nmer\n", "[en] Text\n\n```\nkod - rad\n```\n[en] mer\n"),
        ("Rubrik\n---\n\n***\n", "[en] Rubrik\n---\n\n***\n"),
        ("## Ett\nText direkt\n", "## [en] Ett\n[en] Text direkt\n"),
        ("Rad  \nny rad\n", "[en] Rad  \n[en] ny rad\n"),
    ],
)  # fmt: skip
def test_the_markdown_stays_and_its_words_are_translated(before: str, after: str) -> None:
    assert translating.translated(before, FakeTranslator(), "sv", "en", None) == after


def test_a_draft_says_that_a_machine_made_it_and_waits_for_a_person(desk: Desk, bucket: Bucket) -> None:
    opened(desk)
    source = approved(desk, bucket, "# Tillit\n")
    [draft] = translate(desk, bucket, source, "en")
    assert (draft.state, draft.machine, draft.source) == (
        SummaryState.DRAFT,
        True,
        Source(language="sv", version=1),
    )
    assert draft.author == "nobody"
    assert bucket.get(draft.source_key) == "# [en] Tillit\n"
    publish(desk, bucket)
    published = [each for each in desk.summaries.of_event("seminarium") if each.since(SummaryState.PUBLISHED)]
    assert [each.language for each in published] == ["sv"]
    assert translate(desk, bucket, source, "en", "en") == [draft]
    moved(desk, draft, *TO_APPROVAL)
    assert [each.language for each in desk.agenda.to_publish().summaries] == ["en"]


def test_only_what_is_approved_is_translated_and_only_to_promised_languages(
    desk: Desk, bucket: Bucket
) -> None:
    opened(desk)
    draft = a_draft(desk, bucket, "Text")
    with pytest.raises(Refused, match="is draft; it is translated once it is approved"):
        translate(desk, bucket, draft, "en")
    source = moved(desk, draft, *TO_APPROVAL)
    for language in ("fi", "sv"):
        with pytest.raises(InvalidInput):
            translate(desk, bucket, source, "en", language)
    long = approved(desk, bucket, "x" * 60_001)
    with pytest.raises(Refused, match="let a person translate it"):
        translate(desk, bucket, long, "en")
    assert {each.language for each in desk.summaries.of_event("seminarium")} == {"sv"}


def test_a_translation_is_stale_once_a_newer_source_is_approved(desk: Desk, bucket: Bucket) -> None:
    opened(desk)
    [first] = translate(desk, bucket, approved(desk, bucket, "Ett"), "en")
    in_review = moved(desk, first, SummaryState.IN_REVIEW)
    newer = a_draft(desk, bucket, "Två")
    assert not in_review.is_stale(desk.summaries.of_event("seminarium"))
    newer = moved(desk, newer, *TO_APPROVAL)
    with pytest.raises(Refused, match="translates version 1 in 'sv', which is out of date"):
        moved(desk, in_review, SummaryState.APPROVED)
    [second] = translate(desk, bucket, newer, "en")
    assert (second.version, moved(desk, second, *TO_APPROVAL).state) == (2, SummaryState.APPROVED)


def test_an_approved_translation_that_is_stale_before_it_is_published_is_not_sent(
    desk: Desk, bucket: Bucket
) -> None:
    oecd = {"id": "oecd", "name": {"sv": "OECD"}, "address": "oecd@example.org", "language": "en"}
    opened(desk, recipients=[oecd])
    source = approved(desk, bucket, "Ett")
    publish(desk, bucket)
    [draft] = translate(desk, bucket, source, "en")
    moved(desk, draft, *TO_APPROVAL)
    moved(desk, desk.summaries.of_event("seminarium")[1], SummaryState.WITHDRAWN)
    assert publish(desk, bucket) == []
    [translation] = [each for each in desk.summaries.of_event("seminarium") if each.language == "en"]
    assert (translation.state, translation.history[-1].by) == (SummaryState.IN_REVIEW, "publisher")
    assert desk.mails.of_event("seminarium") == []


def content(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


def test_an_organiser_has_a_summary_translated_and_compares_it(
    desk: Desk, organise: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kallelse.handlers.admin.summaries.translator", FakeTranslator)
    opened(desk)
    organise("POST", "/summaries", {"language": "sv", "markdown": "# Ett\n\nTillit\n"})
    refused = organise("POST", "/summaries/sv/1/translations", {"to": ["en"]})
    assert refused["statusCode"] == 409
    for to in TO_APPROVAL:
        organise("POST", "/summaries/sv/1/state", {"to": to})
    answer = organise("POST", "/summaries/sv/1/translations", {"to": ["en"]})
    assert answer["statusCode"] == 201
    compared = content(organise("GET", "/summaries/en/1/compare"))
    assert compared["paragraphs"] == [
        {"source": "# Ett", "translation": "# [en] Ett"},
        {"source": "Tillit", "translation": "[en] Tillit"},
    ]
    corrected = {"language": "en", "markdown": "# One\n", "source": {"language": "sv", "version": 1}}
    organise("POST", "/summaries", corrected)
    last = content(organise("GET", "/summaries/en/2/compare"))
    assert (last["machine"], last["source"], last["stale"]) == (
        False,
        {"language": "sv", "version": 1},
        False,
    )
    assert last["paragraphs"][1] == {"source": "Tillit", "translation": None}
    organise("POST", "/summaries/sv/1/state", {"to": "withdrawn"})
    listed = content(organise("GET", "/summaries"))["summaries"]
    assert [(each["language"], each["stale"]) for each in listed] == [
        ("en", True),
        ("en", True),
        ("sv", False),
    ]
    for path, status in (("/summaries/sv/1/compare", 404), ("/summaries/en/9/compare", 404)):
        assert organise("GET", path)["statusCode"] == status
    wishes: list[dict[str, Any]] = [{"to": []}, {"to": "en"}, {}]
    for wrong in wishes:
        assert organise("POST", "/summaries/sv/1/translations", wrong)["statusCode"] == 422


class Recorded:
    """The real client, which answers as was recorded and checks each request against the service's model."""

    def __init__(self) -> None:
        self.client = boto3.client("translate", region_name="eu-north-1")
        self.stub = Stubber(self.client)
        self.stub.activate()
        self.translator = AmazonTranslator(self.client)

    def translates(self, text: str, answer: str, **request: Any) -> None:
        told = {"TranslatedText": answer, "SourceLanguageCode": "sv", "TargetLanguageCode": "en"}
        expected = {"Text": text, "SourceLanguageCode": "sv", "TargetLanguageCode": "en"} | request
        self.stub.add_response("translate_text", told, expected)

    def imports(self) -> None:
        told = f"SHA-256 {DIGEST}"
        self.stub.add_response(
            "import_terminology",
            {},
            {
                "Name": "kallelse-turne",
                "MergeStrategy": "OVERWRITE",
                "Description": told,
                "TerminologyData": {"File": TERMS.csv, "Format": "CSV", "Directionality": "MULTI"},
            },
        )

    def __call__(self, *texts: str, terms: Terminology | None = None) -> list[str]:
        return self.translator.translate(texts, "sv", "en", terms)


@pytest.fixture
def amazon(cloud: None) -> Recorded:
    return Recorded()


def test_texts_go_together_up_to_the_limit_of_a_request(amazon: Recorded) -> None:
    long = "å" * 4_000
    amazon.translates(f"ett\n{long}", f"one\n{long}")
    amazon.translates(f"{long}\ntvå", f"{long}\ntwo")
    assert amazon("ett", long, long, "två") == ["one", long, long, "two"]
    amazon.stub.assert_no_pending_responses()
    assert len(f"{long}\n{long}".encode()) > LIMIT


def test_a_text_beyond_the_limit_is_divided_between_its_words(amazon: Recorded) -> None:
    half = "å" * 4_000
    amazon.translates(f"{half}", "one")
    amazon.translates(f"{half}", "two")
    # Such a text is by itself, so that it comes back whole.
    assert amazon(f"{half} {half}") == ["one two"]


def test_texts_whose_line_ends_are_lost_on_the_way_go_one_by_one(amazon: Recorded) -> None:
    amazon.translates("ett\ntvå", "one two")
    amazon.translates("ett", "one")
    amazon.translates("två", "two")
    assert amazon("ett", "två") == ["one", "two"]


def test_the_terms_of_the_tour_are_imported_once_and_used(amazon: Recorded) -> None:
    amazon.stub.add_client_error("get_terminology", "ResourceNotFoundException")
    amazon.imports()
    for text in ("ledning", "tillit"):
        amazon.translates(text, text, TerminologyNames=["kallelse-turne"])
        assert amazon(text, terms=TERMS) == [text]
    amazon.stub.assert_no_pending_responses()


@pytest.mark.parametrize(("same", "imports"), [(True, False), (False, True)])
def test_terms_that_the_service_has_are_imported_only_if_the_file_differs(
    amazon: Recorded, same: bool, imports: bool
) -> None:
    told = f"SHA-256 {DIGEST if same else '0'}"
    amazon.stub.add_response("get_terminology", {"TerminologyProperties": {"Description": told}})
    if imports:
        amazon.imports()
    amazon.translates("ledning", "leadership", TerminologyNames=["kallelse-turne"])
    assert amazon("ledning", terms=TERMS) == ["leadership"]
    amazon.stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "raised"),
    [("ThrottlingException", Unavailable), ("UnsupportedLanguagePairException", Refused)],
)
def test_what_the_service_cannot_do_is_told(amazon: Recorded, code: str, raised: type[Exception]) -> None:
    amazon.stub.add_client_error("translate_text", code)
    with pytest.raises(raised):
        amazon("ett")


def test_the_tour_of_the_seed_event_has_its_terms_and_each_in_one_way_only(desk: Desk) -> None:
    tour = translating.terminology_of(opened(desk, tour=TOUR).event, ROOT / "templates")
    assert tour
    assert tour.name == "kallelse-regionturne-2020"
    lines = [line.split(",") for line in tour.csv.decode().splitlines()]
    assert lines[0] == ["sv", "fi", "en"]
    for column in zip(*lines, strict=True):
        assert len({term.casefold() for term in column}) == len(lines)
    assert translating.terminology_of(opened(desk).event, ROOT / "templates") is None
