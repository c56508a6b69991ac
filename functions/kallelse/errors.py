"""Everything that can go wrong in the domain.

KallelseError
├── InvalidInput              a field is wrong: names the fields and the remedies
├── UnreadableRequest         the request as a whole cannot be read
│   ├── UnsupportedMediaType
│   └── BodyTooLarge
├── Unauthorised              nobody we know
├── Forbidden                 known, but not allowed to do this here
├── MatchNeeded               a change that does not tell which state it is meant for
├── Stale                     it is no longer as the caller read it
├── RepeatUnderWay            the same request is being answered at this moment
├── Unavailable               the storage does not keep up, for now
├── Unfinished                some of the work could not be done; the rest is
├── WrongMethod               the address exists, for other methods
├── Unexpected                what nobody foresaw: only its type, as its text may hold anything
├── WrongSettings             environment variables of a function that are missing or wrong
├── NotFound
│   ├── EventNotFound
│   ├── LinkNotFound          a personal link that is wrong, used up or revoked
│   ├── SummaryNotFound
│   └── TourNotFound
├── Refused                   understood, and the answer is no
│   ├── NotYetOpen
│   ├── RegistrationClosed
│   ├── EventCancelled
│   ├── EventArchived         it is put away, and nobody changes it any more
│   ├── NotPublished          a draft, of which nobody can be told
│   ├── EventFull
│   ├── OrganisationFull      the organisation has as many as the event lets it have
│   ├── WrongAudience         the event is meant for others
│   ├── SurveyNotOpen         before the end of the event, long after it, or it was cancelled
│   ├── TooFewAnswers         so few answered the survey that somebody might be recognised
│   ├── HoldExpired           the time to confirm the address or to accept the seat has ended
│   ├── ColleagueRefused      the seat cannot be passed on to this colleague
│   ├── DataErased            the time for which personal data of the event are kept is over
│   ├── RegisteredAlready     the address has a registration that lives, here or at another stop
│   ├── TooManyRequests       from one network, or about one address
│   └── AlreadyChanged        somebody else changed it first
├── FormRefused               the form does not look as if a person had just filled it in
│   ├── FormTooFast           sent sooner than a person can
│   ├── FormTooOld            or not one of ours: to be sent again
│   └── FormTrapped           a field that people do not see was filled in
├── Undelivered               a webhook's receiver did not answer, or must not be asked
└── SendError                 the mail service did not take a mail
    ├── ShiftOver             surely unsent: the mailer's time ends before its turn comes
    ├── SendThrottled         surely unsent, try again soon
    ├── SendingPaused         surely unsent, and an operator has to act
    ├── SendRejected          surely unsent, and never will be
    └── SendOutcomeUnknown    the answer was lost: sent or not
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class KallelseError(Exception):
    """The root of the tree. The text of the exception is fit to show, and holds no personal data."""


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field. ``code`` names a message of the catalogues."""

    field: str
    code: str
    detail: str


class InvalidInput(KallelseError):
    """One or more fields are wrong; nothing was changed."""

    def __init__(self, *problems: FieldError) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.detail}" for problem in problems))
        self.problems = problems


class UnreadableRequest(KallelseError):
    """The body cannot be read."""


class UnsupportedMediaType(UnreadableRequest):
    """The content type is not one that the route takes."""


class BodyTooLarge(UnreadableRequest):
    """The body is larger than the route takes."""


class Unauthorised(KallelseError):
    """No credentials, or wrong ones."""


class Forbidden(KallelseError):
    """The caller is known, and no grant covers this."""


class MatchNeeded(KallelseError):
    """A change that does not tell which state it is meant for could overwrite somebody else's."""


class Stale(KallelseError):
    """The thing was changed since the caller read it; nothing was changed."""


class RepeatUnderWay(KallelseError):
    """The same request came before and is not answered yet."""


class Unavailable(KallelseError):
    """The storage does not keep up or cannot be reached; the same request may succeed in a moment."""


class Unfinished(KallelseError):
    """Some of the work could not be done; the rest is. ``failed``: its names, and the kinds of errors."""

    def __init__(self, failed: list[str]) -> None:
        super().__init__(f"could not be done: {', '.join(failed)}")
        self.failed = failed


class WrongMethod(KallelseError):
    """The address exists, for other methods."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"use {' or '.join(allowed)} here")
        self.allowed = allowed


class Unexpected(KallelseError):
    """An exception that is not of this tree, without its text, which may hold personal data."""


class WrongSettings(KallelseError):
    """Settings of a function are missing or wrong; names them."""


class NotFound(KallelseError):
    """There is no such thing."""


class EventNotFound(NotFound):
    """There is no event with this id."""


class LinkNotFound(NotFound):
    """The personal link is wrong, or revoked since the registration was cancelled."""


class SummaryNotFound(NotFound):
    """No such summary was handed in."""


class TourNotFound(NotFound):
    """There is no tour with this id."""


class Refused(KallelseError):
    """The request is understood and cannot be granted."""


class NotYetOpen(Refused):
    """Registration opens later."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__("registration has not opened yet")
        self.opens_at = opens_at


class RegistrationClosed(Refused):
    """The last day to register has passed."""


class EventCancelled(Refused):
    """The event does not take place."""


class EventArchived(Refused):
    """The event is put away: it can be read, and not changed any more."""


class NotPublished(Refused):
    """The event is a draft, of which nobody can be told."""


class OrganisationFull(Refused):
    """The participant's organisation has as many registered as the event lets it have."""


class WrongAudience(Refused):
    """The event is meant for others. ``field``: what tells, such as ``organisation_kind``."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the event is not meant for this {field}")
        self.field = field


class SurveyNotOpen(Refused):
    """The survey takes no answers: not yet, no more, or not at all as the event was cancelled."""


class TooFewAnswers(Refused):
    """So few answered the survey that somebody might be recognised."""


class HoldExpired(Refused):
    """The time to confirm the address or to accept the seat has ended."""


class ColleagueRefused(Refused):
    """The seat cannot be passed on to this colleague."""


class DataErased(Refused):
    """The event's personal data are erased, or their time is over."""


class RegisteredAlready(Refused):
    """The address is registered already; for organisers only. The id tells nothing of the person."""

    def __init__(self, event_id: str, registration_id: str, state: str) -> None:
        super().__init__(f"the address is registered already: at {event_id}, as {registration_id}, {state}")
        self.event_id, self.registration_id, self.state = event_id, registration_id, state


class TooManyRequests(Refused):
    """Too many from one network, or about one address."""


class EventFull(Refused):
    """Every seat is taken and the event has no waiting list."""


class AlreadyChanged(Refused):
    """The thing is no longer as it was when it was read."""


class FormRefused(KallelseError):
    """The form does not look as if a person had just filled it in; nothing was changed."""


class FormTooFast(FormRefused):
    """Sent sooner after it was shown than a person can fill it in."""


class FormTooOld(FormRefused):
    """Shown too long ago, or not by us: to be looked through and sent again."""


class FormTrapped(FormRefused):
    """A field that people do not see was filled in."""


class Undelivered(KallelseError):
    """A delivery was not answered, or its address must not be sent to. The text says which."""


class SendError(KallelseError):
    """The mail service did not take a mail."""


class ShiftOver(SendError):
    """The mailer's time ends before the mail may be sent: surely unsent."""


class SendThrottled(SendError):
    """Too many at once: surely unsent."""


class SendingPaused(SendError):
    """The account cannot send now: surely unsent."""


class SendRejected(SendError):
    """The mail or its recipient is refused: surely unsent."""


class SendOutcomeUnknown(SendError):
    """The request left and no answer came."""
