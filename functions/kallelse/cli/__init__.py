"""The command ``kallelse``: what organisers do, from a terminal or a script.

It is a client of the admin endpoint, for checks of the public pages, and nothing else of Kallelse.
"""

from __future__ import annotations

from typing import Annotated

import typer

from . import (
    audit,
    check,
    events,
    exports,
    figures,
    mails,
    messages,
    people,
    registrations,
    sessions,
    summaries,
    tours,
    webhooks,
)
from .client import Endpoint
from .credentials import Credentials
from .showing import Context

HELP = """The registration desk for public-sector events, from the command line.

Every command but check asks the admin endpoint at --url, signed with your AWS credentials, or with a token.
Data goes to stdout, everything said about it to stderr. Where stdout is no terminal, tables are lines
of cells between tabs."""

EXIT_CODES = """\b
Exit codes:
  0  done
  1  unexpected, or you answered no
  2  the command was written wrongly
  3  refused or invalid: what to change is said
  4  there is no such thing
  5  not allowed: who you are is not known, or lacks the role
  6  it was changed meanwhile: look again, and decide anew
  7  unavailable: no answer, or not now"""

app = typer.Typer(
    name="kallelse",
    help=HELP,
    epilog=EXIT_CODES,
    no_args_is_help=True,
    # Plain help and errors, without boxes; and no values of variables, such as tokens, in tracebacks.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for noun, group in (
    ("events", events.app),
    ("tours", tours.app),
    ("registrations", registrations.app),
    ("mails", mails.app),
    ("summary", summaries.app),
    ("person", people.app),
    ("webhooks", webhooks.app),
):
    app.add_typer(group, name=noun)

for name, command in (
    ("export", exports.export),
    ("message", messages.message),
    ("figures", figures.figures),
    ("erase", people.erase),
    ("audit", audit.audit),
    ("open", sessions.open_page),
    ("check", check.check),
):
    app.command(name)(command)


@app.callback()
def settings(
    ctx: Context,
    url: Annotated[
        str | None, typer.Option(envvar="KALLELSE_URL", help="The endpoint, without /admin.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="KALLELSE_TOKEN", help="A token to show instead of signing.")
    ] = None,
    token_command: Annotated[
        str | None,
        typer.Option(
            envvar="KALLELSE_TOKEN_COMMAND", help="A command that prints such a token, if none is given."
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="The profile to sign with, of the AWS configuration.")
    ] = None,
) -> None:
    """Read what all commands share. Tests hand in how to send and how to wait."""
    ctx.obj = Endpoint(url, Credentials(token, token_command, profile), **(ctx.obj or {}))


def main() -> None:
    """Run the command."""
    app(prog_name="kallelse")
