"""Asking for a new personal link. The answer is the same whoever is registered and whoever is not."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import ConfigDict, EmailStr, StringConstraints, TypeAdapter, ValidationError

from ...drafting import shown
from ...errors import FieldError, InvalidInput, TooManyRequests
from ...gateway import Response, Router
from ...http import form_of, status_of
from ...managing import send_link_again
from ...models import EventRecord
from .guard import SWITCH
from .telling import refused, tell
from .wiring import event_page, known, source_of, wiring

MAX_ADDRESS = 4_000
"""Bytes; an address has 254 characters, and each is sent as at most 12."""

FIELDS = frozenset({"email", SWITCH})

ADDRESS: TypeAdapter[str] = TypeAdapter(
    Annotated[EmailStr, StringConstraints(max_length=254)], config=ConfigDict(defer_build=True)
)

router = Router()


@router.get("/events/<event_id>/<language>/lost-link")
def show_lost_link(event_id: str, language: str) -> Response[str]:
    """The form that asks for the address."""
    return _form_page(known(language), shown(wiring().desk, event_id), "")


def _form_page(
    language: str, record: EventRecord, address: str, wrong: InvalidInput | None = None
) -> Response[str]:
    about: dict[str, Any] = {"values": {"email": address}, "problems": wrong.problems if wrong else ()}
    status = status_of(wrong) if wrong else HTTPStatus.OK
    return event_page("lost-link", language, record, status, **about)


@router.post("/events/<event_id>/<language>/lost-link")
def send_lost_link(event_id: str, language: str) -> Response[str]:
    """Mail a new link if the address is registered, and tell nobody whether it is."""
    record = shown(wiring().desk, event_id)
    language = known(language)
    values = form_of(router.current_event, FIELDS, MAX_ADDRESS)
    typed = values.get("email", "")
    if SWITCH in values:
        return _form_page(language, record, typed)
    try:
        address = _address(typed)
        _count(event_id)
    except InvalidInput as wrong:
        return _form_page(language, record, typed, wrong)
    except TooManyRequests as refusal:
        return refused(language, record, refusal)
    send_link_again(wiring().desk, record, address, wiring().now())
    return tell("lost-link-sent", language, record)


def _address(typed: str) -> str:
    try:
        return ADDRESS.validate_python(typed.strip())
    except ValidationError as error:
        code = "not-an-email-address" if typed.strip() else "missing"
        raise InvalidInput(FieldError("email", code, "write an e-mail address")) from error


def _count(event_id: str) -> None:
    """Count the request with its network, as a registration is. Raises TooManyRequests."""
    wired, source = wiring(), source_of(router.current_event)
    wired.tally.check(wired.desk, event_id, source, wired.now())
    wired.tally.add(wired.desk, event_id, source, wired.now())
