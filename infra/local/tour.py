"""The tour that the seed event is one stop of."""

from __future__ import annotations

from collections import Counter

from ..build import ROOT
from .life import EVENT, Life, kind_of, text_of

TOUR = "regionturne-2020"
LATER_STOP = "regionturne-utkastvik"


def the_tour(life: Life, people: list[dict[str, str]]) -> None:
    """All stops are applied from one file; who is registered at one takes no seat at another."""
    life.at("2020-08-18T09:00")
    source = (ROOT / f"templates/tours/{TOUR}.yaml").read_bytes()
    stops, again = (
        {each["id"]: each["revision"] for each in applied["stops"]}
        for applied in (life.admin("PUT", f"/admin/tours/{TOUR}", source, "application/yaml") for _ in "12")
    )
    life.check("stops of the tour, the same when applied again", (8, stops), (len(stops), again))
    status, text = life.page("tour", "GET", f"/tours/{TOUR}/sv")
    life.check("the page of the tour: all stops", (200, 8), (status, text.count('<li class="')))
    elsewhere(life, people[0])
    life.say("The tour has eight stops; one person is at one of them")


def elsewhere(life: Life, person: dict[str, str]) -> None:
    """One who has a seat at the seminar asks for another at a later stop."""
    form = life.open_form(f"/events/{LATER_STOP}/sv")
    life.at("2020-08-18T09:05")
    before = len(life.cloud.sent)
    status, text = life.register(person, form, "registered-elsewhere", LATER_STOP)
    life.check("at another stop: told what a newcomer is", (200, True), (status, "Du är anmäld" in text))
    mails = life.deliver()[before:]
    told = Counter((kind_of(mail), "Förtroendebygge" in text_of(mail)) for mail in mails)
    life.check("the owner of the address is told the truth", {("registered-elsewhere", True): 1}, dict(told))
    others = life.admin("GET", f"/admin/events/{LATER_STOP}/registrations")["registrations"]
    life.check("seats that one person has", (1, 0), (1, len(others)))


def summaries_of_the_tour(life: Life) -> None:
    """One text over all stops, with what is published so far."""
    answer = life.request(
        "GET",
        f"/admin/tours/{TOUR}/summary?language=sv",
        headers={"Authorization": f"Bearer {life.cloud.token}"},
    )
    text = answer.data.decode()
    life.check(
        "the summaries of the tour as one text", (8, True), (text.count("\n## "), "Förtroendet byggs" in text)
    )


def public_summaries(life: Life) -> None:
    """The organisers show the summaries to everybody."""
    source = (ROOT / f"templates/events/{EVENT}.yaml").read_bytes() + b"\npublic_summaries: true\n"
    life.admin("PUT", "", source, "application/yaml")
    for name, path in (
        ("public-summaries", f"/events/{EVENT}/sv/summaries"),
        ("tour-summaries", f"/tours/{TOUR}/sv/summaries"),
    ):
        status, text = life.page(name, "GET", path)
        life.check(
            f"{name}: the summary is there for everybody", (200, True), (status, "Förtroendet byggs" in text)
        )
    life.say("Everybody may read the summaries of the event and of the tour")
