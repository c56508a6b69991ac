"""The first half of the demo: from the invitation to the end of the meeting."""

from __future__ import annotations

from collections import Counter

from ..build import ROOT
from . import webhook
from .dialogue import GUESTS
from .life import EVENT, Life, kind_of
from .people import participants


def registration(life: Life, people: list[dict[str, str]]) -> None:
    """Sixty people want fifty seats."""
    life.at("2020-08-17T09:00")
    source = (ROOT / f"templates/events/{EVENT}.yaml").read_bytes()
    life.admin("PUT", "", source + webhook.in_file(life), "application/yaml")
    webhook.connect(life)
    status, _ = life.page("event", "GET", f"/events/{EVENT}/sv")
    life.check("the event page is there", 200, status)
    life.say("The event is loaded: Förtroendebygge, 50 seats")
    forms = [life.open_form() for _ in people]
    life.at("2020-08-17T09:05")
    answers = Counter[str]()
    for number, (person, form) in enumerate(zip(people, forms, strict=True), 1):
        _, text = life.register(person, form, f"registered-{number:02}")
        answers["seat"] += "Du är anmäld" in text
        answers["waiting"] += "Du står i kö" in text
    life.register(people[0], forms[0], "registered-twice")
    life.check("answers: seat, waiting", (50, 10), (answers["seat"], answers["waiting"]))
    life.check(
        "registrations after one was sent twice",
        60,
        len(life.admin("GET", "/registrations?limit=200")["registrations"]),
    )
    kinds = Counter(map(kind_of, life.deliver()))
    life.check("mails after registration", {"confirmed": 50, "waiting": 10}, dict(kinds))
    card = life.request("GET", f"/events/{EVENT}/sv/card.png")
    life.check(
        "the picture for links to the event",
        (200, "86400"),
        (card.status, card.headers["cache-control"][-5:]),
    )
    life.say("60 people registered, one of them twice: 50 have a seat, 10 wait")


def a_place_changes_hands(life: Life, people: list[dict[str, str]]) -> None:
    """One cancels through the link in the mail, and the first in line gets the seat."""
    manage = life.link(people[6], "manage")
    life.page("manage", "GET", manage)
    status, _ = life.page("cancelled", "POST", f"{manage}/cancel")
    life.deliver()
    states = state_of_people(life)
    life.check("cancelling by the link in the mail", (200, "cancelled"), (status, states[people[6]["email"]]))
    first, second = states[people[50]["email"]], states[people[51]["email"]]
    life.check("the first in line, the second in line", ("confirmed", "waiting"), (first, second))
    life.say("One cancels; the first in line gets the seat and is told")


def state_of_people(life: Life) -> dict[str, str]:
    """The state of each address."""
    registrations = life.admin("GET", "/registrations?limit=200")["registrations"]
    return {each["participant"]["email"]: each["state"] for each in registrations}


def too_late(life: Life) -> None:
    """One tries the day after the last day."""
    life.at("2020-09-09T20:58")
    form = life.open_form()
    life.at("2020-09-10T08:00")
    late = participants()[0] | {"name": "Gun Sent", "email": "sent@example.org"}
    status, text = life.register(late, form, "too-late")
    told = "Anmälan stängde onsdag 9 september 2020" in text
    life.check("on 10 September: refused and told why", (409, True), (status, told))
    life.check("the late one is not registered", False, "sent@example.org" in state_of_people(life))
    life.say("One comes too late and is told that registration closed on the 9th")


def join_links(life: Life, people: list[dict[str, str]]) -> None:
    """A day before the start everybody with a seat gets a link; one promoted afterwards at once."""
    life.at("2020-09-15T10:00")
    sent = Counter(str(mail["To"]) for mail in life.deliver() if kind_of(mail) == "join-link")
    confirmed = {address for address, state in state_of_people(life).items() if state == "confirmed"}
    life.check("join links: everybody with a seat, once", dict.fromkeys(confirmed, 1), dict(sent))
    life.say(f"{len(sent)} join links are sent")
    life.page("cancelled-late", "POST", f"{life.link(people[10], 'manage')}/cancel")
    mails = [mail for mail in life.deliver() if mail["To"] == people[51]["email"]]
    kinds = [kind_of(mail) for mail in mails]
    life.check("the one promoted afterwards", ["join-link", "message", "promoted", "waiting"], sorted(kinds))
    life.say("Another cancels; the next in line gets the seat and the join link at once")
    status, text = life.page("join-early", "POST", life.link(people[0], "join"))
    told = "onsdag 16 september 2020 kl. 12.30" in text.replace("\N{NO-BREAK SPACE}", " ")
    life.check("too early for the meeting: told when", (200, True), (status, told))


def meeting(life: Life, people: list[dict[str, str]]) -> None:
    """Inside the window the link leads to the meeting, afterwards no more."""
    life.at("2020-09-16T10:05")
    path = life.link(people[0], "join")
    shown, _ = life.page("join-open", "GET", path)
    answer = life.request("POST", path)
    for number in GUESTS[1:]:
        life.request("POST", life.link(people[number], "join"))
    address = "https://webbseminarium.example/fortroendebygge"
    life.check(
        "in time: the meeting address",
        (200, 303, address),
        (shown, answer.status, answer.headers["location"]),
    )
    cancelled, _ = life.page("join-cancelled", "GET", life.link(people[10], "join"))
    life.check("the link of one who cancelled", 404, cancelled)
    life.say("The join link leads to the meeting")
    life.at("2020-09-16T13:00")
    status, text = life.page("join-over", "POST", path)
    life.check("after the end: told so", (200, True), (status, "Mötet slutade" in text))


def organisers_write(life: Life, people: list[dict[str, str]]) -> None:
    """The organisers write to those who wait, having looked first at whom it reaches and how it looks."""
    draft = {
        "subject": {"sv": "Tack för att du väntar", "fi": "Kiitos, että odotat"},
        "body": {"sv": "Turnén har **fler orter**.", "fi": "Kiertueella on **muitakin paikkakuntia**."},
        "selection": {"states": ["waiting"]},
    }
    trial = life.ask("POST", "/messages", draft | {"dry_run": True})
    seen = "Turnén har **fler orter**." in trial["preview"]["text"]
    life.check("a message to those who wait: tried, seen", (9, True), (trial["recipients"], seen))
    before = len(life.cloud.sent)
    life.ask("POST", "/messages", draft)
    kinds = Counter(map(kind_of, life.deliver()[before:]))
    life.check("the message: sent", {"message": 9}, dict(kinds))
    registrations = life.admin("GET", "/registrations?limit=200")["registrations"]
    first = next(each for each in registrations if each["participant"]["email"] == people[0]["email"])
    preview = life.admin("GET", f"/registrations/{first['id']}/preview/join-link")
    told = ("Din möteslänk" in preview["subject"], len(life.cloud.sent) - before)
    life.check("a preview of the join link: seen, sent", (True, 9), told)
    life.say("The organisers write to the 9 who wait, and look at the join link's mail beforehand")
