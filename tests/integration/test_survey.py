"""The survey after an event: its pages, what it keeps and what not, and what the organiser sees."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import utc
from tests.desks import Desks
from tests.integration.test_thanks import guests
from tests.visiting import DIET, LANGUAGES, MINUTE, PAGE, Ask, Time, everything, opened, stamp, text

from kallelse.limiting import PER_NETWORK, STRIDE
from kallelse.models import EventRecord, MailKind
from kallelse.ports import Desk
from kallelse.proving import issue
from kallelse.surveying import SHOWN_FROM

SURVEY = f"{PAGE}/sv/survey"
ENDS = utc("2020-09-16T12:45")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLOSES = ENDS + 14 * DAY
QUESTIONS: list[dict[str, Any]] = [
    {"id": "useful", "kind": "scale", "required": True, "label": {"sv": "Hur nyttigt var det?"}},
    {"id": "lunch", "kind": "yes-no", "label": {"sv": "Åt du lunch?"}},
    DIET,
    {"id": "years", "kind": "number", "label": {"sv": "Hur många år?"}, "smallest": 0},
    {"id": "home", "kind": "long-text", "label": {"sv": "Vad tar du med dig?"}},
    {"id": "word", "kind": "text", "label": {"sv": "Ett ord?"}},
]
ANSWERS: dict[str, Any] = {
    "q-useful": "4",
    "q-lunch": "yes",
    "q-diet": ["vegetarian", "gluten-free"],
    "q-years": "12",
    "q-home": "Att lyssna.\r\nMera.",
    "q-word": "Öppet",
}


def asking(desk: Desk, **changes: Any) -> EventRecord:
    return opened(desk, **{"survey": {"questions": QUESTIONS}} | changes)


@pytest.fixture
def after(time: Time) -> datetime:
    """An hour after the end of the event."""
    time.now = ENDS + HOUR
    return time.now


def answer(ask: Ask, record: EventRecord, time: Time, **changes: Any) -> Any:
    """Send a survey that was shown a minute ago."""
    fields = ANSWERS | {"proof": issue(record, time.now - MINUTE)}
    fields |= {name.replace("_", "-"): value for name, value in changes.items()}
    return ask("POST", SURVEY, fields)


def stored() -> list[dict[str, Any]]:
    return [item for item in everything() if re.match("ANSWER|REMARK", item["sk"]["S"])]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("after")
def test_the_form_as_it_is_shown_is_taken(ask: Ask, desk: Desk, time: Time, language: str) -> None:
    asking(desk)
    shown = ask("GET", f"{PAGE}/{language}/survey")
    assert shown["statusCode"] == 200
    assert shown["body"].count('name="q-useful"') == 5
    told = {"sv": "Enkäten är anonym", "fi": "Kysely on nimetön", "en": "The survey is anonymous"}
    assert told[language] in text(shown)
    time.now += MINUTE
    sent = ask("POST", f"{PAGE}/{language}/survey", ANSWERS | {"proof": stamp(shown), "subject": ""})
    thanks = {"sv": "Tack för dina svar", "fi": "Kiitos vastauksistasi", "en": "Thank you for your answers"}
    assert sent["statusCode"] == 200
    assert thanks[language] in text(sent)
    assert len(stored()) == 3


@pytest.mark.parametrize(
    ("at", "changes", "told"),
    [
        (ENDS - MINUTE, {}, "öppnar när evenemanget har slutat, onsdag 16 september 2020 kl. 15.45"),
        (CLOSES, {}, "Enkäten stängde onsdag 30 september 2020 kl. 15.45"),
        (ENDS + DAY, {"survey": {"questions": QUESTIONS, "closes_after": "P1D"}}, "Enkäten stängde"),
        (ENDS + HOUR, {"cancelled": True}, "Evenemanget är inställt"),
    ],
)
def test_a_survey_that_is_not_open_says_so_and_takes_nothing(
    ask: Ask, desk: Desk, time: Time, at: datetime, changes: dict[str, Any], told: str
) -> None:
    record = asking(desk, **changes)
    time.now = at
    shown = ask("GET", SURVEY)
    assert shown["statusCode"] == 200
    assert told in text(shown)
    assert "<form" not in shown["body"]
    before = everything("none")
    sent = answer(ask, record, time)
    assert sent["statusCode"] == 409
    assert told in text(sent)
    assert everything("none") == before


def test_a_survey_takes_answers_from_the_end_of_the_event_until_it_closes(
    ask: Ask, desk: Desk, time: Time
) -> None:
    record = asking(desk)
    for at in (ENDS, CLOSES - MINUTE):
        time.now = at
        assert answer(ask, record, time)["statusCode"] == 200


@pytest.mark.parametrize("changes", [{}, {"thanks": {"feedback": "https://enkat.example/seminarium"}}])
@pytest.mark.usefixtures("after")
def test_an_event_without_a_survey_has_no_page_for_it(
    ask: Ask, organise: Ask, desk: Desk, time: Time, changes: dict[str, Any]
) -> None:
    record = opened(desk, **changes)
    assert ask("GET", SURVEY)["statusCode"] == 404
    assert answer(ask, record, time)["statusCode"] == 404
    assert organise("GET", "/survey")["statusCode"] == 404
    assert json.loads(organise("GET", "/figures")["body"])["survey"] is None


@pytest.mark.usefixtures("after")
def test_what_is_kept_of_an_answer_is_the_answers_and_nothing_else(ask: Ask, desk: Desk, time: Time) -> None:
    record = asking(desk)
    before = everything("none")
    proof = issue(record, time.now - MINUTE)
    for _ in range(STRIDE):  # the tenth form of a network is the one whose counting is written down
        answer(ask, record, time, proof=proof)
    new = [item for item in everything("none") if item not in before]
    [choices, home, word] = sorted(stored(), key=lambda item: item["sk"]["S"])
    assert set(choices) == {"pk", "sk", "choices"}
    # When they are erased is the same for all of the event.
    assert set(home) == set(word) == {"pk", "sk", "text", "erased_at", "expires"}
    assert choices["choices"]["M"].keys() == {"useful", "lunch", "diet", "years"}
    assert (home["text"], word["text"]) == ({"S": "Att lyssna.\nMera."}, {"S": "Öppet"})
    assert [item["pk"]["S"].split("#")[0] for item in new if item not in stored()] == ["LIMIT"]
    proofs = [proof, *proof.split("."), issue(record, time.now).split(".")[0]]
    for told in ("192.0.2", "2020-09-16", str(int(time.now.timestamp()))[:6], *proofs):
        assert told not in json.dumps(stored())


@pytest.mark.usefixtures("after")
def test_nothing_ties_an_answer_to_its_texts_or_to_a_participant(desk: Desk, ask: Ask, time: Time) -> None:
    desks = Desks(desk)
    record = desks.apply(survey={"questions": QUESTIONS}, thanks={})
    guests(desks, record, "Ada", "Bo")
    answer(ask, record, time)
    ids = [item["sk"]["S"].split("#")[-1] for item in stored()]
    assert len(ids) == len(set(ids)) == 3
    tied = [item for item in everything("none") if item not in stored()]
    assert not [each for each in ids if each in json.dumps(tied)]
    for registration in desk.registrations.of_event("seminarium"):
        for told in (registration.id, registration.holder, registration.participant.name, "@"):
            assert told not in json.dumps(stored())


@pytest.mark.usefixtures("after")
def test_a_form_that_is_sent_twice_counts_once_and_as_it_was_sent_first(
    ask: Ask, desk: Desk, time: Time
) -> None:
    record = asking(desk)
    proof = issue(record, time.now - MINUTE)
    answer(ask, record, time, proof=proof)
    before = stored()
    again = answer(ask, record, time, proof=proof, **{"q-useful": "1", "q-word": "Annat"})
    assert "Tack för dina svar" in text(again)
    assert stored() == before
    answer(ask, record, time)
    assert len(stored()) == 2 * len(before)


@pytest.mark.usefixtures("after")
def test_a_wrong_answer_is_named_and_the_others_are_kept(ask: Ask, desk: Desk, time: Time) -> None:
    record = asking(desk)
    wrong: dict[str, Any] = {"q-useful": "", "q-years": "-1", "q-lunch": "no", "q-diet": "vegetarian"}
    before = everything("none")
    page = answer(ask, record, time, **wrong)
    assert page["statusCode"] == 422
    assert "<title>Fel: Vad tyckte du?" in page["body"]
    assert re.findall(r'<li><a href="#(q-.+?)">', page["body"]) == ["q-useful", "q-diet", "q-years"]
    assert "Hur nyttigt var det? Välj ett av alternativen" in text(page)
    assert 'value="-1"' in page["body"]
    assert "Att lyssna.\nMera.</textarea>" in page["body"].replace("\r\n", "\n")
    assert everything("none") == before
    assert answer(ask, record, time, proof=stamp(page))["statusCode"] == 200


@pytest.mark.usefixtures("after")
def test_an_empty_form_is_no_answer(ask: Ask, desk: Desk, time: Time) -> None:
    record = opened(desk, survey={"questions": QUESTIONS[3:]})
    empty = {"q-years": "", "q-home": " ", "q-word": "", "proof": issue(record, time.now - MINUTE)}
    page = ask("POST", SURVEY, empty)
    assert page["statusCode"] == 422
    assert "Hur många år? Svara på minst en fråga" in text(page)
    assert stored() == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"proof": "of now"}, "snabbare än någon hinner"),
        ({"proof": "yesterday"}, "mer än ett dygn"),
        ({"proof": "of nobody"}, "mer än ett dygn"),
        ({"subject": "Buy now"}, "Ett fält som inte visas"),
    ],
)
def test_a_form_that_no_person_seems_to_have_filled_in_comes_back_with_its_answers(
    ask: Ask, desk: Desk, time: Time, after: datetime, changes: dict[str, str], told: str
) -> None:
    record = asking(desk)
    proofs = {"of now": issue(record, after), "yesterday": issue(record, after - 25 * HOUR)}
    if "proof" in changes:
        changes = {"proof": proofs.get(changes["proof"], changes["proof"])}
    page = answer(ask, record, time, **changes)
    assert page["statusCode"] == 422
    assert told in text(page)
    assert 'value="4" required checked' in page["body"]
    assert "Buy now" not in page["body"]
    assert stored() == []
    time.now += MINUTE
    assert answer(ask, record, time, proof=stamp(page))["statusCode"] == 200


@pytest.mark.usefixtures("after")
def test_a_flood_from_one_network_is_refused(ask: Ask, desk: Desk, time: Time) -> None:
    record = asking(desk)
    desk.limits.take("network#seminarium#192.0.2.1/32", PER_NETWORK, time.now + HOUR, time.now, PER_NETWORK)
    page = answer(ask, record, time)
    assert page["statusCode"] == 429
    assert "Ditt formulär har inte tagits emot." in text(page)
    assert stored() == []


@pytest.mark.usefixtures("after")
def test_an_unknown_field_is_refused(ask: Ask, desk: Desk, time: Time) -> None:
    record = asking(desk)
    for field in ("name", "email", "q-other"):
        assert answer(ask, record, time, **{field: "x"})["statusCode"] == 400
    assert stored() == []


@pytest.mark.usefixtures("after")
def test_what_was_answered_is_shown_from_five_answers_on(
    ask: Ask, organise: Ask, desk: Desk, time: Time
) -> None:
    record = asking(desk)
    for number in range(1, SHOWN_FROM):
        answer(ask, record, time, **{"q-useful": str(number)})
    few = json.loads(organise("GET", "/survey")["body"])
    assert (few["answers"], few["questions"]) == (4, [])
    assert "from 5 answers on" in few["notice"]
    assert "Att lyssna" not in organise("GET", "/figures")["body"]
    ask("POST", SURVEY, {"q-useful": "4", "q-lunch": "no", "proof": issue(record, time.now - MINUTE)})
    shown = json.loads(organise("GET", "/survey")["body"])
    useful, lunch, diet, years, home, word = shown["questions"]
    assert shown["answers"] == 5
    assert useful["counts"] == {"1": 1, "2": 1, "3": 1, "4": 2, "5": 0}
    assert (useful["mean"], useful["answers"], useful["label"]) == (2.8, 5, QUESTIONS[0]["label"])
    assert lunch["counts"] == {"yes": 4, "no": 1}
    assert diet["counts"] == {"vegetarian": 4, "gluten-free": 4}
    assert (years["counts"], years["mean"]) == ({"12": 4}, 12)
    assert (home["texts"], word["answers"]) == (["Att lyssna.\nMera."] * 4, 4)
    assert "mean" not in lunch
    counts = [{name: each[name] for name in each if name != "texts"} for each in shown["questions"]]
    figures = organise("GET", "/figures")["body"]
    assert json.loads(figures)["survey"] == {"answers": 5, "questions": counts}
    assert "Att lyssna" not in figures


@pytest.mark.usefixtures("after")
def test_texts_are_not_shown_in_the_order_in_which_they_came(
    ask: Ask, organise: Ask, desk: Desk, time: Time
) -> None:
    record = asking(desk)
    words = [f"ord {number}" for number in range(12)]
    for word in words:
        answer(ask, record, time, **{"q-word": word})
    shown = json.loads(organise("GET", "/survey")["body"])["questions"][-1]["texts"]
    assert sorted(shown) == sorted(words)
    assert shown != words


@pytest.mark.parametrize(("after_end", "linked"), [("PT1H", True), ("P13D", True)])
def test_the_thanks_link_to_the_survey(desk: Desk, after_end: str, linked: bool) -> None:
    desks = Desks(desk)
    record = desks.apply(survey={"questions": QUESTIONS}, thanks={"after": after_end})
    guests(desks, record, "Ada")
    assert record.event.thanks_at
    desks.tick(record.event.thanks_at)
    assert desks.of(MailKind.THANKS) == [(record.event.thanks_at, "ada")]
    assert ("\nhttps://desk.example/events/seminarium/sv/survey\n" in desks.texts[-1]) is linked
    assert "öppen till onsdag 30 september 2020 kl. 15.45" in desks.texts[-1]


def test_thanks_that_are_late_link_to_no_survey_that_has_closed(desk: Desk) -> None:
    desks = Desks(desk)
    survey = {"questions": QUESTIONS, "closes_after": "PT2H"}
    guests(desks, desks.apply(survey=survey, thanks={"after": "PT1H"}), "Ada")
    desks.tick(ENDS + 3 * HOUR)
    assert "Tack för att du deltog." in desks.texts[-1]
    assert "survey" not in desks.texts[-1]
    assert "Vad tyckte du?" not in desks.texts[-1]
