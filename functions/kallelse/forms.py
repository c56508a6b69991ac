"""Reading the registration form: from submitted text to a participant, or what is wrong with it."""

from __future__ import annotations

from pydantic import ValidationError

from .errors import FieldError, InvalidInput
from .models import Participant

FIELDS = frozenset(Participant.model_fields)

CODES = {
    "missing": "missing",
    "string_too_short": "missing",
    "string_too_long": "too-long",
    "too_long": "too-long",
    "string_pattern_mismatch": "control-characters",
    "enum": "not-a-choice",
}
"""The codes of pydantic's errors in the words of the catalogues."""


def participant_in(values: dict[str, str], languages: tuple[str, ...]) -> Participant:
    """The participant that the form describes. Raises InvalidInput, which names every field."""
    given = {name: value for name, value in values.items() if value.strip()}
    try:
        participant = Participant.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        raise InvalidInput(*(_problem(str(each["loc"][0]), each["type"]) for each in found)) from error
    if participant.language not in languages:
        raise InvalidInput(FieldError("language", "not-a-choice", "choose one of the languages"))
    return participant


def _problem(field: str, kind: str) -> FieldError:
    code = CODES.get(kind, "invalid")
    if field == "email" and code == "invalid":
        code = "not-an-email-address"
    return FieldError(field, code, code.replace("-", " "))
