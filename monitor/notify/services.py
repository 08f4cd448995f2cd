"""apprise's services: made from a URL, with the form that a message takes in each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from apprise import AppriseAsset, NotifyBase, NotifyFormat, NotifyType

from monitor.errors import ChannelError
from monitor.model.rule import Level
from monitor.notify import dialects
from monitor.notify.calls import Call
from monitor.notify.cleaning import one_line
from monitor.notify.plugins import native_classes, plugin_class, schemes
from monitor.notify.redaction import Redactor
from monitor.notify.render import CHAT_ROOM, MAIL, WHOLE, Form, Medium, Rendered
from monitor.notify.wire import watched
from monitor.yaml12.suggestions import suggest

CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 30.0
"""Seconds; a URL's own `cto` and `rto` win. apprise's 4 s give up on messages that were taken."""
_CHAT_LIMIT = 3_500
"""Characters that a chat message has at most, whatever a service would take."""
_SCHEME = re.compile(r"\s*([a-z0-9][a-z0-9+.-]*)://", re.IGNORECASE)
_HOST_FIRST = re.compile(r"\{schema\}://(?:[^/]*@)?\{host\}")
_MAIL_SERVICES = frozenset(
    {
        "brevo",
        "mailersend",
        "mailgun",
        "office365",
        "postmark",
        "resend",
        "sendgrid",
        "sendpulse",
        "ses",
        "smtp2go",
        "sparkpost",
    }
)
"""Services that take a whole mail as HTML."""
_WEBHOOKS = frozenset({"custom_form", "custom_json", "custom_xml"})
_READ_MARKDOWN = frozenset(
    {"mattermost", "nextcloudtalk", "revolt", "ryver", "twist", "workflows", "zulip"}
)
"""Services that read Markdown in every text, whatever format apprise takes it to have."""
_PLAIN_TITLES = frozenset({"twist", "zulip"})
"""Those of them that need a title, and do not read Markdown in it: a thread's, a topic."""
_PLAIN_MODES = frozenset({"workflow", "trigger"})
"""Slack's workflows: a variable of plain text."""


class Unusable(ChannelError):
    """A URL that no message can be sent to; `hint` is what to write instead."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(f"{reason} ({hint})" if hint else reason)


@dataclass(frozen=True, slots=True)
class Service:
    """A receiver as apprise knows it, and the form that it is told in."""

    plugin: NotifyBase
    form: Form
    body_format: NotifyFormat
    final: bool
    """The text is in the service's own markup already: apprise is to convert nothing."""
    complaints: tuple[str, ...] = ()
    """What apprise warned of while it read the URL, without secrets."""

    @property
    def is_mail(self) -> bool:
        """Whether it is a mail server, which `monitor.notify.smtp` speaks to itself."""
        return _module(type(self.plugin)) == "email" and not self._encrypts

    @property
    def _encrypts(self) -> bool:
        return getattr(self.plugin, "pgp_mode", "no") != "no"

    @property
    def recipients(self) -> int:
        """How many places one message goes to."""
        return max(1, len(self.plugin))

    @property
    def place(self) -> str:
        """Its host and port where they are no secret; else empty."""
        plugin = self.plugin
        tokens = plugin.template_tokens.get("host", {})
        templates: tuple[str, ...] = plugin.templates
        host_first = all(_HOST_FIRST.match(template) for template in templates)
        if not plugin.host or not host_first or tokens.get("private"):
            return ""
        return f"{plugin.host}:{plugin.port}" if plugin.port else str(plugin.host)

    def notify(self, rendered: Rendered, level: Level) -> bool:
        """Send a message; whether it was accepted. May raise what the plugin raises."""
        body = rendered.html or rendered.text
        kind = NotifyType.INFO
        if level >= Level.MEDIUM:
            kind = NotifyType.FAILURE if level >= Level.HIGH else NotifyType.WARNING
        words: dict[str, Any] = {
            "body": body,
            "title": rendered.subject if self.form.title_limit else "",
            "notify_type": kind,
            "body_format": self.body_format,
        }
        if self.final:
            return bool(self.plugin.send(**words, body_passthrough=False))
        return self.plugin.notify(**words)


def load(url: str) -> Service:
    """Make the service that a URL names; raises Unusable, with the secrets left out."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        raise Unusable(
            "it is no URL of a service", "write SERVICE://…, such as mailto:// or json://"
        )
    schema = scheme[1].lower()
    call = Call()
    with watched(call):
        found, words = _parsed(schema, url.strip().replace("/#", "/%23"))
        words |= {"asset": _asset(), "redirect": False, "tag": set()}
        words.setdefault("cto", CONNECT_TIMEOUT)
        words.setdefault("rto", READ_TIMEOUT)
        plugin = _made(found, words, url, call)
    plugin.request_rate_per_sec = 0.0
    redact = Redactor(url)
    complaints = tuple(one_line(redact(said), 200) for said in call.complaints())
    return replace(_service(plugin), complaints=complaints)


def _parsed(schema: str, url: str) -> tuple[type[NotifyBase], dict[str, Any]]:
    if schema in {"http", "https"}:
        return _native(schema, url)
    found = plugin_class(schema)
    if found is None:
        meant = suggest(schema, schemes() | {"console"})
        hint = f"did you mean {meant}://?" if meant else "see https://appriseit.com/services/"
        raise Unusable(f"there is no service {schema}://", hint)
    words = _read(found, url)
    if not words:
        raise Unusable(f"it cannot be read as a URL of {found.service_name}", _manual(found))
    return found, words


def _native(schema: str, url: str) -> tuple[type[NotifyBase], dict[str, Any]]:
    """Read the web address that a service itself gives for its webhook."""
    for found in native_classes(url):
        words = found.parse_native_url(url)
        if words:
            return found, words
    raise Unusable(
        f"no service is known by its {schema}:// address",
        f"for a webhook of your own write json{schema.removeprefix('http')}://HOST/PATH",
    )


def _read(found: type[NotifyBase], url: str) -> dict[str, Any] | None:
    try:
        return found.parse_url(url)
    except Exception:  # noqa: BLE001 - plugins raise what they like for bad URLs
        return None


def _made(found: type[NotifyBase], words: dict[str, Any], url: str, call: Call) -> NotifyBase:
    if not found.enabled:
        needs = found.requirements.get("packages_required") or ()
        names = [needs] if isinstance(needs, str) else list(needs)
        hint = f"install {', '.join(names)}" if names else ""
        raise Unusable(f"{found.service_name} cannot be used on this system", hint)
    try:
        return found(**words)
    except Exception as error:  # noqa: BLE001 - plugins raise what they like for bad URLs
        said = call.complaints() or [str(error) or type(error).__name__]
        reason = one_line(Redactor(url)(said[-1]), 200).rstrip(".")
        raise Unusable(f"{found.service_name}: {reason}", _manual(found)) from None


def _manual(found: type[NotifyBase]) -> str:
    page = getattr(found, "setup_url", None)
    return f"see {page}" if page else ""


@cache
def _asset() -> AppriseAsset:
    return AppriseAsset(
        app_id="monitor",
        app_desc="monitor",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        http_redirects=False,
        storage_mode="memory",
        allow_templates=False,
    )


def _module(found: type[NotifyBase]) -> str:
    """Return the name of a plugin's module or package below apprise.plugins."""
    return found.__module__.removeprefix("apprise.plugins.").split(".")[0]


def _service(plugin: NotifyBase) -> Service:
    name = _module(type(plugin))
    own = _OWN_MARKUP.get(name)
    if own is not None and getattr(plugin, "mode", None) not in _PLAIN_MODES:
        form, body_format = own
        if name == "slack" and getattr(plugin, "use_blocks", False):
            form = replace(form, limit=2_900)  # Slack: 3,000 in the text of a section
        return Service(plugin, form, body_format, final=True)
    if name == "email" or name in _MAIL_SERVICES:
        return Service(plugin, MAIL, NotifyFormat.HTML, final=False)
    body_format = plugin.resolve_format(None)
    return Service(plugin, _form(plugin, name, body_format), body_format, final=False)


def _form(plugin: NotifyBase, name: str, body_format: NotifyFormat) -> Form:
    dialect = {
        NotifyFormat.HTML: dialects.CHAT_HTML,
        NotifyFormat.MARKDOWN: dialects.MARKDOWN,
    }.get(body_format, dialects.CHAT_TEXT)
    limit, room = min(_CHAT_LIMIT, plugin.body_maxlen or _CHAT_LIMIT), CHAT_ROOM
    title_limit = min(plugin.title_maxlen, 200)
    if name in _READ_MARKDOWN:
        dialect = dialects.MARKDOWN
        title_limit = title_limit if name in _PLAIN_TITLES else 0
    if name in _WEBHOOKS:
        limit, room = plugin.body_maxlen, WHOLE
        dialect = dialects.PLAIN if dialect is dialects.CHAT_TEXT else dialect
    return Form(Medium.CHAT, dialect, limit, title_limit, room)


_OWN_MARKUP = {
    "slack": (
        Form(Medium.CHAT, dialects.SLACK, _CHAT_LIMIT, 150, CHAT_ROOM),
        NotifyFormat.MARKDOWN,
    ),
    "discord": (
        Form(Medium.CHAT, dialects.DISCORD, 2_000, 0, CHAT_ROOM),
        NotifyFormat.MARKDOWN,
    ),
    "guilded": (
        Form(Medium.CHAT, dialects.DISCORD, 2_000, 0, CHAT_ROOM),
        NotifyFormat.MARKDOWN,
    ),
    "telegram": (
        Form(Medium.CHAT, dialects.TELEGRAM, 4_096, 0, CHAT_ROOM),
        NotifyFormat.HTML,
    ),
    "matrix": (
        Form(Medium.CHAT, dialects.CHAT_HTML, _CHAT_LIMIT, 0, CHAT_ROOM),
        NotifyFormat.HTML,
    ),
}
"""Services whose markup is written here, because apprise's conversion leaves gaps: it keeps
backslashes that Slack shows, and lets `<!channel>` through where a body has no declared format."""
