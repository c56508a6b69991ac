"""Messages to a selection of the participants."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from .client import Endpoint
from .exiting import say
from .showing import Context, EventId, Json, Yes, confirm, lines, show

Texts = list[str]


def message(
    ctx: Context,
    event: EventId,
    subjects: Annotated[
        Texts,
        typer.Option(
            "--subject",
            metavar="[LANGUAGE=]TEXT",
            help="Without a language, that of the event. May be repeated.",
        ),
    ],
    bodies: Annotated[
        Texts,
        typer.Option(
            "--body", metavar="[LANGUAGE=]FILE", help="A file, Markdown in UTF-8. Once for each subject."
        ),
    ],
    state: Annotated[
        Texts | None, typer.Option(help="Whom it goes to; without it, those with a seat. May be repeated.")
    ] = None,
    mode: Annotated[Texts | None, typer.Option(help="Only those who take part like this.")] = None,
    language: Annotated[Texts | None, typer.Option(help="Only those who chose this language.")] = None,
    organisation_kind: Annotated[Texts | None, typer.Option(help="Only those of this kind.")] = None,
    answer: Annotated[
        Texts | None, typer.Option(metavar="QUESTION:ANSWER", help="Only those who answered this.")
    ] = None,
    joined: Annotated[
        bool | None, typer.Option(help="Only those who joined the meeting, or did not.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count the recipients and show the first letter.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Write to participants. It tells to how many, and asks, before anything is sent."""
    draft = {
        "subject": _by_language(ctx.obj, event, subjects),
        "body": {
            name: _read(text) for name, text in _by_language(ctx.obj, event, bodies).items()
        },
        "selection": {
            "states": state or [],
            "modes": mode or [],
            "languages": language or [],
            "organisation_kinds": organisation_kind or [],
            "answers": _by_question(answer or []),
            "joined": joined,
        },
    }  # fmt: skip
    trial = draft | {"dry_run": True}
    if dry_run:
        show(ctx.obj.ask("POST", "events", event, "messages", content=trial), as_json, _preview)
        return
    if not yes:
        number = ctx.obj.ask("POST", "events", event, "messages", content=trial).content["recipients"]
        confirm(f"Send this to {number} {'person' if number == 1 else 'people'}?", yes)
    show(ctx.obj.ask("POST", "events", event, "messages", content=draft), as_json, _tell)


def _preview(trial: Any) -> None:
    say(f"It would go to {trial['recipients']}.")
    if trial["preview"]:
        lines(f"{trial['preview']['subject']}\n\n{trial['preview']['text']}")


def _tell(stored: Any) -> None:
    say(f"Message {stored['number']} is {stored['state']}; it is sent within a minute.")


def _by_language(endpoint: Endpoint, event: str, texts: Texts) -> dict[str, str]:
    """Texts by their languages; one that names none is in that of the event."""
    found: dict[str, str] = {}
    for text in texts:
        named = re.fullmatch("([a-z]{2,3})=(.*)", text, re.DOTALL)
        language = named[1] if named else endpoint.ask("GET", "events", event).content["event"]["language"]
        if language in found:
            raise typer.BadParameter(f"there are two texts in {language}")
        found[language] = named[2] if named else text
    return found


def _read(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{name} is no file that can be read as UTF-8") from error


def _by_question(answers: Texts) -> dict[str, Texts]:
    found: dict[str, Texts] = {}
    for each in answers:
        question, colon, answer = each.partition(":")
        if not colon:
            raise typer.BadParameter(f"write --answer QUESTION:ANSWER, not {each!r}")
        found.setdefault(question, []).append(answer)
    return found
