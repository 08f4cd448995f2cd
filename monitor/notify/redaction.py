"""Keeping a channel's secrets out of what is shown of it.

In a chat service's URL the token may be the user, the host, or any part of the path, so that
every part counts as secret that `where` does not show on purpose.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus

HIDDEN = "•••"
_WHOLE_WORD = 4
"""A secret shorter than this is hidden only where it stands as a word of its own."""
_MAIL_SCHEMES = frozenset({"mailto", "mailtos"})
_MAIL_OPEN = frozenset({"to", "cc", "bcc", "from", "name", "reply", "smtp"})
_OPEN = frozenset({"format", "mode", "overflow", "verify", "rto", "cto", "redirect", "emojis"})


class Redactor:
    """Replaces every part of one URL, in whatever encoding it comes back."""

    def __init__(self, url: str, shown: Iterable[str] = ()) -> None:
        open_words = {word.casefold() for word in shown}
        parts = {part for part in secret_parts(url) if part.casefold() not in open_words}
        forms = {form for part in parts for form in _forms(part)}
        self._long = _pattern(form for form in forms if len(form) >= _WHOLE_WORD)
        self._short = _pattern(form for form in forms if len(form) < _WHOLE_WORD)

    def __call__(self, text: str) -> str:
        """Return the text with `•••` for everything secret."""
        if self._long is not None:
            text = self._long.sub(HIDDEN, text)
        if self._short is not None:
            text = self._short.sub(HIDDEN, text)
        return text


def secret_parts(url: str) -> frozenset[str]:
    """Return what may be secret in an apprise URL: all of it but scheme, port and plain options."""
    scheme, _, rest = url.partition("://")
    mail = scheme.casefold() in _MAIL_SCHEMES
    rest, _, fragment = rest.partition("#") if "/#" not in rest else (rest, "", "")
    address, _, query = rest.partition("?")
    login, _, place = address.rpartition("@") if "@" in address else ("", "", address)
    host, _, path = place.partition("/")
    user, _, password = login.partition(":")
    found = {login, password, fragment}
    if not mail:
        found |= {user, host, re.sub(r":\d+$", "", host), path, address, rest}
        found |= {part.lstrip("#@") for part in path.split("/")} | set(path.split("/"))
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key.casefold() not in (_MAIL_OPEN | _OPEN if mail else _OPEN):
            found |= {value, *value.split(","), "" if value else key}
    return frozenset(part for part in found if part)


def _forms(part: str) -> set[str]:
    """Return the ways in which a part may be written when it comes back."""
    said = {part, unquote(part), unquote_plus(part)}
    said |= {quote(form, safe=safe) for form in tuple(said) for safe in ("", "/", "/:@")}
    said |= {quote_plus(form) for form in tuple(said)}
    said |= {escape(form) for form in tuple(said)}
    raw = unquote(part).encode("utf-8", "surrogatepass")
    said.add(b64encode(raw).decode().rstrip("="))
    return {form for form in said if form}


def _pattern(forms: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds any of them, the longest first; None for none."""
    ordered = sorted(set(forms), key=len, reverse=True)
    if not ordered:
        return None
    words = "|".join(re.escape(form) for form in ordered)
    if len(ordered[0]) < _WHOLE_WORD:
        words = rf"(?<!\w)(?:{words})(?!\w)"
    return re.compile(words, re.IGNORECASE)
