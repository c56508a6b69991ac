"""Summaries from their draft to their readers: nothing goes out before a person has approved it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import product
from typing import Any

import pytest
from tests.conftest import ROOT, utc
from tests.fakes import fake_desk
from tests.letters import body
from tests.people import registered
from tests.summaries import TO_APPROVAL, Bucket, a_draft, approved, moved, publish
from tests.visiting import NOW, Ask, opened

from kallelse.composing import Composer
from kallelse.errors import AlreadyChanged, Refused
from kallelse.models import Mail, SummaryState
from kallelse.ports import Desk, ToPublish, Work
from kallelse.rendering import Renderer
from kallelse.reviewing import ALLOWED, difference, move

DRAFT, IN_REVIEW, APPROVED, PUBLISHED, WITHDRAWN = SummaryState
LATER = NOW + timedelta(days=1)


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def discussed(desk: Desk) -> Desk:
    """The event with two who took part and a named body, which reads English."""
    oecd = {"id": "oecd", "name": {"sv": "OECD"}, "address": "oecd@example.org", "language": "en"}
    record = opened(desk, recipients=[oecd])
    for name in ("Ada", "Bo"):
        registered(desk, record, name)
    return desk


def letter(desk: Desk, bucket: Bucket, mail: Mail) -> EmailMessage | None:
    composer = Composer(desk, bucket, Renderer(ROOT / "templates"), "k@desk.example", "https://desk.example")
    written = composer.compose(mail, NOW)
    return message_from_bytes(written.message, policy=default) if written else None


def in_state(desk: Desk, bucket: Bucket, state: SummaryState) -> Any:
    draft = a_draft(desk, bucket, f"Text {state}")
    steps: dict[SummaryState, tuple[SummaryState, ...]] = {
        DRAFT: (),
        IN_REVIEW: (IN_REVIEW,),
        APPROVED: TO_APPROVAL,
        PUBLISHED: TO_APPROVAL,
        WITHDRAWN: (WITHDRAWN,),
    }
    summary = moved(desk, draft, *steps[state])
    if state is PUBLISHED:
        publish(desk, bucket)
    return desk.summaries.get("seminarium", "sv", summary.version)


@pytest.mark.parametrize(("state", "to"), list(product(SummaryState, SummaryState)), ids=str)
def test_a_summary_moves_as_the_table_says_and_not_otherwise(state: SummaryState, to: SummaryState) -> None:
    desk, bucket = fake_desk(), Bucket()
    opened(desk)
    summary = in_state(desk, bucket, state)
    assert summary.state is state
    if to in ALLOWED[state]:
        assert move(desk, summary, to, "organiser", LATER).history[-1].to is to
    elif to is state:
        assert move(desk, summary, to, "organiser", LATER) == summary
    else:
        with pytest.raises(Refused, match=f"is {state}; it can become"):
            move(desk, summary, to, "organiser", LATER)
        assert desk.summaries.get("seminarium", "sv", 1) == summary


def test_who_moved_it_and_when_is_kept(discussed: Desk, bucket: Bucket) -> None:
    approved(discussed, bucket, "Text", at=LATER)
    publish(discussed, bucket, LATER)
    [summary] = discussed.summaries.of_event("seminarium")
    assert (summary.author, summary.handed_in_at, summary.state) == ("writer", NOW, PUBLISHED)
    assert [(each.by, each.at, each.to) for each in summary.history] == [
        ("approver", LATER, IN_REVIEW),
        ("approver", LATER, APPROVED),
        ("publisher", LATER, PUBLISHED),
    ]


def test_nobody_gets_a_summary_before_it_is_approved_and_each_gets_it_once(
    discussed: Desk, bucket: Bucket
) -> None:
    draft = a_draft(discussed, bucket, "Text")
    assert publish(discussed, bucket) == []
    in_review = moved(discussed, draft, IN_REVIEW)
    assert publish(discussed, bucket) == []
    moved(discussed, in_review, APPROVED)
    assert len(publish(discussed, bucket)) == 2
    assert publish(discussed, bucket) == []


def test_of_two_who_move_it_at_once_one_is_told(discussed: Desk, bucket: Bucket) -> None:
    seen = moved(discussed, a_draft(discussed, bucket, "Text"), IN_REVIEW)
    back = moved(discussed, moved(discussed, seen, DRAFT), IN_REVIEW)
    with pytest.raises(AlreadyChanged):
        move(discussed, seen, APPROVED, "late", NOW)
    assert discussed.summaries.of_event("seminarium") == [back]


def test_what_is_not_sent_yet_when_a_summary_is_withdrawn_is_not_sent(
    discussed: Desk, bucket: Bucket
) -> None:
    approved(discussed, bucket, "Text")
    ada, bo = publish(discussed, bucket)
    assert letter(discussed, bucket, ada) is not None
    moved(discussed, discussed.summaries.of_event("seminarium")[0], WITHDRAWN)
    assert letter(discussed, bucket, bo) is None


def test_a_summary_withdrawn_while_it_is_published_stays_withdrawn(discussed: Desk, bucket: Bucket) -> None:
    summary = approved(discussed, bucket, "Text")
    withdrawn = moved(discussed, summary, WITHDRAWN)
    found = replace(discussed, agenda=_Stale(summary))
    assert len(publish(found, bucket)) == 2
    assert discussed.summaries.of_event("seminarium") == [withdrawn]


class _Stale:
    """An agenda from which the publisher read a summary before it was withdrawn."""

    def __init__(self, seen: Any) -> None:
        self.seen = seen

    def due(self, now: datetime) -> Work:
        return Work()

    def to_publish(self) -> ToPublish:
        return ToPublish(summaries=(self.seen,))


def test_a_corrected_version_says_so_in_the_mail_and_in_the_document(discussed: Desk, bucket: Bucket) -> None:
    approved(discussed, bucket, "Fel", at=utc("2020-09-20T09:00"))
    [first, *_] = publish(discussed, bucket)
    second = approved(discussed, bucket, "Rätt", at=utc("2020-09-21T09:00"))
    [corrected, *_] = publish(discussed, bucket)
    before, after = letter(discussed, bucket, first), letter(discussed, bucket, corrected)
    assert before
    assert after
    assert (before["Subject"], after["Subject"]) == (
        "Sammanfattning: Seminarium",
        "Rättad sammanfattning: Seminarium",
    )
    assert "Rättad" not in body(before, "plain")
    told = "ersätter den från söndag 20 september 2020 kl. 12.00"
    assert told in body(after, "plain")
    assert told in body(after, "html")
    assert told in bucket.get(second.document_key("html"))


def test_a_version_that_nobody_got_is_not_corrected_but_one_that_was_withdrawn_later_is(
    discussed: Desk, bucket: Bucket
) -> None:
    moved(discussed, approved(discussed, bucket, "1"), WITHDRAWN)
    second = approved(discussed, bucket, "2", at=LATER)
    assert second.corrects is None
    publish(discussed, bucket)
    moved(discussed, discussed.summaries.of_event("seminarium")[1], WITHDRAWN)
    assert approved(discussed, bucket, "3").corrects == LATER
    assert approved(discussed, bucket, "English", "en").corrects is None


def test_an_older_version_than_an_approved_one_is_not_approved(discussed: Desk, bucket: Bucket) -> None:
    older = moved(discussed, a_draft(discussed, bucket, "1"), IN_REVIEW)
    approved(discussed, bucket, "2")
    with pytest.raises(Refused, match="version 2 is approved already"):
        moved(discussed, older, APPROVED)


def test_the_same_text_again_is_no_new_version_unless_it_was_withdrawn(
    discussed: Desk, bucket: Bucket
) -> None:
    first = a_draft(discussed, bucket, "Text\r\n")
    assert a_draft(discussed, bucket, "\ufeffText\n") == first
    moved(discussed, first, WITHDRAWN)
    again = a_draft(discussed, bucket, "Text\n")
    assert (again.version, again.state) == (2, DRAFT)
    assert bucket.get(again.source_key) == "Text\n"


def test_a_difference_is_told_line_by_line() -> None:
    lines = difference("a\nb\n- c", "a\nB\n- c\nd")
    assert [(each["kind"], each["text"]) for each in lines] == [
        ("place", "@@ -1,3 +1,4 @@"),
        ("kept", "a"),
        ("removed", "b"),
        ("added", "B"),
        ("kept", "- c"),
        ("added", "d"),
    ]
    assert difference("a", "a") == []


def content(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


def test_an_organiser_takes_a_summary_to_its_readers(discussed: Desk, organise: Ask) -> None:
    for text in ("# Ett", "# Två"):
        answer = organise("POST", "/summaries", {"language": "sv", "markdown": text})
        assert answer["statusCode"] == 201
    assert content(answer)["state"] == "draft"
    refused = organise("POST", "/summaries/sv/2/state", {"to": "approved"})
    assert refused["statusCode"] == 409
    assert "it can become: in-review, withdrawn" in content(refused)["detail"]
    for to in ("in-review", "approved"):
        assert content(organise("POST", "/summaries/sv/2/state", {"to": to}))["state"] == to
    listed = content(organise("GET", "/summaries"))["summaries"]
    assert [(each["version"], each["state"]) for each in listed] == [(1, "draft"), (2, "approved")]
    assert listed[1]["history"][-1]["by"] == "local organiser"
    assert content(organise("GET", "/summaries/sv/1"))["markdown"] == "# Ett"
    lines = content(organise("GET", "/summaries/sv/2/diff", against="1"))["lines"]
    assert [each["kind"] for each in lines] == ["place", "removed", "added"]
    assert content(organise("GET", "/summaries/sv/2/diff"))["lines"] == lines


def test_a_file_is_taken_as_it_is(discussed: Desk, upload: Ask) -> None:
    answer = upload("POST", "/summaries", "# Åäö\r\n".encode(), language="sv")
    assert answer["statusCode"] == 201
    assert content(upload("GET", "/summaries/sv/1", b""))["markdown"] == "# Åäö\n"


@pytest.mark.parametrize(
    ("file", "kind", "query", "status"),
    [
        (b"\xff\xfe", "text/markdown", {"language": "sv"}, 400),
        (b"x" * 1_000_001, "text/markdown", {"language": "sv"}, 413),
        (b"x" * 200_001, "text/markdown", {"language": "sv"}, 422),
        (b"a\x00b", "text/markdown", {"language": "sv"}, 422),
        (b" ", "text/markdown", {"language": "sv"}, 422),
        (b"x", "text/markdown", {}, 422),
        (b"x", "text/markdown", {"language": "fi"}, 422),
        (b"x", "application/pdf", {"language": "sv"}, 415),
    ],
)
def test_a_file_that_is_no_summary_is_refused(
    discussed: Desk, upload: Ask, file: bytes, kind: str, query: dict[str, str], status: int
) -> None:
    assert upload("POST", "/summaries", file, kind, **query)["statusCode"] == status
    assert discussed.summaries.of_event("seminarium") == []


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/summaries/sv/1", None, 404),
        ("GET", "/summaries/sv/x", None, 404),
        ("POST", "/summaries/sv/1/state", {"to": "approved"}, 404),
        ("POST", "/summaries/sv/1/state", {"to": "burnt"}, 422),
        ("POST", "/summaries/sv/1/state", {"till": "draft"}, 422),
        ("GET", "/summaries/sv/1/diff", None, 404),
    ],
)
def test_what_is_not_there_or_not_meant_is_told(
    discussed: Desk, organise: Ask, method: str, path: str, sent: Any, status: int
) -> None:
    assert organise(method, path, sent)["statusCode"] == status
