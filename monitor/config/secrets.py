"""Secrets: `${NAME}` and `${credential:NAME}` filled in, and kept out of everything shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

HIDDEN = "•••"
_REFERENCE = re.compile(r"\$\{(?P<credential>credential:)?(?P<name>[^}\s]*)\}")
# Shorter texts are no secrets worth the name, and hiding `a` everywhere would hide everything.
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Unset:
    """A reference that leads nowhere: where it starts in the text, and why."""

    offset: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its references filled in, what came out of them, and those that failed."""

    text: str
    secrets: frozenset[str] = frozenset()
    unset: tuple[Unset, ...] = ()


def fill(text: str, environ: Mapping[str, str]) -> Filled:
    """Replace every `${NAME}` by the environment's value, `${credential:NAME}` by the file's.

    Credentials are files in `$CREDENTIALS_DIRECTORY` (systemd.exec(5), LoadCredential); a line
    break at the end of the file does not count.
    """
    secrets: set[str] = set()
    unset: list[Unset] = []

    def value(match: re.Match[str]) -> str:
        name = match["name"]
        found = _credential(name, environ) if match["credential"] else environ.get(name)
        if found is None:
            unset.append(_missing(match, environ))
            return ""
        secrets.add(found)
        return found

    filled = _REFERENCE.sub(value, text)
    return Filled(filled, frozenset(secrets), tuple(unset))


def _credential(name: str, environ: Mapping[str, str]) -> str | None:
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder or not name or "/" in name or name in {".", ".."}:
        return None
    try:
        return (Path(folder) / name).read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        return None


def _missing(match: re.Match[str], environ: Mapping[str, str]) -> Unset:
    name = match["name"]
    if not match["credential"]:
        return Unset(
            match.start(),
            f"the environment variable {name!r} is not set",
            f"set {name} where the monitor starts, or use ${{credential:{name}}}",
        )
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return Unset(
            match.start(),
            f"the credential {name!r} cannot be read: $CREDENTIALS_DIRECTORY is not set",
            f"under systemd, add LoadCredential={name}:/path/to/file to the unit",
        )
    return Unset(
        match.start(),
        f"there is no readable credential {name!r} in {folder}",
        f"add LoadCredential={name}:/path/to/file to the unit",
    )


def secrets_in_url(url: str) -> frozenset[str]:
    """Return the parts of a channel or database URL that must not be shown.

    The password always; of a chat service's URL, whose tokens are its user, host and path, every
    part that looks like a token is hidden by the room that knows the service (`notify`).
    """
    try:
        password = urlsplit(url).password
    except ValueError:
        return frozenset()
    if not password:
        return frozenset()
    return frozenset({password, unquote(password)})


def redact(text: str, secrets: frozenset[str]) -> str:
    """Return the text with every secret replaced; longer ones first, so that none leaves a rest."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST and secret in text:
            text = text.replace(secret, HIDDEN)
    return text
