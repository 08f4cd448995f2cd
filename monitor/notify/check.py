"""What `monitor check` finds wrong with a channel, before an alert does."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import TemplateError, TemplateSyntaxError

from monitor.errors import ChannelError, Location, Problem, Severity
from monitor.model.alert import Alert, AlertContent, AlertItem, AlertKind
from monitor.model.article import Article, StoredArticle
from monitor.model.channel import Channel
from monitor.model.hit import Evidence, Hit
from monitor.model.rule import Level
from monitor.notify.cleaning import one_line
from monitor.notify.mail import message_of, refused_headers
from monitor.notify.outlets import CONSOLE_SCHEME
from monitor.notify.render import TERMINAL, Form, Rendered, Templates, render

if TYPE_CHECKING:
    from monitor.notify.services import Service

_THEN = datetime(2022, 1, 6, 9, 30, tzinfo=UTC)
_TITLE = "An example article"
_NAMES = frozenset({"alert", "digest", "notice", "subject", "layout"})


def check_channel(channel: Channel) -> Problem | None:
    """Return what is wrong with a channel's URL or templates; None when it can be sent to.

    Nothing is sent and nobody is asked: whether the receiver exists shows `monitor channels
    test`. A warning is a channel that works, but not as one might think. No message names a
    secret.
    """
    form = TERMINAL
    warning: Problem | None = None
    if not channel.url.strip().lower().startswith(f"{CONSOLE_SCHEME}://"):
        from monitor.notify.services import Unusable, load  # noqa: PLC0415 - imports apprise

        try:
            service = load(channel.url)
            form = service.form
            warning = _mail_problem(channel, service) if service.is_mail else None
        except Unusable as error:
            return _problem(channel, "unusable-channel", error.reason, error.hint)
        except ChannelError as error:
            return _problem(channel, "unusable-channel", str(error))
        warning = warning or _service_warning(channel, service)
    return _template_problem(channel, form) or warning


def sample(kind: AlertKind) -> AlertContent:
    """Return an alert that never was, to try a template with."""
    article = Article(
        title=_TITLE,
        body="Something worth an alert happened.\n\nNothing else did.",
        source="example",
        url="https://example.org/article",
        published=_THEN,
        lang="en",
    )
    stored = StoredArticle(id=1, article=article, first_seen=_THEN, revision=1, story=1)
    evidence = (Evidence("body", 18, 23, "alert", "alert"),)
    hit = Hit(
        id=1,
        article=1,
        rule="example-rule",
        version="0",
        title="Example rule",
        level=Level.HIGH,
        tags=("example",),
        evidence=evidence,
        revision=1,
        at=_THEN,
    )
    alert = Alert(
        id="0" * 32,
        channel="example",
        kind=kind,
        level=Level.HIGH,
        hits=(1,),
        created=_THEN,
        due=_THEN,
        subject="An example",
        text="3 sources read, none failed.",
    )
    told = kind in {AlertKind.NOTICE, AlertKind.TEST}
    items = () if told else (AlertItem(hit, stored, (stored,), 2, 2, _TITLE),)
    return AlertContent(alert, items)


def _mail_problem(channel: Channel, service: Service) -> Problem | None:
    from monitor.notify.receivers import mail_settings  # noqa: PLC0415 - imports apprise

    envelope, server = mail_settings(service)
    message_of(sample(AlertKind.TEST), Rendered("test", "test"), envelope, _THEN)
    if server.password and server.mode == "insecure" and not _is_loopback(server.host):
        return _warning(
            channel,
            "password-in-clear",
            "it sends its password without encryption",
            "write mailtos:// (port 587, STARTTLS), or add mode=ssl",
        )
    unsent = refused_headers(envelope.headers)
    if unsent:
        names = ", ".join(one_line(name, 40) for name in unsent)
        return _warning(
            channel,
            "header-not-sent",
            f"the header {names} is not taken from the URL",
            "the monitor writes it itself",
        )
    return None


def _service_warning(channel: Channel, service: Service) -> Problem | None:
    if service.complaints:
        said = f"a part of its URL is not used: {service.complaints[0]}"
        return _warning(channel, "part-not-used", said, "correct it, or take it out")
    count = service.recipients
    if count == 1:
        return None
    return _warning(
        channel,
        "several-recipients",
        f"it has {count} recipients: while one fails, the others wait or get the alert again",
        "give each recipient a channel of its own, and name them all in the route's `to`",
    )


def _template_problem(channel: Channel, form: Form) -> Problem | None:
    if channel.template is None:
        return None
    folder = Path(channel.template)
    if not folder.is_dir():
        return _problem(
            channel, "bad-template", f"there is no folder of templates at {folder}", "make it"
        )
    found = {path.stem for path in folder.iterdir() if path.suffix in {".txt", ".html"}}
    if not found & _NAMES:
        wanted = "alert.txt, digest.txt, notice.txt, subject.txt"
        return _problem(
            channel, "bad-template", f"{folder} overrides no template", f"its files are {wanted}"
        )
    templates = Templates(folder)
    for name in sorted(path.name for path in folder.iterdir() if path.stem in _NAMES):
        unreadable = _unreadable(channel, templates, form, folder / name)
        if unreadable is not None:
            return unreadable
    for kind in (AlertKind.HIT, AlertKind.DIGEST, AlertKind.NOTICE):
        problem = render(sample(kind), form, _THEN, templates).problem
        if problem:
            return _problem(channel, "bad-template", problem, "docs/templates.md lists the values")
    return None


def _unreadable(channel: Channel, templates: Templates, form: Form, file: Path) -> Problem | None:
    try:
        templates.get(form, file.name)
    except TemplateSyntaxError as error:
        place = Location(str(error.filename or file), error.lineno)
        return _problem(channel, "bad-template", one_line(error.message or "", 200), at=place)
    except (TemplateError, OSError, UnicodeDecodeError) as error:
        said = f"{file} cannot be read: {one_line(str(error), 200)}"
        return _problem(channel, "bad-template", said)
    return None


def _problem(
    channel: Channel, code: str, said: str, hint: str = "", *, at: Location | None = None
) -> Problem:
    return Problem(code, f"channel {channel.name!r}: {said}", at or channel.location, hint)


def _warning(channel: Channel, code: str, said: str, hint: str) -> Problem:
    message = f"channel {channel.name!r}: {said}"
    return Problem(code, message, channel.location, hint, Severity.WARNING)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
