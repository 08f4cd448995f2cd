"""The markups that services read: how text is made literal, strong, marked and linked in each.

Templates write every value through `Dialect.literal`, so that nothing of an article can act as
markup, mention anybody, or link anywhere. What is put together from it is `Safe`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape as html_escape

from monitor.notify.cleaning import clean, one_line, safe_link
from monitor.notify.passages import Passage, Piece

_MENTION = re.compile(r"@(?=\w)|<(?=[!@#])")
_NO_MENTION = "\u200b"
"""A zero-width space after the sign: reads the same, names nobody."""
_MARKDOWN = re.compile(r"([\\`*_\[\]()<>#|~]|&(?=#?\w+;))")
_DISCORD = re.compile(r"([\\`*_\[\]()<>#|~:])")
_LINE_START = re.compile(r"^(\s*(?:\d+(?=[.)])|))([-+=.)])")
"""What would begin a list or underline a heading."""
_SLACK_ENTITIES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_SLACK_LOOKALIKES = {ord("*"): "∗", ord("~"): "∼", ord("`"): "ˋ"}
"""Slack's mrkdwn has no escape for these; mathematical and modifier signs read the same."""
_SLACK_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")
STYLE_START, STYLE_TEXT, STYLE_END = "\x0e", "\x1f", "\x0f"
"""Around styled text for the console; cleaned text holds no control characters."""


class Safe(str):
    """Text that is markup already."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell Jinja2's own escaping to leave it."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One markup. `measure` counts a text as the service's limit does."""

    name: str
    escape: Callable[[str], str]
    bold: Callable[[str], str]
    highlight: Callable[[str], str]
    anchor: Callable[[str, str], str]
    """From a safe address and an escaped label."""
    style: Callable[[str, str], str] = lambda _, text: text
    """Text in a named style (`high`, `dim`); only the console has any."""
    newline: str = "\n"
    measure: Callable[[str], int] = len

    def literal(self, value: object) -> Safe:
        """Return a value as text that means nothing to the service but itself."""
        if isinstance(value, Safe):
            return value
        return Safe(self.escape(clean("" if value is None else str(value))))

    def strong(self, value: object) -> Safe:
        """Return a value in bold."""
        text = self.literal(value)
        return Safe(self.bold(text)) if text else text

    def styled(self, style: str, value: object) -> Safe:
        """Return a value in a named style, where there are any."""
        return Safe(self.style(style, self.literal(value)))

    def marked(self, passage: Passage) -> Safe:
        """Return a passage with what matched highlighted, and `…` where its paragraph goes on."""
        pieces = _whole_words(passage.pieces)
        text = "".join(
            self.highlight(self.escape(piece.text)) if piece.marked else self.escape(piece.text)
            for piece in pieces
        )
        return Safe(("…" if passage.before else "") + text + (" …" if passage.after else ""))

    def link(self, url: str | None, label: object = "") -> Safe:
        """Return a link; only its label where the address is not one of the web."""
        address = safe_link(url)
        text = self.literal(one_line(str(label)) if not isinstance(label, Safe) else label)
        if address is None:
            return text
        return Safe(self.anchor(address, text or self.literal(address)))


def _whole_words(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Move blanks at the edges of marked pieces outside: markups want them there."""
    moved: list[Piece] = []
    for piece in pieces:
        text = piece.text.strip()
        if not piece.marked or text == piece.text or not text:
            moved.append(Piece(piece.text, piece.marked and bool(text)))
            continue
        start = piece.text.index(text)
        moved.append(Piece(piece.text[:start], marked=False))
        moved.append(Piece(text, marked=True))
        moved.append(Piece(piece.text[start + len(text) :], marked=False))
    return tuple(piece for piece in moved if piece.text)


def utf16_length(text: str) -> int:
    """Count UTF-16 code units, as Telegram and Discord do."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def utf8_length(text: str) -> int:
    """Count bytes."""
    return len(text.encode("utf-8", "replace"))


def quiet(text: str) -> str:
    """Return the text with every sign that could begin a mention made to begin none."""
    return _MENTION.sub(rf"\g<0>{_NO_MENTION}", text)


def _html(text: str) -> str:
    return html_escape(text, quote=True)


def _quiet_html(text: str) -> str:
    return _html(quiet(text))


def _markdown(text: str) -> str:
    return _LINE_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", quiet(text)))


def _discord(text: str) -> str:
    return _LINE_START.sub(r"\1\\\2", _DISCORD.sub(r"\\\1", quiet(text)))


def _slack(text: str) -> str:
    text = quiet(text).translate(_SLACK_LOOKALIKES)
    text = _SLACK_UNDERSCORE.sub("ˍ", text)
    return text.translate(_SLACK_ENTITIES)


def _console(style: str, text: str) -> str:
    return f"{STYLE_START}{style}{STYLE_TEXT}{text}{STYLE_END}"


def _identity(text: str) -> str:
    return text


def _plain_link(address: str, label: str) -> str:
    return label if label == address else f"{label} {address}"


PLAIN = Dialect("plain", _identity, _identity, _identity, _plain_link)
"""Text for people: mail's plain part."""
MAIL_TEXT = Dialect("mail text", _identity, _identity, lambda text: f"*{text}*", _plain_link)
CHAT_TEXT = Dialect("text", quiet, _identity, _identity, _plain_link, measure=utf8_length)
MAIL_HTML = Dialect(
    "mail html",
    _html,
    lambda text: f"<strong>{text}</strong>",
    # Inline, because some clients drop the style sheet: dark on yellow on any background.
    lambda text: f'<mark style="background: #ffe066; color: #1a1a1a">{text}</mark>',
    lambda address, label: f'<a href="{_html(address)}">{label}</a>',
)
CHAT_HTML = Dialect(
    "html",
    _quiet_html,
    lambda text: f"<b>{text}</b>",
    lambda text: f"<b>{text}</b>",
    lambda address, label: f'<a href="{_html(address)}">{label}</a>',
    newline="<br/>\n",
)
TELEGRAM = Dialect(
    "telegram",
    _quiet_html,
    CHAT_HTML.bold,
    CHAT_HTML.highlight,
    CHAT_HTML.anchor,
    measure=utf16_length,
)
MARKDOWN = Dialect(
    "markdown",
    _markdown,
    lambda text: f"**{text}**",
    lambda text: f"**{text}**",
    lambda address, label: f"[{label}](<{address}>)",
    newline="  \n",
)
DISCORD = Dialect(
    "discord",
    _discord,
    lambda text: f"**{text}**",
    lambda text: f"**{text}**",
    lambda address, label: f"[{label}](<{address}>)",
    measure=utf16_length,
)
SLACK = Dialect(
    "slack",
    _slack,
    lambda text: f"*{text}*",
    lambda text: f"*{text}*",
    lambda address, label: f"<{address}|{label.replace('|', '¦')}>",
)
CONSOLE = Dialect(
    "console",
    _identity,
    lambda text: _console("strong", text),
    lambda text: _console("match", text),
    lambda address, label: _console(f"link {address}", label),
    style=_console,
)
