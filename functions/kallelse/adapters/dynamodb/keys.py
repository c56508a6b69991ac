"""The keys of the table: which item is where. The README's table design is this file in prose."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

Key = dict[str, str]

DUE_INDEX = "due"
"""Holds only the keys of items with work to do: partition ``due`` (whose work), sort ``due_at`` (when)."""

FOR_SWEEP, FOR_MAILER, FOR_PUBLISHER, FOR_NOTIFIER = "sweep", "mail", "summary", "webhook"
"""Whose work it is."""


def instant(moment: datetime) -> str:
    """An instant as text that sorts by time: always UTC, always with six decimals."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def minute(moment: datetime) -> str:
    """The minute of an instant, which sorts before every instant in it."""
    return instant(moment)[:16]


def event_partition(event_id: str) -> str:
    """Everything about one event lies in one partition."""
    return f"EVENT#{event_id}"


def event_of(key: Key) -> str:
    """The event in whose partition the key is."""
    return key["pk"].removeprefix("EVENT#")


def event(event_id: str) -> Key:
    """The event itself."""
    return {"pk": event_partition(event_id), "sk": "EVENT"}


CARDS = "CARDS"
"""The sort key of whether the cards of an event are to be drawn."""


def cards(event_id: str) -> Key:
    """Whether the cards of the event are to be drawn."""
    return {"pk": event_partition(event_id), "sk": CARDS}


EVENTS = "EVENTS"
"""The partition with the list of all events."""


def event_entry(place: str) -> Key:
    """The entry of an event in the list, which sorts by start."""
    return {"pk": EVENTS, "sk": place}


SEAT_BLOCKS = "SEATS#"
"""What the sort keys of all seat blocks begin with."""


def seat_blocks(mode: str) -> str:
    """What the sort keys of a mode's seat blocks begin with."""
    return f"{SEAT_BLOCKS}{mode}#"


def seat_block(event_id: str, mode: str, number: int) -> Key:
    """A block of at most 64 seats of a mode."""
    return {"pk": event_partition(event_id), "sk": f"{seat_blocks(mode)}{number:04}"}


def full_flag(event_id: str, mode: str) -> Key:
    """Whether all seat blocks of a mode with several of them said that they are full."""
    return {"pk": event_partition(event_id), "sk": f"FULL#{mode}"}


def turn(event_id: str) -> Key:
    """Whose turn it is to arrange the seats of the event: the highest number that was given out."""
    return {"pk": event_partition(event_id), "sk": "TURN"}


def line(event_id: str, mode: str) -> Key:
    """How many joined the waiting list of a mode, and whether newcomers are sent there."""
    return {"pk": event_partition(event_id), "sk": f"LINE#{mode}"}


def quota(event_id: str, key: str) -> Key:
    """Those of one organisation, known by the hash of its code or name."""
    return {"pk": event_partition(event_id), "sk": f"QUOTA#{sha256(key.encode()).hexdigest()[:32]}"}


def registration(event_id: str, registration_id: str) -> Key:
    """A registration."""
    return {"pk": event_partition(event_id), "sk": f"REG#{registration_id}"}


def places_in_line(mode: str) -> str:
    """What the sort keys of a mode's waiting list begin with."""
    return f"WAIT#{mode}#"


def place_in_line(event_id: str, mode: str, registered_at: datetime, registration_id: str) -> Key:
    """An entry of the waiting list of a mode, which sorts by arrival."""
    return {
        "pk": event_partition(event_id),
        "sk": f"{places_in_line(mode)}{instant(registered_at)}#{registration_id}",
    }


def mails(kind: str, recipient: str) -> str:
    """What the sort keys of a recipient's mails of one kind begin with."""
    return f"MAIL#{kind}#{recipient}#"


def mail(event_id: str, kind: str, recipient: str, version: int) -> Key:
    """A mail record."""
    return {"pk": event_partition(event_id), "sk": f"{mails(kind, recipient)}{version}"}


def id_in(key: Key) -> str:
    """The id of the mail or delivery whose record has this key."""
    return "_".join([event_of(key), *key["sk"].split("#")[1:]])


SUMMARIES = "SUMMARY#"
"""What the sort keys of all summaries begin with."""


def summary(event_id: str, language: str, version: int) -> Key:
    """A version of a summary."""
    return {"pk": event_partition(event_id), "sk": f"{SUMMARIES}{language}#{version:04}"}


def notes(group: str) -> str:
    """What the sort keys of a group's notes begin with."""
    return f"NOTE#{group}#"


def note(event_id: str, group: str, version: int) -> Key:
    """A version of a group's notes."""
    return {"pk": event_partition(event_id), "sk": f"{notes(group)}{version:04}"}


def openings(recipient: str) -> str:
    """What the sort keys of a recipient's openings begin with; of all recipients, if it is empty."""
    return f"OPENED#{recipient}#" if recipient else "OPENED#"


def opening(event_id: str, recipient: str, version: int) -> Key:
    """When the page of a recipient showed a version of the summary first."""
    return {"pk": event_partition(event_id), "sk": f"{openings(recipient)}{version:04}"}


MESSAGES = "MESSAGE#"
"""What the sort keys of all messages begin with."""


def message(event_id: str, number: int) -> Key:
    """A message from the organisers."""
    return {"pk": event_partition(event_id), "sk": f"{MESSAGES}{number:06}"}


SURVEY_ANSWERS, REMARKS = "ANSWER#", "REMARK#"
"""What the sort keys of answers to the survey begin with, and those of what was written freely in them."""


def survey_answer(event_id: str, answer_id: str) -> Key:
    """What was chosen in an answer to the survey."""
    return {"pk": event_partition(event_id), "sk": f"{SURVEY_ANSWERS}{answer_id}"}


def remark(event_id: str, question: str, remark_id: str) -> Key:
    """What was written freely to one question of the survey."""
    return {"pk": event_partition(event_id), "sk": f"{REMARKS}{question}#{remark_id}"}


def tour(tour_id: str) -> Key:
    """A tour of several events."""
    return {"pk": f"TOUR#{tour_id}", "sk": "TOUR"}


def claim(tour_id: str, person: str) -> Key:
    """At which stop of a tour a person is about to be registered."""
    return {"pk": f"TOUR#{tour_id}", "sk": f"PERSON#{person}"}


def groups(event_id: str) -> Key:
    """The allocation of participants to dialogue groups."""
    return {"pk": event_partition(event_id), "sk": "GROUPS"}


WEBHOOKS, DELIVERIES = "WEBHOOK#", "DELIVERY#"
"""What the sort keys of all webhooks begin with, and those of all deliveries."""


def webhook(event_id: str, webhook_id: str) -> Key:
    """What is kept of a webhook beside the event file."""
    return {"pk": event_partition(event_id), "sk": f"{WEBHOOKS}{webhook_id}"}


def delivery(delivery_id: str) -> Key:
    """A delivery, whose id has the same parts as its key."""
    event_id, *rest = delivery_id.split("_")
    return {"pk": event_partition(event_id), "sk": DELIVERIES + "#".join(rest)}


AUDIT = "AUDIT#"
"""What the sort keys of the entries of the audit log begin with."""

EVERYWHERE = "DESK"
"""The partition of what belongs to no event and to no tour."""


def audited(event_id: str | None, tour_id: str | None) -> str:
    """The partition of the log of an event, of a tour, or of what was done everywhere."""
    if event_id:
        return event_partition(event_id)
    return f"TOUR#{tour_id}" if tour_id else EVERYWHERE


def audit(event_id: str | None, tour_id: str | None, at: datetime, entry_id: str) -> Key:
    """The beginning of an entry of the audit log, which sorts by time."""
    return {"pk": audited(event_id, tour_id), "sk": f"{AUDIT}{instant(at)}#{entry_id}"}


REPLIES = "REPLY#"
"""What the sort keys of answers to requests that may come again begin with."""


def reply(event_id: str | None, digest: str) -> Key:
    """The answer to a request that may come again."""
    return {"pk": audited(event_id, None), "sk": f"{REPLIES}{digest}"}


def links(registration_id: str) -> str:
    """What the sort keys of the entries of a registration's personal links begin with."""
    return f"LINK#{registration_id}#"


def link(event_id: str, registration_id: str, digest: str) -> Key:
    """The entry of a personal link, by which its token is found when the registration is erased."""
    return {"pk": event_partition(event_id), "sk": f"{links(registration_id)}{digest}"}


def digest_in(key: Key) -> str | None:
    """The digest of the token whose entry has this key; None for other keys."""
    return key["sk"].rsplit("#", 1)[1] if key["sk"].startswith("LINK#") else None


ERASURES = "ERASED#"
"""What the sort keys of erasures that are under way begin with."""


def erasure(event_id: str, registration_id: str) -> Key:
    """The erasure of a registration, while it is under way."""
    return {"pk": event_partition(event_id), "sk": f"{ERASURES}{registration_id}"}


PERSONAL = [
    *("LINK#", "OPENED#", "MAIL#", "REMARK#", "NOTE#", "GROUPS", "WAIT#", "QUOTA#", SEAT_BLOCKS, DELIVERIES),
    "REG#",
]
"""What the sort keys of everything about the participants of an event begin with."""


def is_of_no_participant(sort_key: str) -> bool:
    """Whether the key, one of PERSONAL, is of what concerns named bodies, organisers or summaries alone."""
    what, *rest = sort_key.split("#")
    if what == "DELIVERY":
        return not rest[1].startswith("registration-")
    return what in ("MAIL", "OPENED") and not rest[-2].startswith("r-")


def figures(event_id: str) -> Key:
    """The figures of an event whose personal data are erased."""
    return {"pk": event_partition(event_id), "sk": "FIGURES"}


def token(digest: str) -> Key:
    """What a personal link opens."""
    return {"pk": f"TOKEN#{digest}", "sk": "TOKEN"}


def session(step: str, digest: str) -> Key:
    """An entrance to the organisers' pages, or a session there."""
    return {"pk": f"SESSION#{digest}", "sk": step.upper()}


def suppressed(address: str) -> Key:
    """An address never to write to again, known by its hash only."""
    digest = sha256(address.strip().casefold().encode()).hexdigest()
    return {"pk": f"SUPPRESSED#{digest}", "sk": "SUPPRESSED"}


PACE: Key = {"pk": "PACE", "sk": "PACE"}
"""When the next mail may be sent."""


def limit(name: str) -> Key:
    """A counter, known by the hash of its name, which may tell an address or a network."""
    return {"pk": f"LIMIT#{sha256(name.encode()).hexdigest()}", "sk": "LIMIT"}
