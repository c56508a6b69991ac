"""Turning templates into text: Jinja2 in which a missing value is an error, and gettext catalogues.

Every language is a folder ``locale/<language>`` beside the templates, and needs nothing more: how it is
called and how dates are written in it the Unicode CLDR tells, for Finland where it has that. Times are in
the event's own zone.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import DateTimePattern, format_date, parse_pattern
from babel.languages import get_official_languages
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup, escape

from .models import Details, Event, in_language

COUNTRY = "FI"
"""The country in whose way dates are written."""

FIRST = ("sv", "fi", "en")
"""The languages that come before all others; those follow in the order of their codes."""

AT = {"sv": " kl. ", "fi": " klo "}
"""What stands between a date and a time of day where Babel's CLDR lacks the word that is written there."""

NO_BREAK = "\N{NO-BREAK SPACE}"

COMPILED = ".compiled"
"""The folder beside the templates with what the build has compiled them to."""


class Names(dict[str, str]):
    """The languages in their own words, by the CLDR. One that it does not know is called by its code."""

    def __missing__(self, language: str) -> str:
        try:
            name = Locale.parse(language).get_display_name() or language
        except (UnknownLocaleError, ValueError):
            return language
        return self.setdefault(language, name[0].upper() + name[1:])


NAMES = Names()


@dataclass(frozen=True)
class Renderer:
    """Renders the templates of one folder, the templates layer."""

    templates: Path

    def render(self, template: str, language: str, /, **context: Any) -> str:
        """The template in the language. Raises jinja2.UndefinedError when a value is missing."""
        environment = self.environment(template, language)
        return environment.get_template(template).render(language=language, **context)

    def environment(self, template: str, language: str) -> Environment:
        """What renders a template in a language."""
        kind = _markdown_environment if template.endswith(".md") else _environment
        return kind(self.templates, language)

    def languages(self) -> tuple[str, ...]:
        """The languages that there is a catalogue for, in the order in which they are offered everywhere."""
        return _languages(self.templates)

    def mail_parts(self, kind: str, language: str, /, **context: Any) -> tuple[str, str, str]:
        """Subject, plain text and HTML of a mail."""
        subject, text, html = (
            self.render(f"email/{kind}/{part}", language, **context)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        # Some of its texts are those of the plain part, in which no space is kept.
        return " ".join(subject.split()), text, unbroken(html, language)


class Compiled(BytecodeCache):
    """Templates as the build has compiled them, which takes more time than all else that a page does.

    Jinja2 compiles anew what is not there, was made by another version of it or of Python, or of another
    text, as when an organisation has changed a template.
    """

    def __init__(self, templates: Path) -> None:
        self.folder = templates / COMPILED

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return name.replace("/", "~")

    def load_bytecode(self, bucket: Bucket) -> None:
        path = self.folder / bucket.key
        if path.exists():
            with path.open("rb") as file:
                bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Nothing: a function cannot write to its layer."""


@lru_cache(maxsize=1)
def _languages(templates: Path) -> tuple[str, ...]:
    found = sorted(folder.name for folder in (templates / "locale").iterdir() if folder.is_dir())
    return tuple(sorted(found, key=lambda each: FIRST.index(each) if each in FIRST else len(FIRST)))


@lru_cache(maxsize=16)
def _environment(templates: Path, language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        bytecode_cache=Compiled(templates),
        auto_reload=False,  # a layer stays as it is, and to look costs each page
        # Plain text stays plain.
        autoescape=lambda name: bool(name and name.endswith(".html")),  # noqa: S701 # nosec B701
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = gettext.translation("kallelse", templates / "locale", [language], fallback=True)
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["names"] = NAMES
    environment.filters |= {
        "text": _text,
        "paragraphs": _paragraphs,
        "markdown": markdown,
        "quoted": _quoted,
        "clock": _clock_filter,
        "day": _day_filter,
        "moment": _moment_filter,
        "period": _period_filter,
        "shortly": _shortly_filter,
        "short_day": _short_day_filter,
        "time_of_day": _time_of_day_filter,
        "tongue": _tongue_filter,
    }
    return environment


# The icon, which is on every page.
_quoted = lru_cache(maxsize=8)(quote)


@lru_cache(maxsize=16)
def _markdown_environment(templates: Path, language: str) -> Environment:
    # Only documents need it, so other functions do not pay for it.
    from .markup import plain

    return _environment(templates, language).overlay(finalize=plain)


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    """The language as the CLDR has it for the country, else for no country, else English."""
    for name in (f"{language}_{COUNTRY}", language):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", COUNTRY)


@lru_cache(maxsize=64)
def _clock_pattern(language: str) -> DateTimePattern:
    # The country's way, with a point, is that of its own languages only.
    own = language in get_official_languages(COUNTRY)
    locale = _locale(language) if own else Locale(_locale(language).language)
    return parse_pattern(locale.datetime_skeletons["Hm"].pattern)


@lru_cache(maxsize=64)
def _day_pattern(language: str) -> DateTimePattern:
    # In sentences the weekday stands in the form that goes with a date, and no comma after it.
    pattern = _locale(language).date_formats["full"].pattern
    return parse_pattern(pattern.replace("cccc", "EEEE").replace(",", ""))


@lru_cache(maxsize=256)
def clock(at: time, language: str) -> str:
    """A time of day: 13.00 in Swedish and Finnish as written in Finland, 13:00 in English."""
    return _clock_pattern(language).apply(at, _locale(language))


@lru_cache(maxsize=256)
def day(on: date, language: str) -> str:
    """A date with its weekday, such as "onsdag 9 september 2020"."""
    return _day_pattern(language).apply(on, _locale(language))


def moment(event: Event | Details, at: datetime, language: str) -> str:
    """An instant in the event's zone, such as "onsdag 16 september 2020 kl. 13.00"."""
    local = at.astimezone(ZoneInfo(event.timezone))
    return f"{day(local.date(), language)}{AT.get(language, ', ')}{clock(local.time(), language)}"


def period(event: Event | Details, language: str) -> str:
    """When the event is, such as "onsdag 16 september 2020 kl. 13.00–15.45"."""
    start = moment(event, event.starts_at, language)
    if event.starts.date() == event.ends.date():
        return f"{start}–{clock(event.ends.time(), language)}"
    return f"{start} – {moment(event, event.ends_at, language)}"


def unbroken(text: str, language: str) -> str:
    """The moments in a text of HTML with spaces that keep "kl." and the time on one line."""
    at = AT.get(language)
    return text.replace(at, f" {at.strip()}{NO_BREAK}") if at else text


def markdown(source: str, below: int = 0) -> Markup:
    """Markdown as HTML without anything that could run or load.

    ``below``: the level of the heading that it stands under; its own follow on that without a gap.
    """
    # Only the functions that write summaries need these, so the others do not pay for them.
    import nh3
    from markdown_it import MarkdownIt

    from .markup import fitted

    html = MarkdownIt("commonmark").enable("table").render(fitted(source, below + 1) if below else source)
    # A picture from elsewhere would tell that elsewhere who reads the letter, and when.
    return Markup(nh3.clean(html, tags=nh3.ALLOWED_TAGS - {"img"}))  # noqa: S704 # nosec B704


@pass_context
def _text(context: Context, text: dict[str, str]) -> str:
    return in_language(text, context["language"], context["event"].language)


def _paragraphs(text: str) -> Markup:
    parts = (part.strip() for part in text.split("\n\n"))
    return Markup("\n").join(Markup("<p>{}</p>").format(escape(part)) for part in parts if part)


def _on_one_line(context: Context, text: str) -> str:
    return unbroken(text, context["language"]) if context.eval_ctx.autoescape else text


@pass_context
def _clock_filter(context: Context, at: time) -> str:
    return clock(at, context["language"])


@pass_context
def _day_filter(context: Context, on: date) -> str:
    return day(on, context["language"])


@pass_context
def _moment_filter(context: Context, at: datetime, event: Event | None = None) -> str:
    return _on_one_line(context, moment(event or context["event"], at, context["language"]))


@pass_context
def _shortly_filter(context: Context, at: datetime) -> str:
    """An instant in the event's zone, short enough for a table, such as "16 sep. 2020 13.00"."""
    local, language = at.astimezone(ZoneInfo(context["event"].timezone)), context["language"]
    return f"{_short_day(local, language)} {clock(local.time(), language)}"


@pass_context
def _short_day_filter(context: Context, on: date) -> str:
    return _short_day(on, context["language"])


def _short_day(on: date, language: str) -> str:
    return format_date(on, "medium", locale=_locale(language))


@pass_context
def _time_of_day_filter(context: Context, at: datetime) -> str:
    return clock(at.astimezone(ZoneInfo(context["event"].timezone)).time(), context["language"])


@pass_context
def _period_filter(context: Context, event: Event | Details) -> str:
    return _on_one_line(context, period(event, context["language"]))


@pass_context
def _tongue_filter(context: Context, language: str) -> str:
    """What a language is called in the language of the page."""
    try:
        return Locale.parse(language).get_display_name(_locale(context["language"])) or language
    except (UnknownLocaleError, ValueError):
        return language
