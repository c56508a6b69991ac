"""A published summary as its readers get it: Markdown, HTML and PDF, and how they are stored."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import boto3
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.conftest import ROOT, an_event, utc
from tests.summaries import TO_APPROVAL, moved

from kallelse import documenting, editing, summarising
from kallelse.adapters import s3
from kallelse.adapters.s3 import BucketDocuments
from kallelse.documenting import TakingPart
from kallelse.models import Event, EventRecord, Summary, SummaryState
from kallelse.ports import Desk
from kallelse.rendering import Renderer

RENDERER = Renderer(ROOT / "templates")
FORMS = ["html", "md", "pdf"]
LANGUAGES = ["sv", "fi", "en"]
NOW = utc("2020-09-23T06:00")
TEXT = """Vi talade om **öppenhet** på svenska och *suomeksi*.

# Vad vi kom fram till

- Åtgärder
  - på båda nationalspråken
- Ärlighet

> Den som frågar får ett svar.

### Förslag

| Förslag | Röster |
| --- | ---: |
| Mallar för kriskommunikation | 14 |

1. Läs mer på [avoinhallinto.fi](https://avoinhallinto.fi/sv/).

```
#set page(width: 1cm)
```
"""
BODY = ["Vad vi kom fram till", "Förslag"]
HEADINGS = {
    "sv": ["Förtroendebygge", "Diskussionerna", *BODY, "Program", "Mer information"],
    "fi": ["Luottamuksen rakentaminen", "Keskustelut", *BODY, "Ohjelma", "Lisätietoja"],
    "en": ["Building trust", "The discussions", *BODY, "Programme", "More information"],
}
TITLES = {
    "sv": "Sammanfattning: Förtroendebygge",
    "fi": "Yhteenveto: Luottamuksen rakentaminen",
    "en": "Summary: Building trust",
}


@pytest.fixture(scope="module")
def seminar() -> Event:
    return Event.model_validate(yaml.safe_load((ROOT / "templates/events/fortroendebygge.yaml").read_text()))


def a_summary(language: str = "sv", event_id: str = "fortroendebygge") -> Summary:
    return Summary(
        event_id=event_id, language=language, version=1, author="x", handed_in_at=NOW, checksum="0" * 64
    )


TAKING_PART = TakingPart(participants=3, organisations=2)


def markdown(event: Event, language: str = "sv", text: str = TEXT, **themes: Any) -> str:
    return documenting.as_markdown(RENDERER, event, a_summary(language), text, TAKING_PART, **themes)


def pdf(event: Event, language: str = "sv", text: str = TEXT) -> bytes:
    return documenting.as_pdf(RENDERER, event, a_summary(language), markdown(event, language, text))


def page(event: Event, language: str = "sv", text: str = TEXT) -> str:
    return documenting.as_html(RENDERER, event, a_summary(language), markdown(event, language, text))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def root(reader: PdfReader) -> Any:
    """The catalogue of a PDF, where it says what holds for all of it."""
    return reader.trailer["/Root"]


def test_the_markdown_tells_of_the_event_and_how_many_came(seminar: Event) -> None:
    document = markdown(seminar, themes=[{"sv": "Öppenhet i *kris*"}, {"sv": "Ledning"}])
    assert "# Förtroendebygge\n\nSammanfattning av diskussionerna\n" in document
    assert "- **När:** onsdag 16 september 2020 kl. 13.00–15.45\n" in document
    assert "- **Arrangörer:** Finansministeriet, Kommunförbundet\n" in document
    assert "- **Deltagare:** 3\n- **Organisationer:** 2\n" in document
    assert "- **Version:** 1, onsdag 23 september 2020\n" in document
    assert "## Gruppernas teman\n\n- Öppenhet i \\*kris\\*\n- Ledning\n" in document
    assert "| 13.00 | Välkomstord | Juha Sarkio, överdirektör |\n" in document
    assert "<niklas.wilhelmsson@om.fi>" in document


def test_an_event_without_a_programme_has_no_section_for_it() -> None:
    document = markdown(an_event(programme=[]))
    assert re.findall(r"^## (.+)$", document, re.MULTILINE) == ["Diskussionerna", "Mer information"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_tagged_and_tells_its_language_and_title(seminar: Event, language: str) -> None:
    reader = PdfReader(BytesIO(pdf(seminar, language)))
    catalogue = root(reader)
    assert catalogue["/MarkInfo"] == {"/Marked": True, "/Suspects": False}
    assert "/StructTreeRoot" in catalogue
    assert catalogue["/Lang"] == language
    assert catalogue["/ViewerPreferences"] == {"/DisplayDocTitle": True, "/Direction": "/L2R"}
    assert reader.metadata
    assert reader.metadata.title == TITLES[language]
    assert b"pdfuaid:part" in catalogue["/Metadata"].get_data()
    assert len(reader.pages) == 2


def tags(reader: PdfReader) -> list[str]:
    """The tags of the document in reading order."""
    found, waiting = [], [root(reader)["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, dict) and "/K" in node:
            children = node["/K"].get_object()
            waiting += reversed(children) if isinstance(children, list) else [children]
        if isinstance(node, dict) and "/S" in node:
            found.append(str(node["/S"]))
    return found


def test_the_tags_of_the_pdf_say_what_is_a_heading_a_list_a_table_and_a_quotation(seminar: Event) -> None:
    found = tags(PdfReader(BytesIO(pdf(seminar))))
    headings = [tag for tag in found if re.fullmatch(r"/H\d", tag)]
    assert headings == ["/H1", "/H2", "/H3", "/H4", "/H2", "/H2"]
    assert {"/L", "/LI", "/Table", "/TH", "/TD", "/BlockQuote", "/Link", "/Code"} <= set(found)


def outline(reader: PdfReader, items: Any = None) -> list[str]:
    items = reader.outline if items is None else items
    return [
        title
        for item in items
        for title in (outline(reader, item) if isinstance(item, list) else [str(item.title)])
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bookmarks_of_the_pdf_are_its_headings(seminar: Event, language: str) -> None:
    assert outline(PdfReader(BytesIO(pdf(seminar, language)))) == HEADINGS[language]


def test_the_text_of_the_pdf_can_be_copied_and_its_fonts_are_embedded(seminar: Event) -> None:
    reader = PdfReader(BytesIO(pdf(seminar)))
    text = words(reader)
    assert "Vi talade om öppenhet på svenska och suomeksi." in text
    assert "Åtgärder" in text
    assert "onsdag 16 september 2020 kl. 13.00–15.45" in text
    assert "1 (2)" in text
    pages: list[Any] = list(reader.pages)
    fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert all({"/FontFile2", "/FontFile3"} & set(each.get_object()) for each in descriptors)


def test_the_same_summary_gives_the_same_bytes_also_in_another_process(seminar: Event) -> None:
    code = (
        "import sys; sys.path[:0] = ['functions', '.'];"
        "from tests.integration import test_documents as t; import yaml;"
        "event = t.Event.model_validate(yaml.safe_load(open('templates/events/fortroendebygge.yaml')));"
        "sys.stdout.buffer.write(t.pdf(event))"
    )
    command = [sys.executable, "-c", code]
    other = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, env={"TZ": "Asia/Tokyo"})  # noqa: S603
    assert other.stdout == pdf(seminar)


def test_no_text_is_ever_code_of_the_typesetter(seminar: Event) -> None:
    text = '#set page(width: 1cm) #panic("x") $x$ @ref <label> \\ ~ -- `#panic()` "'
    event = an_event(title={"sv": '#read("/etc/passwd") = "x'})
    reader = PdfReader(BytesIO(pdf(event, text=text)))
    assert 'Sammanfattning: #read("/etc/passwd") = "x' in words(reader)
    assert '#set page(width: 1cm) #panic("x") $x$ @ref <label> \\ ~ -- #panic() "' in words(reader)


def test_what_the_fonts_lack_costs_the_mark_of_pdf_ua_but_not_the_document(seminar: Event) -> None:
    reader = PdfReader(BytesIO(pdf(seminar, text="Tack 😀 för idag.")))
    assert "/StructTreeRoot" in root(reader)
    assert b"pdfuaid:part" not in root(reader)["/Metadata"].get_data()
    assert "för idag." in words(reader)


@settings(deadline=None, max_examples=50)
@given(st.text("#=-`~*_>[]()!|\\<&1.) \n\tåéШ漢\u00ad\u200b\ufeff\u202e\x0c") | st.text(max_size=80))
def test_every_summary_can_be_set(text: str) -> None:
    assert outline(PdfReader(BytesIO(pdf(an_event(), text=text))))[-1] == "Mer information"


@pytest.mark.parametrize(
    "text", ["> " * 60 + "djupt", "- " * 60 + "djupt", "**" * 500, "a" * 5_000, "|a" * 60]
)
def test_unusual_summaries_can_be_set(text: str) -> None:
    assert outline(PdfReader(BytesIO(pdf(an_event(), text=text))))[-1] == "Mer information"


class Outline(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_its_language_and_title_and_has_its_headings_in_order(
    seminar: Event, language: str
) -> None:
    text = page(seminar, language)
    elements = Outline(text).elements
    assert ("html", {"lang": language}) in elements
    assert f"<title>{TITLES[language]}</title>" in text
    assert [tag for tag, _ in elements if re.fullmatch(r"h\d", tag)] == ["h1", "h2", "h3", "h4", "h2", "h2"]
    assert [tag for tag, _ in elements if tag in ("header", "main", "footer")] == ["header", "main", "footer"]
    assert "@media print" in text


def test_the_page_runs_and_loads_nothing(seminar: Event) -> None:
    text = "<script>alert(1)</script>\n\n![a](https://spy.example/a.png) [b](javascript:alert(1))"
    event = an_event(title={"sv": "<script>alert(2)</script>"}, hosts=[{"sv": '"><img src=x>'}])
    for document in (page(seminar, text=text), page(event, text=text)):
        elements = Outline(document).elements
        assert not {"script", "img", "iframe", "link", "object"} & {tag for tag, _ in elements}
        assert not [attributes for _, attributes in elements if {"src", "onclick"} & set(attributes)]
        assert not [a for _, a in elements if str(a.get("href", "")).startswith("javascript")]


@pytest.fixture
def bucket(desk: Desk) -> BucketDocuments:
    boto3.client("s3").create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    return s3.connect("bucket")


def a_record(event: Event) -> EventRecord:
    return EventRecord.new(event, "00" * 32, NOW)


def stored(form: str) -> bytes:
    key = f"events/seminarium/summaries/v0001/sv.{form}"
    return boto3.client("s3").get_object(Bucket="bucket", Key=key)["Body"].read()


def test_the_documents_are_stored_under_their_keys_with_type_language_and_checksum(
    bucket: BucketDocuments,
) -> None:
    asked: list[dict[str, Any]] = []
    # moto forgets checksums, so they are read from the requests.
    bucket.client.meta.events.register(
        "provide-client-params.s3.PutObject", lambda params, **_: asked.append(params)
    )
    summary = a_summary(event_id="seminarium")
    digests = documenting.store(bucket, RENDERER, a_record(an_event()), summary, TEXT, TAKING_PART)
    assert {form: sha256(stored(form)).hexdigest() for form in FORMS} == digests
    assert [(each["Key"], each["ContentType"]) for each in asked] == [
        ("events/seminarium/summaries/v0001/sv.md", "text/markdown; charset=utf-8"),
        ("events/seminarium/summaries/v0001/sv.html", "text/html; charset=utf-8"),
        ("events/seminarium/summaries/v0001/sv.pdf", "application/pdf"),
    ]
    assert {(each["ContentLanguage"], each["IfNoneMatch"]) for each in asked} == {("sv", "*")}
    told = {each["Key"].rpartition(".")[2]: b64decode(each["ChecksumSHA256"]).hex() for each in asked}
    assert told == digests


def test_what_is_stored_stays_and_the_other_forms_say_the_same(bucket: BucketDocuments) -> None:
    summary, record = a_summary(event_id="seminarium"), a_record(an_event())
    first = documenting.as_markdown(RENDERER, record.event, summary, TEXT, TAKING_PART)
    bucket.put(summary.document_key("md"), first, "text/markdown", "sv")
    digests = documenting.store(bucket, RENDERER, record, summary, TEXT, TakingPart(1, 1))
    again = documenting.store(bucket, RENDERER, record, summary, "Något annat", TAKING_PART)
    assert again == digests
    assert stored("md").decode() == first
    assert "<strong>Deltagare:</strong> 3" in stored("html").decode()
    assert "Deltagare: 3" in words(PdfReader(BytesIO(stored("pdf"))))


def test_publishing_records_the_checksums_of_the_documents(desk: Desk, bucket: BucketDocuments) -> None:
    editing.apply(desk, an_event(), frozenset({"webbseminarium.example"}), NOW - timedelta(days=30))
    record = desk.events.get("seminarium")
    summary = summarising.hand_in(desk, bucket, record, "sv", TEXT, "kansliet", NOW)
    summary = moved(desk, summary, *TO_APPROVAL)
    summarising.publish(desk, bucket, RENDERER, summary, NOW)
    published = desk.summaries.get("seminarium", "sv", 1)
    assert published
    assert published.state is SummaryState.PUBLISHED
    assert published.documents == {form: sha256(stored(form)).hexdigest() for form in FORMS}
    assert desk.agenda.to_publish().summaries == ()


def test_a_published_document_names_what_the_groups_talked_about_once(
    desk: Desk, bucket: BucketDocuments
) -> None:
    dialogue = {
        "size": {"least": 2, "most": 5},
        "prompts": [{"sv": "Vad är öppenhet?"}],
        "groups": [
            {"id": "a", "name": {"sv": "A"}},
            {"id": "b", "name": {"sv": "B"}, "prompts": [{"sv": "Vad är öppenhet?"}, {"sv": "Och tillit?"}]},
        ],
    }
    event = an_event(dialogue=dialogue)
    record = editing.apply(desk, event, frozenset({"webbseminarium.example"}), NOW - timedelta(days=30))
    summary = summarising.hand_in(desk, bucket, record, "sv", TEXT, "kansliet", NOW)
    summarising.publish(desk, bucket, RENDERER, moved(desk, summary, *TO_APPROVAL), NOW)
    told = stored("md").decode()
    assert told.count("Vad är öppenhet?") == 1
    assert told.index("Gruppernas teman") < told.index("Och tillit?") < told.index("Diskussionerna")


@pytest.mark.parametrize("name", ["public", "admin", "dispatcher", "mailer", "feedback", "publisher"])
def test_no_handler_loads_the_typesetter_before_a_summary_is_published(name: str) -> None:
    code = f"import sys, kallelse.handlers.{name}; print(*sys.modules)"
    environment = {"PYTHONPATH": str(ROOT / "functions"), "AWS_DEFAULT_REGION": "eu-north-1"}
    loaded = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"typst", "kallelse.documenting", "kallelse.typesetting"} & set(loaded)
