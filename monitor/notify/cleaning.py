"""Text from outside made harmless, before any markup is put around it.

Article text is hostile: to terminals (escape sequences), to readers (bidi overrides, text that
is not there), to mail headers (line breaks). What is left is visible text and spaces.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

_ESCAPES = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # CSI, ECMA-48 section 5.4
    "|\x9b[0-?]*[ -/]*[@-~]"
    "|\x1b[\\]PX^_][^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\\\|\x9c)"  # OSC, DCS, SOS, PM, APC
    "|\x1b[ -/]*[0-~]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_GONE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u00ad\u180e\u200b\u2060-\u2064\ufeff"  # not seen at all
    "\u202a-\u202e\u2066-\u206f"  # bidi embeddings, overrides, isolates: they reorder what follows
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_SENTENCE_END = re.compile("[.!?…][\"'”’»)\\]]*(?=\\s)|[。！？]")
_URL_SAFE = "/:?#!$&*+,;=%~-._"
_LONGEST_URL = 2_000
_NAME = 200
"""Characters of a text that is remembered in its cleaned form."""
CUT = " …"
"""What stands where something was cut off."""


def clean(text: str) -> str:
    """Return the text without control, invisible and reordering characters; keeps line breaks."""
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", text)
    text = _BREAKS.sub("\n", text)
    text = _GONE.sub("", text)
    text = _SURROGATES.sub("\ufffd", text)
    return _STACKED.sub(r"\1", text)


def one_line(text: str, limit: int | None = None) -> str:
    """Return the text cleaned and on one line, at most `limit` characters with the cut shown.

    Text of any length takes time in proportion to `limit`, not to the text, when one is given.
    """
    if limit is not None:
        text = text[: limit * 4 + 256]
    # Names of rules, sources and tags come again with every alert.
    return _name_line(text, limit) if len(text) <= _NAME else _line(text, limit)


def _line(text: str, limit: int | None) -> str:
    line = " ".join(clean(text).split())
    return line if limit is None else shorten(line, limit)


_name_line = lru_cache(maxsize=2_048)(_line)


def shorten(text: str, limit: int) -> str:
    """Cut the text to at most `limit` characters: at a sentence, else at a word, else anywhere.

    A cut text ends in ` …`, or is `…` alone; a limit below 1 gives an empty text.
    """
    if len(text) <= limit:
        return text
    room = max(0, limit - len(CUT))
    head = text[: room + 1]
    ends = [found.end() for found in _SENTENCE_END.finditer(head) if found.end() <= room]
    if ends and ends[-1] >= room // 2:
        return text[: ends[-1]] + CUT
    space = max(head.rfind(" "), head.rfind("\n"))
    if space >= room // 2 and space > 0:
        return text[:space].rstrip() + CUT
    return (text[:room].rstrip() + CUT).lstrip()[: max(0, limit)]


@lru_cache(maxsize=512)
def safe_link(url: str | None) -> str | None:
    """Return a web address that is safe inside any markup, None for everything else.

    Only http and https, with every character outside RFC 3986 percent-encoded, and round
    brackets too (they end a link in Markdown).
    """
    if not url or len(url) > _LONGEST_URL:
        return None
    url = clean(url).replace("\n", "").replace("\t", "").strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    address = _ascii_host(host)
    if address is None:
        return None
    if port is not None:
        address = f"{address}:{port}"
    rest = url.split("://", 1)[1]
    tail = re.sub(r"^[^/?#]*", "", rest)
    return f"{parts.scheme.lower()}://{address}{quote(tail, safe=_URL_SAFE)}"


def _ascii_host(host: str) -> str | None:
    if re.fullmatch(r"[0-9a-f:.]+", host) and ":" in host:
        return f"[{host}]"
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return host if re.fullmatch(r"[A-Za-z0-9._-]+", host) else None
