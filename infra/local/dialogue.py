"""The dialogue of the seed event, and what those who took part say of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .life import EVENT, Life, kind_of

GUESTS = [number for number in range(14) if number not in (6, 10)]
"""Who joins the meeting: twelve of those with a seat."""

SURVEY = f"/events/{EVENT}/sv/survey"


def groups(life: Life) -> None:
    """The organisers have the dialogue groups made, the day before the join links go out."""
    life.at("2020-09-14T09:00")
    made = life.ask("POST", "/groups", {})
    sizes = [group["size"] for group in made["groups"]]
    fit = (sum(sizes), all(5 <= size <= 8 for size in sizes), made["same_organisation_pairs"])
    # All who chose English are in one group: two of them are of one municipality, two of one agency.
    life.check("dialogue groups: people, sizes from 5 to 8, pairs of one organisation", (50, True, 2), fit)
    life.say(f"{len(sizes)} dialogue groups of {min(sizes)} to {max(sizes)} people mix the organisations")


def groups_afterwards(life: Life) -> None:
    """One left and one came: hardly anybody changes the group."""
    found: dict[str, Any] = life.admin("GET", "/groups")
    seated = sum(group["size"] for group in found["groups"])
    life.check(
        "after one left and one came: people, few moved", (50, True), (seated, len(found["moves"]) <= 1)
    )


def notes(life: Life) -> None:
    """A facilitator hands in what a group said."""
    group = life.admin("GET", "/groups")["groups"][0]["id"]
    text = "- Öppenhet börjar i *vardagen*.\n- Den som frågar får ett svar.\n".encode()
    life.admin("PUT", f"/notes/{group}", text, "text/markdown")
    kept = life.admin("GET", f"/notes/{group}")["markdown"]
    life.check("the notes of a group", text.decode(), kept)


def thanks(life: Life, people: list[dict[str, str]]) -> None:
    """Who joined is thanked, and asked what it was like; nobody can tell who answered what."""
    life.at("2020-09-16T14:00")
    sent = [str(mail["To"]) for mail in life.deliver() if kind_of(mail) == "thanks"]
    life.check("thanks: those who joined", {people[number]["email"] for number in GUESTS}, set(sent))
    life.at("2020-09-16T15:00")
    life.page("survey", "GET", SURVEY)
    forms = [life.open_form(SURVEY) for _ in range(6)]
    life.at("2020-09-16T15:05")
    answers = Counter[int]()
    for number, proof in enumerate([*forms, forms[0]]):
        fields = {"q-useful": str(3 + number % 3), "q-take-home": "Mod att fråga.", "q-another-stop": "yes"}
        status, _ = life.page(
            "survey-sent", "POST", SURVEY, fields=fields | {"proof": proof}, encode_multipart=False
        )
        answers[status] += 1
    results = life.admin("GET", "/survey")
    useful = results["questions"][0]
    told = (dict(answers), results["answers"], useful["counts"], useful["mean"])
    counts = {"1": 0, "2": 0, "3": 2, "4": 2, "5": 2}
    life.check("the survey: one form sent twice counts once", ({200: 7}, 6, counts, 4.0), told)
    life.say("Those who joined are thanked, and six answer the anonymous survey")
