"""Messages from the organisers: handed in, and posted to those who are selected at that moment.

The same content handed in again as the newest message is that message, so that a request whose answer
was lost can be repeated.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from .drafting import check_published
from .errors import AlreadyChanged, FieldError, InvalidInput
from .models import Draft, Event, EventRecord, MailKind, Message, MessageState, Registration, Selection
from .ports import Desk
from .scheduling import mail_of


def hand_in(desk: Desk, record: EventRecord, draft: Draft, author: str, now: datetime) -> Message:
    """Store a message; the clock's next tick posts it.

    Raises NotPublished, InvalidInput or AlreadyChanged.
    """
    check_published(record)
    check(record.event, draft)
    latest = desk.messages.latest(record.event.id)
    if latest and latest.says(draft):
        return latest
    message = Message(
        event_id=record.event.id,
        number=latest.number + 1 if latest else 1,
        subject=draft.subject,
        body=draft.body,
        selection=draft.selection,
        author=author,
        handed_in_at=now,
    )
    if not desk.messages.put(message):
        raise AlreadyChanged("another message was handed in at the same moment; try again")
    return message


def check(event: Event, draft: Draft) -> None:
    """Raises InvalidInput when the message cannot go out to the event's participants as it is."""
    found = [
        FieldError(field, "missing", f"write it in {event.language!r} too, the language of the event")
        for field, text in (("subject", draft.subject), ("body", draft.body))
        if event.language not in text
    ]
    if set(draft.subject) != set(draft.body):
        found.append(FieldError("body", "invalid", "write it in the same languages as the subject"))
    for name, answers in draft.selection.answers.items():
        found += problems_of_answers(event, f"selection.answers.{name}", name, answers)
    if found:
        raise InvalidInput(*found)


def problems_of_answers(event: Event, field: str, name: str, answers: tuple[str, ...]) -> list[FieldError]:
    """What is wrong, in a field, with a selection by the answers to one question."""
    questions = {each.id: each for each in event.form.questions}
    if name not in questions:
        return [FieldError(field, "not-a-choice", f"the event's questions are: {_listed(questions)}")]
    offered = questions[name].offered
    if offered and not set(answers) <= set(offered):
        return [FieldError(field, "not-a-choice", f"choose among: {_listed(offered)}")]
    return []


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def select(desk: Desk, event_id: str, selection: Selection) -> list[Registration]:
    """Those whom the selection includes now, the first to arrive first."""
    return [each for each in desk.registrations.of_event(event_id) if selection.includes(each)]


def post(desk: Desk, event_id: str, number: int, now: datetime) -> int:
    """Create the mail of each of the selected, and give how many are new.

    Broken off and started again, it goes on where it stopped: nobody is written to twice.
    """
    message = desk.messages.get(event_id, number)
    if message is None or message.state is MessageState.POSTED:
        return 0
    known = {mail.id for mail in desk.mails.of_event(event_id)}
    # What was handed in too late goes to nobody: who took part is erased, or about to be.
    kept = now < desk.events.get(event_id).event.erased_at
    wanted = [
        mail_of(registration, MailKind.MESSAGE, message.number, now)
        for registration in (select(desk, event_id, message.selection) if kept else ())
    ]
    created = sum(mail.id not in known and desk.mails.create(mail) for mail in wanted)
    desk.messages.mark_posted(message)
    return created


def mails_by_state(desk: Desk, event_id: str) -> defaultdict[int, Counter[str]]:
    """How many mails of each message are in each state, by the number of the message."""
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for mail in desk.mails.of_event(event_id):
        if mail.kind is MailKind.MESSAGE:
            counts[mail.version][mail.state.value] += 1
    return counts
