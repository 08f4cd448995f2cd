"""From an alert to its message: templates filled with what there is room for.

The shipped templates lie in `templates/`, one folder a medium; a channel's own folder overrides
them by file name (docs/templates.md). Nothing here touches the network or the clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateError,
)

from monitor.model.alert import AlertContent, AlertKind
from monitor.notify.cleaning import one_line, shorten
from monitor.notify.dialects import CONSOLE, MAIL_HTML, MAIL_TEXT, PLAIN, Dialect, quiet
from monitor.notify.view import AlertView, Room, view, when

_DIGESTS = frozenset({AlertKind.DIGEST, AlertKind.SUMMARY})
_NOTICES = frozenset({AlertKind.NOTICE, AlertKind.TEST})
_TRAILING = re.compile(r"[ \t]+(?=\n)")
_GAPS = re.compile(r"\n{3,}")
_NARROWEST = 30


WHOLE = Room()


class Medium(StrEnum):
    """The folder of templates that a form is filled from."""

    MAIL = "mail"
    CHAT = "chat"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Form:
    """What a channel can show: its markup, its limits, whether it has a title of its own."""

    medium: Medium
    dialect: Dialect
    limit: int | None = None
    """Of the text, counted by the dialect's `measure`."""
    title_limit: int = 0
    """Characters of the title; 0: there is none, and the subject opens the text."""
    room: Room = WHOLE


CHAT_ROOM = Room(
    title=200, passages=2, context=60, others=2, stories=20, articles=3, counted=5, text=3_000
)
MAIL = Form(Medium.MAIL, MAIL_TEXT, title_limit=200)
TERMINAL = Form(Medium.CONSOLE, CONSOLE, room=Room(others=3))


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message: `subject` is one line, `text` is in the form's markup, `html` only mail has.

    `problem` says why the channel's own template was not used; empty if it was, or has none.
    """

    subject: str
    text: str
    html: str = ""
    problem: str = ""


class Templates:
    """The shipped templates, overridden by those in a channel's own folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._environments: dict[tuple[str, str], Environment] = {}

    @property
    def own(self) -> bool:
        """Whether there is a folder that overrides."""
        return self._folder is not None

    def get(self, form: Form, name: str, dialect: Dialect | None = None) -> Template:
        """Return a template; raises jinja2.TemplateError when it cannot be read."""
        dialect = dialect or form.dialect
        key = (form.medium.value, dialect.name)
        if key not in self._environments:
            self._environments[key] = self._environment(form.medium, dialect)
        return self._environments[key].get_template(name)

    def _environment(self, medium: Medium, dialect: Dialect) -> Environment:
        loaders: list[BaseLoader] = []
        if self._folder is not None:
            loaders.append(FileSystemLoader(self._folder))
        loaders.append(PackageLoader("monitor.notify", f"templates/{medium}"))
        loaders.append(PackageLoader("monitor.notify", "templates"))
        environment = Environment(
            loader=ChoiceLoader(loaders),
            autoescape=dialect is MAIL_HTML,  # noqa: S701 - `finalize` escapes in every dialect
            finalize=dialect.literal,
            undefined=StrictUndefined,
            auto_reload=self.own,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            strong=dialect.strong,
            mark=dialect.marked,
            link=dialect.link,
            styled=dialect.styled,
            when=when,
        )
        return environment


SHIPPED = Templates()


def render(
    content: AlertContent, form: Form, now: datetime, templates: Templates = SHIPPED
) -> Rendered:
    """Return an alert's message in a form, cut to its limits at sentences, and saying so.

    A channel's own template that cannot be filled gives way to the shipped one: `problem` says
    why, and the text too.
    """
    if not templates.own:
        return _rendered(content, form, now, SHIPPED)
    try:
        return _rendered(content, form, now, templates)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, OSError) as error:
        reason = one_line(f"{type(error).__name__}: {error}", 200)
        line = getattr(error, "lineno", None)
        place = f", line {line}" if line else ""
        problem = f"this channel's own template failed ({reason}{place}): the shipped one was used"
        return _rendered(content, form, now, SHIPPED, problem)


def _rendered(
    content: AlertContent, form: Form, now: datetime, templates: Templates, problem: str = ""
) -> Rendered:
    name = _template(content.alert.kind)
    room = form.room
    alert = view(content, room)
    subject = _subject(alert, form, now, templates)
    text = _fill(templates.get(form, f"{name}.txt"), alert, form, now, problem)
    while form.limit is not None and form.dialect.measure(text) > form.limit:
        if room.least:
            return Rendered(subject, _brief(alert, form), problem=problem)
        room = room.narrower()
        alert = view(content, room, shortened=True)
        text = _fill(templates.get(form, f"{name}.txt"), alert, form, now, problem)
    html = ""
    if form.medium is Medium.MAIL:
        html = _fill(templates.get(form, f"{name}.html", MAIL_HTML), alert, form, now, problem)
    return Rendered(subject, text, html, problem)


def _template(kind: AlertKind) -> str:
    if kind in _NOTICES:
        return "notice"
    return "digest" if kind in _DIGESTS else "alert"


def _subject(alert: AlertView, form: Form, now: datetime, templates: Templates) -> str:
    said = templates.get(form, "subject.txt", MAIL_TEXT).render(alert=alert, now=now)
    limit = form.title_limit or 200
    said = one_line(said, limit)
    if form.medium is Medium.CHAT and form.dialect is not PLAIN:
        said = shorten(quiet(said), limit)  # some services put the title into the text
    return said


def _fill(template: Template, alert: AlertView, form: Form, now: datetime, problem: str) -> str:
    text = template.render(
        alert=alert, now=now, problem=problem, has_title=bool(form.title_limit), form=form
    )
    text = _GAPS.sub("\n\n", _TRAILING.sub("", text)).strip()
    newline = form.dialect.newline
    return text if newline == "\n" else text.replace("\n", newline)


def _brief(alert: AlertView, form: Form) -> str:
    """Return what fits in any limit: the subject, cut, and the address if there is room for it."""
    dialect, limit = form.dialect, form.limit or 0
    address = alert.story.articles[0].url if len(alert.stories) == 1 else None
    size = len(alert.subject)
    while size > 0:
        said = dialect.literal(shorten(alert.subject, size))
        whole = f"{said}{dialect.newline}{dialect.link(address)}" if address else said
        if dialect.measure(whole) <= limit:
            return whole
        if size <= _NARROWEST and dialect.measure(said) <= limit:
            return said
        size = size * 3 // 4
    return ""
