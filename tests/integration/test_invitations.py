"""The calendar files in mails, opened by another library than the one that writes them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import vobject  # type: ignore[import-untyped]
from tests.letters import stored, the_composer, written
from tests.mails import (
    CHANGED,
    NOW,
    REGISTERED,
    STARTS,
    a_mail,
    a_record,
    a_registration,
    every_kind,
    in_the_state_for,
    the_event,
    the_event_for,
)

from kallelse.composing import Composer
from kallelse.models import Event, EventRecord, MailKind, Mode, Registration, RegistrationState
from kallelse.ports import Desk

INVITING = [
    MailKind.CONFIRMED, MailKind.PROMOTED, MailKind.PASSED_ON, MailKind.CHANGED, MailKind.EVENT_CHANGED
]  # fmt: skip
UNINVITING = [MailKind.CANCELLED, MailKind.EVENT_CANCELLED]
WITH_CALENDAR = {*INVITING, *UNINVITING}
PLACE = {"sv": "Stora salen, Åbo", "fi": "Suuri sali, Turku", "en": "The great hall, Turku"}


def calendar_part(message: EmailMessage) -> EmailMessage | None:
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) <= 1
    return parts[0] if parts else None


def opened(message: EmailMessage) -> Any:
    part = calendar_part(message)
    assert part is not None
    return vobject.readOne(part.get_content())


@every_kind
def test_mails_about_a_seat_bring_the_event_into_the_calendar_and_no_others(
    desk: Desk, kind: MailKind
) -> None:
    part = calendar_part(written(desk, kind, in_the_state_for(kind)))
    assert (part is not None) == (kind in WITH_CALENDAR)


@pytest.mark.parametrize("kind", sorted(WITH_CALENDAR), ids=str)
def test_the_content_type_names_the_method_that_is_inside(desk: Desk, kind: MailKind) -> None:
    message = written(desk, kind, in_the_state_for(kind))
    part = calendar_part(message)
    assert part is not None
    method = "CANCEL" if kind in UNINVITING else "REQUEST"
    assert (part.get_param("method"), part.get_param("charset")) == (method, "utf-8")
    assert opened(message).method.value == method


def test_mail_programs_find_the_calendar_beside_the_texts_and_people_as_an_attachment(desk: Desk) -> None:
    message = written(desk, MailKind.CONFIRMED, a_registration())
    types = [part.get_content_type() for part in message.walk()]
    texts = ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    assert types == ["multipart/mixed", *texts, "application/ics"]
    [attachment] = message.iter_attachments()
    assert attachment.get_filename() == "invite.ics"
    part = calendar_part(message)
    assert part is not None
    assert attachment.get_content() == part.get_content().encode()


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_the_invitation_says_when_where_and_from_whom_in_the_language_of_the_participant(
    desk: Desk, language: str
) -> None:
    event = the_event(seats=None, modes={"on-site": {"seats": 5, "place": PLACE}})
    registration = a_registration(language=language, mode=Mode.ON_SITE)
    entry = opened(written(desk, MailKind.CONFIRMED, registration, event)).vevent
    assert entry.dtstart.value.astimezone(NOW.tzinfo) == STARTS
    assert entry.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Europe/Helsinki"]
    assert entry.dtstamp.value == NOW
    assert (entry.summary.value, entry.location.value) == (event.title[language], PLACE[language])
    assert entry.organizer.value == "mailto:kansliet@example.org"
    assert entry.status.value == "CONFIRMED"


@pytest.mark.parametrize("kind", sorted(WITH_CALENDAR), ids=str)
def test_the_recipient_is_the_only_attendee_and_no_link_is_inside(desk: Desk, kind: MailKind) -> None:
    desk.registrations.store((None, a_registration("Bertil")))
    message = written(desk, kind, in_the_state_for(kind))
    file = opened(message)
    assert [each.value for each in file.vevent.attendee_list] == ["mailto:ada@example.org"]
    text = "".join(file.serialize().split())
    for secret in ("http", "/manage", "/join", "webbseminarium.example", "bertil", "Vasa"):
        assert secret not in text


def files(desk: Desk, *steps: tuple[MailKind, EventRecord, Registration]) -> list[Any]:
    """What the calendar gets in each of the mails."""
    opened_files = []
    composer: Composer = the_composer(desk, the_event())
    for kind, record, registration in steps:
        mail = a_mail(kind, registration)
        content = composer._content(mail, record, registration)
        assert content is not None
        letter = composer.letter(mail, record, registration, content, NOW)
        opened_files.append(opened(message_from_bytes(letter.message, policy=default)))
    return opened_files


def test_a_change_and_a_cancellation_are_of_the_same_entry_with_a_rising_sequence(desk: Desk) -> None:
    registration = a_registration()
    first = a_record(the_event())
    moved = first.changed_to(the_event(starts="2020-09-16T14:00"), NOW)
    called_off = moved.changed_to(the_event(starts="2020-09-16T14:00", cancelled=True), NOW)
    entries = files(
        desk,
        (MailKind.CONFIRMED, first, registration),
        (MailKind.EVENT_CHANGED, moved, registration),
        (MailKind.EVENT_CANCELLED, called_off, registration),
    )
    assert {entry.vevent.uid.value for entry in entries} == {"seminarium@kallelse"}
    assert [entry.vevent.sequence.value for entry in entries] == ["2", "3", "4"]
    assert [entry.method.value for entry in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [entry.vevent.status.value for entry in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_the_same_file_applied_again_leaves_the_sequence_as_it_is(desk: Desk) -> None:
    event: Event = the_event()
    revisions = [stored(desk, event, CHANGED).revision for _ in range(3)]
    assert revisions == [1, 1, 1]
    assert stored(desk, the_event(seats=9), NOW).revision == 2


def test_one_who_cancels_is_uninvited_from_an_event_that_takes_place(desk: Desk) -> None:
    entry = opened(written(desk, MailKind.CANCELLED, in_the_state_for(MailKind.CANCELLED))).vevent
    assert not hasattr(entry, "status")
    assert entry.uid.value == "seminarium@kallelse"


def test_one_who_never_had_a_seat_has_nothing_to_take_out_of_the_calendar(desk: Desk) -> None:
    registration = in_the_state_for(MailKind.CANCELLED, confirmed_at=None)
    assert calendar_part(written(desk, MailKind.CANCELLED, registration)) is None


@pytest.mark.parametrize("state", [RegistrationState.WAITING, RegistrationState.OFFERED], ids=str)
def test_those_without_a_confirmed_seat_are_told_of_the_cancellation_without_a_calendar(
    desk: Desk, state: RegistrationState
) -> None:
    kind = MailKind.EVENT_CANCELLED
    registration = a_registration(state=state, confirmed_at=None, registered_at=REGISTERED)
    message = written(desk, kind, registration, the_event_for(kind))
    assert calendar_part(message) is None
    body = message.get_body(("plain",))
    assert body is not None
    assert "Arrangörerna har ställt in" in body.get_content()
    assert "kalender" not in body.get_content()
