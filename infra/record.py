"""Writes infra/PRIVACY.md, the record of processing, from the models and from what is said here.

What a field that tells of a person is needed for is said where it is defined (``models/privacy.py``).
Here is what no field knows: where it lies, about whom, on which basis, how long, and who gets it. Every
other field is named in ``IMPERSONAL``, so that none is stored without somebody having thought about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from kallelse import models
from kallelse.models import dialogue, form, privacy, survey, webhook

RECORD = Path(__file__).parent / "PRIVACY.md"

EVENT_BASIS = "that of the event"
HEALTH_BASIS = f"{EVENT_BASIS}; of health, explicit consent (9(2)(a))"
RECORDS = "answering for what a public body does (6(1)(e), 5(2))"
SECURITY = "keeping the service safe and the mails wanted (6(1)(e), 32)"
RETENTION = "the retention of the event is over, or they are erased"
ORGANISERS = "organisers who have a role for the event"


@dataclass(frozen=True)
class Kept:
    """Items whose keys have one of ``prefixes``. ``fields``: those of items that have no model, and why."""

    what: str
    prefixes: tuple[str, ...]
    about: str
    basis: str
    until: str
    seen_by: str
    model: type[models.Model] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


KEPT = (
    Kept(
        "Registrations", ("REG",), "participants", HEALTH_BASIS, RETENTION,
        f"{ORGANISERS}; the participant", models.Registration,
    ),
    Kept(
        "Seats and lines", ("SEATS", "QUOTA", "WAIT"), "participants", EVENT_BASIS, RETENTION, "nobody",
        fields={
            "holders": "to give no seat twice: the `holder` of each registration",
            "organisation": "to limit the seats of one organisation",
            "arrival and id of a registration": "to keep the line in order",
        },
    ),
    Kept("Mails", ("MAIL",), "participants, named bodies, organisers", EVENT_BASIS, RETENTION,
        f"{ORGANISERS}; the participant", models.Mail),
    Kept("Personal links", ("TOKEN", "LINK"), "participants", EVENT_BASIS,
        f"{RETENTION}; cancelling lets them open nothing", "nobody", models.Token),
    Kept(
        "Openings of summaries", ("OPENED",), "participants, named bodies", EVENT_BASIS, RETENTION,
        f"{ORGANISERS}; the participant",
        fields={
            "recipient": "to tell how many were reached, by the id of the registration",
            "at": "to tell how many were reached; a sign only, since mail scanners open links too",
        },
    ),
    Kept("Dialogue groups", ("GROUPS",), "participants", EVENT_BASIS, RETENTION,
        f"{ORGANISERS}; each participant the own group, without who else is in it", models.Allocation),
    Kept("Claims at the stops of a tour", ("PERSON",), "participants", EVENT_BASIS,
        "40 seconds; DynamoDB deletes them within days", "nobody", models.Claim),
    Kept("Answers to the survey", ("ANSWER", "REMARK"), "nobody, unless a text names somebody", EVENT_BASIS,
        "the texts: the retention of the event is over; the choices, which tell of nobody: for good",
        ORGANISERS, models.SurveyAnswer),
    Kept("The event", ("EVENT",), "contacts, speakers, facilitators, named bodies", EVENT_BASIS,
        "an organiser changes the event file",
        "everybody (contacts, speakers); participants (facilitators); organisers (named bodies)",
        models.EventRecord),
    Kept("The tour", ("TOUR",), "contacts, speakers, facilitators, named bodies", EVENT_BASIS,
        "an organiser changes the series file", "as of the event", models.TourRecord),
    Kept("Messages", ("MESSAGE",), "organisers, and whom they name", EVENT_BASIS, "for good",
        f"{ORGANISERS}; those whom the message goes to", models.Message),
    Kept("Notes of groups", ("NOTE",), "facilitators, and whom they name", EVENT_BASIS, RETENTION,
        ORGANISERS, models.Note),
    Kept("Summaries", ("SUMMARY",), "organisers", RECORDS, "for good", ORGANISERS, models.Summary),
    Kept("Audit log", ("AUDIT",), "organisers; participants by the ids of their registrations", RECORDS,
        "for good", "administrators", models.Entry),
    Kept("Webhooks", ("WEBHOOK",), "nobody", EVENT_BASIS, "for good", "administrators who make a secret",
        models.WebhookRecord),
    Kept("Deliveries of webhooks", ("DELIVERY",), "participants", EVENT_BASIS, RETENTION,
        f"{ORGANISERS}; the receivers that the event file names", models.Delivery),
    Kept("Answers to organisers", ("REPLY",), "participants, organisers", EVENT_BASIS,
        "a day; DynamoDB deletes them within days", "the organiser who asked", models.Reply),
    Kept("Sessions of organisers", ("SESSION",), "organisers", SECURITY,
        "8 hours, or they sign out; DynamoDB deletes them within days", "nobody", models.Session),
    Kept(
        "Dead addresses", ("SUPPRESSED",), "participants", SECURITY,
        "for good, also when the person is erased", "nobody",
        fields={"SHA-256 of the address": "to write no more to an address that bounced or complained"},
    ),
    Kept("Erasures under way", ("ERASED",), "participants who are erased", SECURITY,
        "the ledger has them, in minutes", "nobody", models.Erasure),
    Kept(
        "Counters against abuse", ("LIMIT",), "visitors", SECURITY,
        "an hour or a day; DynamoDB deletes them within days", "nobody",
        fields={"SHA-256 of a network or a registration": "to let no flood of forms or mails through"},
    ),
)  # fmt: skip

ABOUT_NOBODY = frozenset({"EVENTS", "CARDS", "FIGURES", "FULL", "LINE", "TURN", "PACE", "DESK"})
"""What else the keys of the table begin with: these items tell of no person."""

ELSEWHERE = (
    ("Texts and documents of summaries, in the bucket", "whom they name; contacts", "for good, all versions"),
    ("Ledger of erasures, in the bucket", "nobody: SHA-256 of the ids of an event and a registration",
     "for good"),
    ("Exports over 1 MB, in the bucket", "participants", "a day, and a day more as an old version"),
    ("Texts of summaries, at Amazon Translate", "whom they name",
     "they are translated, and longer unless the account opts out of AWS's own use"),
    ("Letters, at the mail service (SES)", "recipients", "until they are delivered, 14 hours at most"),
    ("Events of the mail service (SNS, SQS), which name the recipient", "recipients",
     "until they are read; 14 days if they cannot be"),
    ("Back-ups of the table", "as in the table", "35 days"),
    ("Logs and metrics (CloudWatch)", "nobody: `observability.py` lists what goes out",
     "as the log group says"),
)  # fmt: skip

IMPERSONAL: dict[type[models.Model], str] = {
    models.Admission: "organisation_kinds mail_domains languages",
    models.Allocation: "event_id revision languages basis made_at erased_at",
    form.Choice: "id label",
    models.Claim: "tour_id",
    models.Delivery: "event_id webhook_id occasion version created_at until state attempt due_at failure"
    " failed_at erased_at",
    models.Details: "version since starts ends timezone places cancelled",
    models.Dialogue: "number prompts seed",
    models.Draft: "subject",
    models.Entry: "id event_id tour_id done before after",  # what names people is left out of both
    models.Erasure: "event_id serial",
    models.Event: "id language title short_description description audience hosts timezone starts ends"
    " registration_opens last_day_to_register seats seats_per_organisation waiting_list offer"
    " address_confirmation cancelled closing_words reminders summary_languages"
    " public_summaries draft embed retention canary",
    models.EventRecord: "key revision archived_at erasure_began",
    form.Form: "fields",
    dialogue.Group: "id name language address prompts",
    dialogue.GroupSize: "least most",
    models.Mail: "event_id version attempt due_at stuck erased_at",
    models.Meeting: "address opens_before join_link",
    models.Message: "event_id number state",
    models.ModeOffer: "seats place",
    models.Move: "to",
    models.Note: "event_id group version erased_at",
    privacy.Privacy: "controller basis processors",
    models.ProgrammeItem: "starts title",
    form.Question: "id kind label help required choices smallest largest",
    models.Recipient: "id language formats",
    models.Registration: "event_id revision block nonce outbox erased_at",
    models.Remark: "id question",
    models.Session: "digest step granted_until ends_at",
    models.Reply: "digest fingerprint event_id begun_at status etag",
    models.Selection: "states modes languages organisation_kinds answers joined",
    models.Series: "id language title description one_stop_each",
    models.ShownWhen: "question answers",
    models.Source: "language version",
    models.Stop: "event_id key",
    models.Summary: "event_id language version state corrects machine checksum documents",
    survey.Survey: "closes_after",
    models.SurveyAnswer: "id event_id choices erased_at",  # nothing tells whose they are
    models.Thanks: "after feedback",
    models.Token: "digest purpose event_id serial erased_at",  # pragma: allowlist secret: names of fields
    models.Tour: "id title stops",
    models.TourRecord: "key revision",
    webhook.Secret: "value ends_at",  # pragma: allowlist secret: names of fields
    models.Webhook: "id url events",
    models.WebhookRecord: "event_id webhook_id revision off_url off_since",
}

NOT_STORED = frozenset(
    {
        models.ByHand,
        models.Caller,
        models.Conditions,
        models.EventEntry,
        models.Export,
        models.Figures,
        models.Grant,
        models.Paged,
        models.ParticipantByHand,
        models.Search,
    }
)
"""Models of what comes with a call, is set, or is computed: what of it is kept is kept as another one."""


def models_in(annotation: Any) -> list[type[models.Model]]:
    """The models that a value of this type holds."""
    if isinstance(annotation, type) and issubclass(annotation, models.Model):
        return [annotation]
    return [found for each in get_args(annotation) for found in models_in(each)]


def marks(model: type[models.Model], path: str = "") -> Iterator[tuple[str, models.Personal | None]]:
    """Each field with its mark, by its path; None if it has none and is not named in IMPERSONAL."""
    for name, info in model.model_fields.items():
        mark = next((each for each in info.metadata if isinstance(each, models.Personal)), None)
        inner = models_in(info.annotation)
        if mark or not (inner or _impersonal(model, name)):
            yield f"{path}{name}", mark
        for each in inner if not mark else ():
            yield from marks(each, f"{path}{name}.")


def _impersonal(model: type[models.Model], name: str) -> bool:
    return any(name in IMPERSONAL.get(each, "").split() for each in model.__mro__)


def undecided(model: type[models.Model]) -> list[str]:
    """The fields of which nobody has said whether they tell of a person."""
    return [path for path, mark in marks(model) if mark is None]


def text() -> str:
    """The record of processing (article 30 of the General Data Protection Regulation), in Markdown."""
    elsewhere = [f"| {what} | {about} | {until} |" for what, about, until in ELSEWHERE]
    tables = [line for kept in KEPT for line in _table(kept)]
    return "\n".join([*HEAD, *tables, "## Elsewhere", "", "| What | About | Until |", "|---|---|---|",
                      *elsewhere, "", *TAIL]) + "\n"  # fmt: skip


def _table(kept: Kept) -> list[str]:
    items = ", ".join(f"`{each}`" for each in kept.prefixes)
    facts = [
        f"- Items: {items}",
        f"- About: {kept.about}",
        f"- Basis: {kept.basis}",
        f"- Until: {kept.until}",
        f"- Who gets it: {kept.seen_by}",
    ]
    found = marks(kept.model) if kept.model else ()
    rows = [f"| `{path}` | {mark.why}{_HEALTH if mark.health else ''} |" for path, mark in found if mark]
    rows += [f"| {name} | {why} |" for name, why in kept.fields.items()]
    return [f"## {kept.what}", "", *facts, "", "| Field | Needed |", "|---|---|", *rows, ""]


_HEALTH = " (may tell of health)"

HEAD = (
    "# Record of processing",
    "",
    "What Kallelse keeps about whom, why, on which basis, how long, and who gets it (article 30 of the",
    "General Data Protection Regulation, whose articles the numbers are). `make record` makes it from the",
    "models in `functions/kallelse/models` and from `infra/record.py`; it is not written by hand. The",
    "controller, its data protection officer and other processors differ between events: each event's",
    "privacy notice names them, `GET /events/{event_id}/{language}/privacy`.",
    "",
    "The basis of an event is `privacy.basis` of its file: a public task (6(1)(e)) unless it says otherwise.",
    "Its retention is `retention` after its end: P90D, 90 days, unless the file says otherwise.",
    "",
    "Amazon Web Services is the processor of all of it, in the region that Kallelse is deployed to. A",
    "meeting service, to which join links lead, is told nothing.",
    "",
)

TAIL = (
    "## Security",
    "",
    "- Table, bucket and queues are encrypted at rest, and the bucket refuses what is not TLS.",
    "- Links carry 256-bit tokens, stored as SHA-256 only; so are dead addresses and networks.",
    "- Each function may do what it needs and no more (`template.yaml`); organisers have roles.",
    "- Changes by organisers are in the audit log, without what tells of participants.",
    "- Logs, metrics and traces hold no name, address or token.",
)

if __name__ == "__main__":
    RECORD.write_text(text())
